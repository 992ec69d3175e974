"""`riskengine simulate` and `compare`, as an engineer runs them."""

import json

import pytest
from serving_commands import run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stream(tmp_path_factory):
    file = tmp_path_factory.mktemp("streams") / "small.jsonl.gz"
    made = run(
        file.parent,
        "simulate",
        str(file),
        "--users",
        "60",
        "--days",
        "20",
        "--seed",
        "3",
        "--verdicts",
        "0.5",
    )
    assert made.returncode == 0, made.stderr
    assert "attacks with the right password" in made.stdout
    return file


def test_the_engine_stands_beside_the_literature_and_is_drawn(stream):
    folder = stream.parent / "pictures"
    done = run(
        stream.parent,
        "compare",
        str(stream),
        "--json",
        "--beside",
        "simple",
        "--beside",
        "extend",
        "--pictures",
        str(folder),
    )
    told = json.loads(done.stdout)
    figures = {each["model"]: each for each in told["models"]}

    assert done.returncode == 0, done.stderr
    assert set(figures) == {"riskengine", "simple", "extend"}
    assert figures["riskengine"]["auc"] > figures["extend"]["auc"]
    assert {group["name"] for group in told["groups"]} >= {"with device data", "without device data"}
    for name in ("roc.svg", "budget.svg", "reliability.svg"):
        assert (folder / name).read_text().startswith("<svg")


def test_an_ablation_says_what_each_family_is_worth(stream):
    done = run(stream.parent, "compare", str(stream), "--json", "--ablation")
    figures = {each["model"]: each["auc"] for each in json.loads(done.stdout)["models"]}

    assert done.returncode == 0, done.stderr
    assert figures["riskengine"] > figures["without network"]
