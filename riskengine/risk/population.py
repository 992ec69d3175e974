"""What one pool's sign-ins share: how common things are, which addresses and clients failed lately.

Mutable, in memory, bounded under floods of made-up values, constant work for each attempt. Only accepted
sign-ins enter what is common; failures enter reputations that decay within hours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from riskengine.risk.attempt import Attempt
from riskengine.risk.cells import Span, Standing, block, mass
from riskengine.risk.correction import Correction
from riskengine.risk.decay import DAY, HOUR, Crowd, Tally, day_of, faded
from riskengine.risk.lessons import Lessons
from riskengine.risk.level import Budget
from riskengine.risk.model import Model, default_model
from riskengine.risk.profile import CELLS, is_unknown_network
from riskengine.risk.reasons import Assessment
from riskengine.risk.relearning import Due, Relearned

Source = Literal["admin", "user"]

SHARED: Final = (
    "asn",
    "country",
    "family",
    "language",
    "zone",
    "order",
    "platform",
    "screen",
    "kind",
    "collector",
    "oddity",
)
_SHARE_HALF_LIFE: Final = 30 * DAY
_CELL_HALF_LIFE: Final = 30  # days
_PRIOR: Final = 300.0  # sign-ins that the shipped cell shares weigh
_CROWDED: Final = 30  # points of evidence from which an accepted sign-in no longer sets thresholds
_BUCKETS: Final = 16
_LEAST_FAILURES: Final = 0.1  # share of sign-ins that fail without any attack
_MOST_FAILURES: Final = 0.5
# How much of an attacker a part gives away: nobody else has his device's id, many share a browser.
_TELLING: Final = {"device": 2.0, "ip": 1.3, "prefix": 1.0, "client": 1.0}
_STATE: Final = 3
_FRESH: Final = 8  # verdicts before they are learned from anew


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended.

    Args:
        password_ok: the first factor was right.
        challenge: a second factor was passed (true) or failed (false); None when none was asked for.
        blocked: the sign-in was refused whatever it proved.
    """

    password_ok: bool
    challenge: bool | None = None
    blocked: bool = False

    @property
    def is_accepted(self) -> bool:
        """Whether the attempt got in."""
        return self.password_ok and not self.blocked and self.challenge is not False

    @property
    def is_failure(self) -> bool:
        """Whether a factor was wrong; what was only blocked is not held against anybody."""
        return not self.password_ok or self.challenge is False


