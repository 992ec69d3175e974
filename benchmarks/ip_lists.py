"""What do block and skip lists cost an attempt, empty and with 200 ranges each?"""

import argparse
import random  # noqa: TID251 - the same lists for the same seed
import statistics
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address
from time import perf_counter

from reports import Report, percentile

from riskengine import api
from riskengine.flows.threat import ThreatPolicy, compiled

_HEADER = ("what", "median", "99 %", "calls")
_MOST = 200  # ranges that one list takes
_LOOPS = 100  # look-ups between two readings of the clock
_ADDRESSES = 997  # a prime: no rhythm with the loops
_ROUNDS = 5


def main() -> None:
    """Print the tables; save them unless --brief."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=2000, help=f"readings, each over {_LOOPS} look-ups")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--brief", action="store_true", help="save nothing")
    options = parser.parse_args()
    report = Report(__doc__ or "")
    chance = random.Random(options.seed)
    figures = [
        *_look_ups(report, chance, options.calls),
        *_compiling(report, chance, max(10, options.calls // 20)),
    ]
    medians = [float(str(each["median"])) for each in figures if "200 + 200" in str(each["what"])]
    report.note(
        f"With 200 + 200 ranges both lists cost an attempt {max(medians):.2f} µs at most; they are compiled"
        " once for each configuration, not for each attempt."
    )
    if not options.brief:
        report.save("ip_lists", figures)


def _look_ups(report: Report, chance: random.Random, calls: int) -> list[dict[str, object]]:
    figures = []
    for name, size in (("empty", 0), ("20 + 20 ranges", 20), ("200 + 200 ranges", _MOST)):
        blocked, skipped = _ranges(chance, size), _ranges(chance, size)
        policy = _policy(blocked, skipped)
        for kind, addresses in (
            ("IPv4 misses", _outside(policy, [_v4(chance) for _ in range(2 * _ADDRESSES)])),
            ("IPv6 misses", _outside(policy, [_v6(chance) for _ in range(2 * _ADDRESSES)])),
            ("skipped", _inside(chance, skipped)),
            ("blocked", _inside(chance, blocked)),
        ):
            if addresses:
                micros = _clocked(_asking(policy, addresses), calls)
                figures.append(_figure(f"{name}, {kind}", micros))
    report.table("Both lists asked, µs an attempt", _HEADER, [_row(figure) for figure in figures])
    return figures


def _compiling(report: Report, chance: random.Random, calls: int) -> list[dict[str, object]]:
    blocked, skipped = _ranges(chance, _MOST), _ranges(chance, _MOST)
    figure = _figure(
        "a configuration compiled, once", _clocked(lambda: _policy(blocked, skipped), calls, loops=1)
    )
    report.table("Making it ready, µs", _HEADER, [_row(figure)])
    return [figure]


def _policy(blocked: Sequence[str], skipped: Sequence[str]) -> ThreatPolicy:
    lists = api.RiskExceptionConfigurationType(
        blocked_ip_range_list=list(blocked), skipped_ip_range_list=list(skipped)
    )
    return compiled(api.RiskConfigurationType(risk_exception_configuration=lists), "ENFORCED")


def _asking(policy: ThreatPolicy, addresses: Sequence[str]) -> Callable[[], object]:
    """What a sign-in asks, of one address after the other."""
    place = 0

    def ask() -> object:
        nonlocal place
        place = (place + 1) % len(addresses)
        address = addresses[place]
        return policy.is_blocked(address) or policy.scores(address)

    return ask


def _clocked(work: Callable[[], object], calls: int, loops: int = _LOOPS) -> list[list[float]]:
    """µs of one call: the means of `loops`, in rounds."""
    rounds = []
    for _ in range(_ROUNDS):
        micros = []
        for _ in range(max(1, calls // _ROUNDS)):
            began = perf_counter()
            for _ in range(loops):
                work()
            micros.append((perf_counter() - began) * 1e6 / loops)
        rounds.append(micros)
    return rounds


def _figure(what: str, rounds: list[list[float]]) -> dict[str, object]:
    every = [each for micros in rounds for each in micros]
    medians = [statistics.median(micros) for micros in rounds]
    return {
        "what": what,
        "median": round(statistics.median(every), 3),
        "rounds": [round(min(medians), 3), round(max(medians), 3)],
        "p99": round(percentile(every, 0.99), 3),
        "calls": len(every),
    }


def _row(figure: dict[str, object]) -> Sequence[str]:
    lowest, highest = figure["rounds"]  # type: ignore[misc]
    median = f"{figure['median']:.2f} ({lowest:.2f}-{highest:.2f})"
    return str(figure["what"]), median, f"{figure['p99']:.2f}", f"{figure['calls']:,}"


def _v4(chance: random.Random) -> str:
    return str(IPv4Address(chance.randrange(1 << 24, 224 << 24)))


def _v6(chance: random.Random) -> str:
    return str(IPv6Address((0x2A << 120) | chance.getrandbits(120)))


def _ranges(chance: random.Random, count: int) -> list[str]:
    """Half of each version, from single addresses to whole providers."""
    v4 = [f"{_v4(chance)}/{chance.choice((16, 20, 24, 28, 32))}" for _ in range((count + 1) // 2)]
    return v4 + [f"{_v6(chance)}/{chance.choice((32, 40, 48, 56, 64, 128))}" for _ in range(count // 2)]


def _outside(policy: ThreatPolicy, addresses: Sequence[str]) -> list[str]:
    kept = [each for each in addresses if not policy.is_blocked(each) and policy.scores(each)]
    return kept[:_ADDRESSES]


def _inside(chance: random.Random, ranges: Sequence[str]) -> list[str]:
    """The first address of each, in any order."""
    addresses = [entry.partition("/")[0] for entry in ranges]
    chance.shuffle(addresses)
    return addresses


if __name__ == "__main__":
    main()
