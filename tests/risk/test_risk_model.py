"""The shipped numbers, and what a model file must not say."""

import json
from pathlib import Path
from typing import Any

import pytest

from riskengine.base.bundle import model_file
from riskengine.risk import ModelError, default_model, load_model, parse_model
from riskengine.risk.model import HABITS, KINDS, WEIGHTS


def _shipped() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(model_file("priors.json").read_text())
    return found


def test_the_shipped_model_is_read_once() -> None:
    assert default_model() is default_model()


def test_distributions_are_distributions() -> None:
    model = default_model()

    for table in (model.attack, *model.shares):
        assert sum(table) == pytest.approx(1.0)
        assert min(table) > 0.0


def test_more_history_means_fewer_surprises() -> None:
    model = default_model()
    new_networks = [round(sum(table[-5:]), 6) for table in model.shares]

    assert new_networks == sorted(new_networks, reverse=True)
    assert [model.bucket(learned) for learned in (1, 2, 4, 7, 15, 30, 500)] == list(range(7))


def test_the_file_says_no_more_than_is_used() -> None:
    data = _shipped()

    assert set(data["habits"]) == set(HABITS)
    assert set(data["kinds"]) == set(KINDS)
    assert set(data["weights"]) == set(WEIGHTS)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("attackers", {"bulk": {"share": 1, "network": [1, 2, 3], "device": [1, 1, 1, 1, 1]}}),
        ("attackers", {"bulk": {"share": 1, "network": [1, 1, 1, 1, 1, 1], "device": [1, 1, 1, 1, 0]}}),
        ("attackers", {}),
        ("buckets", [1]),
        ("clip", [1.0, 3.0]),
        ("weights", {"wave": -1.0}),
        ("presets", {"consumer": {}}),
        ("habits", {"zone": {"attacker": 0.5}}),
        ("shares", [[1]]),
        ("weights", {}),
    ],
)
def test_a_senseless_model_is_refused(member: str, value: object) -> None:
    with pytest.raises(ModelError):
        parse_model(_shipped() | {member: value})


def test_a_missing_member_is_named() -> None:
    data = _shipped()
    del data["kinds"]

    with pytest.raises(ModelError, match="kinds"):
        parse_model(data)


def test_what_is_no_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text("{")

    with pytest.raises(ModelError, match="not JSON"):
        load_model(path)
