"""The floor beneath a sign-in: the cryptography it cannot do without, and how near the whole comes to it."""

import asyncio
import multiprocessing
import statistics
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.pool import Pool
from os import cpu_count
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any

import inside
import servers
from people import Mode, People, settle
from reports import Report, spread

from riskengine.base.secret import Secret
from riskengine.credentials import group, srp
from riskengine.tokens import jwt
from riskengine.tokens.keys import SigningKey, new_signing_key

MANY = 16  # connections that fill one process
_MODES: tuple[Mode, ...] = ("OFF", "ENFORCED")
_IDENTITY = srp.Identity("AbCdEfGhI", "00000000-0000-4000-8000-000000000000")
_PASSWORD = Secret("Corr3ct-horse-battery!")
_SALT = "1f" * 16
_CLAIMS = {"sub": "x" * 36, "scope": "y" * 400}  # of the size of a token's
_CALLS = 200  # of each function, measured alone in each round


@dataclass
class Measured:
    """What the rounds brought; processor times in µs."""

    signatures: list[float] = field(default_factory=list)
    proof: list[float] = field(default_factory=list)
    power: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)  # floors a second, on all cores
    plain_rates: list[float] = field(default_factory=list)
    whole: dict[tuple[Mode, int], list[dict[str, float]]] = field(default_factory=lambda: defaultdict(list))

    @property
    def floor(self) -> float:
        """Of two signatures and the proof of a password as it is done."""
        return statistics.median(self.signatures) + statistics.median(self.proof)

    @property
    def plain_floor(self) -> float:
        """The same, were the proof's power of 2 raised as that of any number."""
        return statistics.median(self.signatures) + statistics.median(self.power)


class Crypto:
    """What a sign-in cannot do without, by our own functions."""

    def __init__(self) -> None:
        self._key: SigningKey = new_signing_key()
        self._verifier = srp.new_verifier(_IDENTITY, _PASSWORD, _SALT)
        group.prepare()

    def sign(self) -> None:
        """The signatures of an ID token and an access token."""
        jwt.sign(self._key, _CLAIMS)
        jwt.sign(self._key, _CLAIMS)

    def prove(self) -> None:
        """A password against its verifier: a 3072-bit modular power of 2, by table."""
        assert srp.proves(_IDENTITY, _PASSWORD, _SALT, self._verifier)

    def power(self) -> None:
        """A 3072-bit modular power of any number with a 256-bit exponent, as SRP's exchange needs it."""
        group.power(int.from_bytes(self._verifier, "big"), 2**255 + 1234567)


_here: list[Crypto] = []


def _prepare() -> None:
    _here.append(Crypto())


def _rate(seconds: float) -> float:
    """Floors a second of this process, which does nothing else."""
    return _repeated(_here[0].prove, seconds)


def _plain_rate(seconds: float) -> float:
    return _repeated(_here[0].power, seconds)


def _repeated(proof: Callable[[], None], seconds: float) -> float:
    crypto, began, count = _here[0], perf_counter(), 0
    while perf_counter() - began < seconds:
        crypto.sign()
        proof()
        count += 1
    return count / (perf_counter() - began)


def _alone(work: Callable[[], None]) -> float:
    """µs of processor time of one call, the median of many."""
    taken = []
    for _ in range(_CALLS):
        before = thread_time()
        work()
        taken.append((thread_time() - before) * 1e6)
    return statistics.median(taken)


def pool_of_cores() -> Pool:
    """A process for each core, ready to do nothing but the cryptography."""
    return multiprocessing.get_context("spawn").Pool(cpu_count(), _prepare)


async def measure(database: Path, load: servers.Load, cores: Pool, options: Any) -> Measured:
    """The floor and the whole sign-in take turns; the service is as it is, with no watch in it."""
    measured, crypto = Measured(), Crypto()
    async with inside.riskengine(database) as (_, server):
        crowds = {mode: await asyncio.to_thread(settle, server, options.users, mode) for mode in _MODES}
        for _ in range(options.rounds):
            measured.signatures.append(_alone(crypto.sign))
            measured.proof.append(_alone(crypto.prove))
            measured.power.append(_alone(crypto.power))
            for rates, rate in ((measured.rates, _rate), (measured.plain_rates, _plain_rate)):
                each = [options.seconds] * (cpu_count() or 1)
                rates.append(sum(await asyncio.to_thread(cores.map, rate, each, 1)))
            for mode, crowd in crowds.items():
                for connections in (1, MANY):
                    one = await _whole(load, crowd, connections, options.seconds)
                    measured.whole[mode, connections].append(one)
    return measured