class Population:
    """One pool's shared state; `capacity` bounds each table of addresses, clients, devices and passwords."""

    def __init__(self, capacity: int = 50_000, model: Model | None = None) -> None:
        self.shares = {name: Tally(_SHARE_HALF_LIFE, 4096) for name in SHARED}
        self.browsers = Tally(_SHARE_HALF_LIFE, 4096)  # accepted sign-ins that told an order of headers
        self.totals = Tally(_SHARE_HALF_LIFE, len(SHARED))
        self.failures = {
            "ip": Tally(6 * HOUR, capacity),
            "prefix": Tally(12 * HOUR, capacity),
            "asn": Tally(24 * HOUR, 8192),
            "client": Tally(12 * HOUR, capacity),
        }
        self.good = {
            "ip": Tally(72 * HOUR, capacity),
            "prefix": Tally(72 * HOUR, capacity),
            "asn": Tally(24 * HOUR, 8192),
            "client": Tally(12 * HOUR, capacity),
        }
        self.crowds = {
            "ip": Crowd(12 * HOUR, capacity),
            "prefix": Crowd(12 * HOUR, capacity),
            "client": Crowd(12 * HOUR, capacity),
            "password": Crowd(24 * HOUR, capacity),
            "device": Crowd(30 * DAY, capacity),
            "taint": Crowd(7 * DAY, capacity),
        }
        self.taints = Tally(7 * DAY, capacity)
        self.pool = {"now": Tally(2 * HOUR, 2), "ever": Tally(7 * DAY, 2)}
        model = model or default_model()
        self._red_team = model.red_team
        self.budget = Budget(model.presets)
        self.names: dict[str, tuple[str | None, str | None]] = {}
        self._cells: list[list[float]] = [[0.0] * CELLS for _ in range(_BUCKETS)]
        self._cell_weight = [0.0] * _BUCKETS
        self._cell_day = 0
        self._usual_failures = _LEAST_FAILURES
        self._day = 0
        self.lessons = Lessons()
        self.correction: Correction | None = None
        self.learned_number = 0  # of the version that scores
        self.latest: Relearned | None = None  # what was promoted here last
        self.is_held = False  # whether only a command promotes
        # A lesson that fell due is learned at once, unless somebody waits with the next score until it is.
        self.is_waited_for = False
        self.due: Due | None = None

    # What a score asks.

    def share(self, name: str, value: str, now: float) -> tuple[float, float]:
        """Decayed accepted sign-ins with a value, and of all that told one."""
        return self.shares[name].get(value, now), self.totals.get(name, now)

    def frequency(self, name: str, value: str, now: float, prior: float, weight: float = 50.0) -> float:
        """Share of accepted sign-ins with a value, drawn towards a prior while there are few."""
        count, total = self.share(name, value, now)
        return (count + prior * weight) / (total + weight)

    def cell_share(self, model: Model, bucket: int, network: Span, device: Span) -> float:
        """Share of a block of cells among sign-ins of users with that much history."""
        prior = mass(model.shares[bucket], network, device)
        if bucket >= _BUCKETS or not self._cell_weight[bucket]:
            return prior
        seen = mass(self._cells[bucket], network, device)
        return (_PRIOR * prior + seen) / (_PRIOR + self._cell_weight[bucket])

    @property
    def usual_failures(self) -> float:
        """Share of the pool's attempts that usually fail, as of this morning."""
        return self._usual_failures

    def fail_share(self, now: float) -> tuple[float, float]:
        """Share of the pool's attempts that fail: in the last hours, and usually (as of this morning)."""
        recent, usually = self.pool["now"], self._usual_failures
        return (recent.get("failures", now) + 20.0 * usually) / (recent.get("attempts", now) + 20.0), usually

    def name_of(self, asn: str) -> str:
        """A provider in the operator's words: number, organisation and country."""
        organisation, country = self.names.get(asn, (None, None))
        return " ".join(filter(None, (f"AS{asn}", organisation, f"({country})" if country else None)))

    # What ends of attempts and feedback teach.

    def observe(
        self,
        attempt: Attempt,
        assessment: Assessment,
        outcome: Outcome,
        standing: Standing | None = None,
    ) -> None:
        """Count an attempt that ended.

        Args:
            attempt: its facts.
            assessment: what it scored.
            outcome: how it ended.
            standing: where it stood against the user's habits, if its profile learned it.
        """
        now = attempt.time
        self._observe_pool(now)
        if outcome.is_failure:
            self._observe_failure(attempt, now)
        if not outcome.is_accepted:
            return
        self.lessons.accept(attempt, assessment)
        if assessment.evidence < _CROWDED:
            self.budget.add(assessment.score, day_of(now))
        if standing is not None:
            self._observe_good(attempt, now, standing)

    def _observe_pool(self, now: float) -> None:
        day = day_of(now)
        if day > self._day:
            # Fixed for a day, so that a wave cannot excuse itself.
            ever = self.pool["ever"]
            share = (ever.get("failures", now) + 5.0) / (ever.get("attempts", now) + 50.0)
            self._usual_failures, self._day = min(max(share, _LEAST_FAILURES), _MOST_FAILURES), day
            # Once a day at most, and only of something new.
            if self.lessons.fresh >= _FRESH and not self.is_held:
                self._fall_due()
        for table in self.pool.values():
            table.add("attempts", now)

    def _fall_due(self) -> None:
        if self.due is not None:
            self.take_up(self.due.learned())  # nobody did
        self.lessons.fresh = 0
        if self.is_waited_for:
            self.due = Due(self.lessons.copy(), self.correction, self._red_team)
        else:
            self.relearn()

    def relearn(self) -> Relearned:
        """Learn from the verdicts now; what does no worse scores from the next attempt on."""
        self.lessons.fresh = 0
        return self.take_up(Due(self.lessons, self.correction, self._red_team).learned())

    def take_up(self, found: Relearned) -> Relearned:
        """Score with what a lesson came to, if it is promoted."""
        self.due = None
        if found.is_promoted:
            self.adopt(found.correction, self.learned_number + 1)
            self.latest = found
        return found

    def adopt(self, correction: Correction | None, number: int) -> None:
        """Score with a version that somebody promoted; None with the shipped numbers alone."""
        self.correction, self.learned_number, self.latest = correction, number, None

    def _observe_failure(self, attempt: Attempt, now: float) -> None:
        network = attempt.network
        for table in self.pool.values():
            table.add("failures", now)
        for name, key in exits(attempt):
            self.failures[name].add(key, now)
        if not is_unknown_network(network):
            self.crowds["ip"].add(network.ip, attempt.user, now)
            self.crowds["prefix"].add(network.prefix, attempt.user, now)
        self.crowds["client"].add(client(attempt), attempt.user, now)
        self.crowds["password"].add(attempt.password, attempt.user, now)
        self.crowds["device"].add(attempt.device.id, attempt.user, now)

    def _observe_good(self, attempt: Attempt, now: float, standing: Standing) -> None:
        for name, key in exits(attempt):
            self.good[name].add(key, now)
        self.crowds["device"].add(attempt.device.id, attempt.user, now)
        for name in SHARED:
            value = standing.facts.get(name)
            if value is not None:
                self.shares[name].add(value, now)
                self.totals.add(name, now)
        order = standing.facts.get("order")
        if order is not None:
            self.browsers.add(browser_of(order), now)
        self._name(attempt)
        bucket = standing.bucket
        if bucket is not None and bucket < _BUCKETS and not standing.cell.is_blank:
            self._count_cell(block(standing.cell), bucket, day_of(now))

    def _name(self, attempt: Attempt) -> None:
        network = attempt.network
        if network.asn is None:
            return
        key = str(network.asn)
        if key not in self.names and len(self.names) >= 8192:
            del self.names[next(iter(self.names))]
        self.names[key] = (network.organisation, network.country)

    def _count_cell(self, indices: list[int], bucket: int, day: int) -> None:
        if day > self._cell_day:
            keep = faded(1.0, day - self._cell_day, _CELL_HALF_LIFE)
            self._cells = [[count * keep for count in table] for table in self._cells]
            self._cell_weight = [weight * keep for weight in self._cell_weight]
            self._cell_day = day
        for at in indices:
            self._cells[bucket][at] += 1.0 / len(indices)
        self._cell_weight[bucket] += 1.0

    def learn(self, attempt: Attempt, assessment: Assessment, source: Source, *, valid: bool) -> None:
        """Keep a verdict for the next lesson."""
        self.lessons.judge(attempt, assessment, source, valid=valid)

    def feedback(self, attempt: Attempt, verdict: bool, source: Source) -> None:  # noqa: FBT001 -- Valid or Invalid
        """Hold an Invalid event against its address, device and client everywhere; Valid takes that back.

        One user's word is worth less than an operator's, and more than one only from several users.
        """
        now = attempt.time
        amount = 1.0 if source == "admin" else 0.5
        for key in (f"{name}:{value}" for name, value in _taintable(attempt)):
            if verdict:
                self.taints.take(key, amount)
                continue
            self.crowds["taint"].add(key, attempt.user, now)
            is_sure = source == "admin" or self.crowds["taint"].count(key, now) >= 1.5
            self.taints.add(key, now, amount, limit=2.0 if is_sure else 0.5)

    def tainted(self, attempt: Attempt, now: float) -> float:
        """How strongly feedback of others speaks against an attempt: the worst of its parts.

        What many good sign-ins share, as a popular browser or an office's address, is hardly tainted.
        """
        worst = 0.0
        for name, value in _taintable(attempt):
            strength = _TELLING[name] * self.taints.get(f"{name}:{value}", now)
            if strength and name in self.good:
                # Good sign-ins are remembered for hours, taints for days: at that pace there were more.
                pace = self.taints.half_life / self.good[name].half_life
                strength /= 1.0 + 0.3 * pace * self.good[name].get(value, now)
            worst = max(worst, strength)
        return worst

    # Restart.

    def to_state(self) -> dict[str, Any]:
        """Everything as plain values that JSON keeps exactly."""
        return {
            **self.small_state(),
            "tables": {path: table.to_state() for path, table in self.tables()},
            "lessons": self.lessons.to_state(),
        }

    def small_state(self) -> dict[str, Any]:
        """Everything but tables and lessons."""
        return {
            "state": _STATE,
            "budget": self.budget.to_state(),
            "names": self.names.copy(),
            "cells": [list(table) for table in self._cells],
            "cell_weight": list(self._cell_weight),
            "cell_day": self._cell_day,
            "usual_failures": self._usual_failures,
            "day": self._day,
            "correction": self.correction.to_state() if self.correction else None,
            "learned_number": self.learned_number,
        }

    @classmethod
    def from_state(
        cls, state: Mapping[str, Any], capacity: int = 50_000, model: Model | None = None
    ) -> "Population":
        """Rebuild from `to_state`.

        Raises:
            ValueError: the state is of another release.
        """
        population = cls(capacity, model)
        population.load_small(state)
        for path, table in population.tables():
            table.load(state["tables"].get(path, {}))
        population.lessons.load(state["lessons"])
        return population

    def load_small(self, state: Mapping[str, Any]) -> None:
        """Take over what `small_state` gave.

        Raises:
            ValueError: the state is of another release.
        """
        if state.get("state") != _STATE:
            raise ValueError(f"population state {state.get('state')!r} is not {_STATE}")
        self.budget.load(state["budget"])
        self.names = {key: (name[0], name[1]) for key, name in state["names"].items()}
        self._cells = [[float(count) for count in table] for table in state["cells"]]
        self._cell_weight = [float(weight) for weight in state["cell_weight"]]
        self._cell_day = int(state["cell_day"])
        self._usual_failures = float(state["usual_failures"])
        self._day = int(state["day"])
        self.learned_number = int(state["learned_number"])
        kept = state["correction"]
        self.correction = Correction.from_state(kept) if kept else None

    def tables(self) -> list[tuple[str, Tally | Crowd]]:
        """The tables by their paths, in an order of their own."""
        groups: tuple[tuple[str, Mapping[str, Tally | Crowd]], ...] = (
            ("shares", self.shares),
            ("failures", self.failures),
            ("good", self.good),
            ("crowds", self.crowds),
            ("pool", self.pool),
        )
        tables = [(f"{group}.{name}", table) for group, named in groups for name, table in named.items()]
        return [*tables, ("totals", self.totals), ("browsers", self.browsers), ("taints", self.taints)]


def client(attempt: Attempt) -> str | None:
    """The client as its headers show it: their order and the exact agent; None without both."""
    if attempt.header_order is None or attempt.agent.exact is None:
        return None
    return f"{attempt.header_order}|{attempt.agent.exact}"


def browser_of(order: str) -> str:
    """The browser whose order of headers a value is."""
    return order.partition("|")[0]


def exits(attempt: Attempt) -> tuple[tuple[str, str | None], ...]:
    """The keys under which an attempt's end is held for or against others."""
    network = attempt.network
    if is_unknown_network(network):
        return (("client", client(attempt)),)
    return (
        ("ip", network.ip),
        ("prefix", network.prefix),
        ("asn", None if network.asn is None else str(network.asn)),
        ("client", client(attempt)),
    )


def _taintable(attempt: Attempt) -> list[tuple[str, str]]:
    """What of an attempt feedback speaks of beyond its user."""
    parts = [("device", attempt.device.id), ("client", client(attempt))]
    if not is_unknown_network(attempt.network):
        parts += [("ip", attempt.network.ip), ("prefix", attempt.network.prefix)]
    return [(name, value) for name, value in parts if value is not None]
