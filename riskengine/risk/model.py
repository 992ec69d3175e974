"""The numbers behind the points: priors of how users change and how attackers come, from `models/`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import log
from pathlib import Path
from typing import Any, Final

from riskengine.base.bundle import model_file
from riskengine.risk.level import Preset, Thresholds
from riskengine.risk.profile import CELLS, DEVICE_LEVELS, NETWORK_LEVELS

POINTS_PER_NAT: Final = 10 / log(2)
_LEAST_SHARE: Final = 1e-4

HABITS: Final = ("language", "zone", "order", "platform", "screen")
KINDS: Final = ("hosting", "vpn", "tor", "listed")
PRESETS: Final = ("consumer", "workforce", "high-security")
WEIGHTS: Final = (
    *HABITS,
    "hour",
    "rarity",
    "kind",
    "automated",
    "downgrade",
    "collector",
    "shared_device",
    "birth",
    "mismatch",
    "fault",
    "distance",
    "velocity",
    "exit",
    "client",
    "wave",
    "account",
    "spray",
    "taint",
    "taint_elsewhere",
    "alarm",
)


class ModelError(ValueError):
    """A model file that cannot be used; says where it is wrong."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How often a field brings a value new to the user.

    A stolen device id comes with what was stolen beside it, and a like-looking browser brings most of its
    platform and headers along: what an attacker got right once proves little a second time.

    Args:
        attacker: probability for an attacker on another device.
        mimic: for an attacker on a device that looks like a known one.
        thief: for an attacker who brings a known device id.
        settled: for the owner on a known device.
        same_agent: for the owner on a device that looks like a known one.
        moved: for the owner on another device.
    """

    attacker: float
    mimic: float
    thief: float
    settled: float
    same_agent: float
    moved: float


@dataclass(frozen=True, slots=True)
class Kind:
    """How often attackers, and the users of a pool, come through a kind of network."""

    attacker: float
    user: float


@dataclass(frozen=True, slots=True)
class Model:
    """Everything a score depends on besides profile and population.

    Args:
        version: names the model in events and reports.
        attack: probability of each cell for an attacker: a mixture of kinds, each with its own means. Whoever
            went to the lengths of copying a device also comes from nearby; bulk traffic does neither.
        buckets: learned sign-ins at which each history bucket begins.
        shares: for each history bucket, the share of each cell among owners' sign-ins.
        habits: for each habit field, how often it changes.
        kinds: for each kind of network, how common it is.
        clip: bounds of one additive term, in nats.
        weights: factors of the terms, by name.
        presets: where levels begin, by the name that operators choose.
        muted: codes of reasons that are left out, to see what they are worth.
    """

    version: str
    attack: tuple[float, ...]
    buckets: tuple[int, ...]
    shares: tuple[tuple[float, ...], ...]
    habits: Mapping[str, Habit]
    kinds: Mapping[str, Kind]
    clip: tuple[float, float]
    weights: Mapping[str, float]
    presets: Mapping[str, Preset]
    muted: frozenset[str] = frozenset()

    def bucket(self, learned: int) -> int:
        """The history bucket of a user with so many learned sign-ins."""
        for at in range(len(self.buckets) - 1, -1, -1):
            if learned >= self.buckets[at]:
                return at
        return 0

    def points(self, nats: float, weight: str | None = None) -> int:
        """Whole points of one clipped, weighted additive term."""
        low, high = self.clip
        value = low if nats < low else min(nats, high)
        return round(POINTS_PER_NAT * (value if weight is None else value * self.weights[weight]))


def load_model(path: Path) -> Model:
    """Read a model file.

    Raises:
        ModelError: it is no model, or its numbers make no sense.
    """
    try:
        return parse_model(json.loads(path.read_text(encoding="utf-8")))
    except json.JSONDecodeError as error:
        raise ModelError(f"{path.name}: not JSON: {error}") from error


def parse_model(data: Mapping[str, Any]) -> Model:
    """Build a model from plain values, checking what the arithmetic relies on."""
    try:
        model = Model(
            version=str(data["version"]),
            attack=_mixture(data["attackers"]),
            buckets=tuple(int(start) for start in data["buckets"]),
            shares=tuple(_shares(table) for table in data["shares"]),
            habits={name: Habit(**data["habits"][name]) for name in HABITS},
            kinds={name: Kind(**data["kinds"][name]) for name in KINDS},
            clip=(float(data["clip"][0]), float(data["clip"][1])),
            weights={name: float(data["weights"][name]) for name in WEIGHTS},
            presets={name: _preset(data["presets"][name]) for name in PRESETS},
        )
    except (KeyError, TypeError, IndexError) as error:
        raise ModelError(f"a member is missing or of the wrong shape: {error}") from error
    if len(model.buckets) != len(model.shares):
        raise ModelError("each history bucket needs one table of shares")
    if any(value < 0.0 for value in model.weights.values()) or not model.clip[0] < 0.0 < model.clip[1]:
        raise ModelError(
            "weights are not negative and the clip spans nought: else bad signs could lower a score"
        )
    return model


def _preset(data: Mapping[str, Any]) -> Preset:
    low, medium, high = data["quantiles"]
    if not 0.0 < low < medium < high < 1.0:
        raise ModelError(f"quantiles rise from 0 to 1, unlike {data['quantiles']}")
    return Preset((low, medium, high), Thresholds(**data["floors"]), Thresholds(**data["defaults"]))


def _distribution(values: list[float], length: int) -> tuple[float, ...]:
    if len(values) != length or any(value <= 0.0 for value in values):
        raise ModelError(f"expected {length} positive numbers, not {values}")
    total = sum(values)
    return tuple(value / total for value in values)


def _mixture(kinds: Mapping[str, Mapping[str, Any]]) -> tuple[float, ...]:
    """The cells of all kinds of attackers, each weighed by its share."""
    cells = [0.0] * CELLS
    for kind in kinds.values():
        network = _distribution(kind["network"], NETWORK_LEVELS)
        device = _distribution(kind["device"], DEVICE_LEVELS)
        for at in range(CELLS):
            cells[at] += float(kind["share"]) * network[at // DEVICE_LEVELS] * device[at % DEVICE_LEVELS]
    return _distribution(cells, CELLS)


def _shares(table: list[list[float]]) -> tuple[float, ...]:
    flat = [max(share, _LEAST_SHARE) for row in table for share in row]
    return _distribution(flat, CELLS)


@cache
def default_model() -> Model:
    """The shipped model."""
    return load_model(model_file("priors.json"))