async def _whole(load: servers.Load, crowd: People, connections: int, seconds: float) -> dict[str, float]:
    """Processor time of a sign-in, µs by thread; and sign-ins a second."""
    order = crowd.order("InitiateAuth", connections, seconds, 0.3)
    before = inside.processor_seconds()
    result = await asyncio.to_thread(load.measure, order)
    after = inside.processor_seconds()
    taken = {name: (after[name] - before[name]) / result["answered"] * 1e6 for name in after}
    return {
        **taken,
        "whole": sum(taken.values()),
        "per_second": result["per_second"],
        "client": result["client_cpu_ms"] * 1e3,
    }


def print_floor(report: Report, measured: Measured) -> None:
    """The tables of the floor."""
    report.table(
        "The floor: processor time of the cryptography alone, µs",
        ["", "µs"],
        [
            ["two RS256 signatures, 2048 bits", spread(measured.signatures)],
            ["the password's proof: 3072-bit power of 2, by table", spread(measured.proof)],
            ["a 3072-bit power of any number, 256-bit exponent", spread(measured.power)],
            ["the floor: signatures and proof", f"{measured.floor:,.0f}"],
            ["the plain floor: signatures and a power of any number", f"{measured.plain_floor:,.0f}"],
        ],
    )
    _print_threads(report, measured)
    _print_rates(report, measured)


def _print_threads(report: Report, measured: Measured) -> None:
    parts = (inside.LOOP, inside.SIGNATURES, inside.WRITER, inside.OTHERS)
    rows = [
        [
            f"{mode}, {connections}",
            *(f"{statistics.median(one.get(part, 0.0) for one in rounds):,.0f}" for part in parts),
            spread([one["whole"] for one in rounds]),
            _shares([measured.floor / one["whole"] for one in rounds]),
            _shares([measured.plain_floor / one["whole"] for one in rounds]),
        ]
        for (mode, connections), rounds in measured.whole.items()
    ]
    report.table(
        "Processor time of one sign-in by thread, µs (no watch in it)",
        ["threat protection, connections", *parts, "the whole", "floor / whole", "plain floor / whole"],
        rows,
    )


def _print_rates(report: Report, measured: Measured) -> None:
    cores = f"{cpu_count()} processes"
    rows = [
        [f"the floor alone, {cores}", spread(measured.rates), "", "", ""],
        [f"the plain floor alone, {cores}", spread(measured.plain_rates), "", "", ""],
    ]
    for (mode, connections), rounds in measured.whole.items():
        reached = [one["per_second"] for one in rounds]
        rows.append(
            [
                f"sign-ins, {mode}, connections: {connections}",
                spread(reached),
                *(
                    _shares([each / rate for each, rate in zip(reached, rates, strict=True)])
                    for rates in (measured.rates, measured.plain_rates)
                ),
                f"{statistics.median(one['client'] for one in rounds):,.0f}",
            ]
        )
    report.table(
        "A second, on the same cores (which the sign-ins share with the load generator)",
        ["", "per second", "of the floor", "of the plain floor", "load generator's CPU, µs"],
        rows,
    )


def _shares(shares: list[float]) -> str:
    return f"{statistics.median(shares):.0%} ({min(shares):.0%}-{max(shares):.0%})"


def figures(measured: Measured) -> dict[str, Any]:
    """What is kept of it."""
    return {
        "signatures_us": measured.signatures,
        "proof_us": measured.proof,
        "power_us": measured.power,
        "floors_per_second": measured.rates,
        "plain_floors_per_second": measured.plain_rates,
        "sign_ins": [
            {"mode": mode, "connections": connections, "rounds": rounds}
            for (mode, connections), rounds in measured.whole.items()
        ],
    }
