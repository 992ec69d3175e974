"""What does a full list of breached passwords cost: to import, on the disk, to look up, in false positives?

A list of real SHA-1 hashes of made-up passwords is written as it is downloaded, imported by the code behind
`riskengine breaches import`, and asked for passwords that are in it and passwords that are not. Then lists of
up to a billion random hashes are built by the same builder, without a text to read.
"""

import argparse
import gc
import gzip
import hashlib
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter, perf_counter_ns
from typing import Any

import numpy as np
import numpy.typing as npt
from reports import Report, percentile

from riskengine.base.clock import SystemClock
from riskengine.base.secret import Secret
from riskengine.breaches import layout
from riskengine.breaches.builder import Builder
from riskengine.breaches.filter import BreachFilter
from riskengine.breaches.hashes import digest_of
from riskengine.breaches.importing import Order, import_list

_SAVED = 20_000_000
BILLION = 1_000_000_000
_BATCH = 1 << 20
_ASKED = 200_000  # look-ups on the clock
_STRANGERS = 2_000_000  # look-ups for the share of false positives


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--entries", type=int, default=_SAVED, help="of the list that is written and imported"
    )
    parser.add_argument(
        "--random", type=int, nargs="*", default=[100_000_000, BILLION], help="of random ones"
    )
    parser.add_argument("--folder", help="for some 3 GB of files; else the machine's temporary one")
    parser.add_argument("--brief", action="store_true", help="save nothing")
    options = parser.parse_args()
    report = Report(__doc__)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        imports = _imports(report, Path(folder), options.entries)
        built = [_built(Path(folder), many) for many in options.random]
    _print_look_ups(report, [imports["plain"], imports["exact"], *built])
    _print_arithmetic(report, [imports["plain"], *built])
    if not options.brief:
        report.save("breaches", {"imports": imports, "random": built})


def password(number: int) -> str:
    """One of the made-up passwords: below the number of entries they are in the list."""
    return f"made-up password {number}"


def _imports(report: Report, folder: Path, many: int) -> dict[str, Any]:
    text = folder / "list.txt"
    _write_list(text, many)
    packed = folder / "list.txt.gz"
    with text.open("rb") as source, gzip.open(packed, "wb", compresslevel=1) as target:
        shutil.copyfileobj(source, target, _BATCH)
    orders = {
        "plain": Order(source=text, target=folder / "plain"),
        "gzip": Order(source=packed, target=folder / "gzip"),
        "exact": Order(source=text, target=folder / "exact", has_checks=True),
        "least count 2": Order(source=text, target=folder / "fewer", least_count=2),
    }
    found = {name: _imported(order, many) for name, order in orders.items()}
    for name in ("plain", "exact"):
        found[name] |= {"name": f"{name}, {many:,} imported", **_asked(orders[name].target, many)}
    report.table(
        f"Importing a list of {many:,} hashes ({text.stat().st_size / 1e6:,.0f} MB of text)",
        ("", "seconds", "million lines/s", "hashes kept", "bytes a hash", "peak MB"),
        [
            [
                name,
                f"{each['seconds']:.1f}",
                f"{many / each['seconds'] / 1e6:.1f}",
                f"{each['entries']:,}",
                f"{each['bytes'] / each['entries']:.3f}",
                f"{each['peak_mb']:,.0f}",
            ]
            for name, each in found.items()
        ],
    )
    return found


def _imported(order: Order, many: int) -> dict[str, Any]:
    """One import, in a process of its own, so that its memory can be told."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        began = perf_counter()
        import_list(order, SystemClock().now())
        os.write(writing, f"{perf_counter() - began} {_peak_mb()}".encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        seconds, peak = map(float, told.read().split())
    os.waitpid(child, 0)
    known = BreachFilter.open(order.target)
    return {
        "seconds": seconds,
        "lines": many,
        "entries": len(known),
        "bytes": order.target.stat().st_size,
        "peak_mb": peak,
    }


def _peak_mb() -> float:
    """The most memory of its own that this process had since it began, in MB."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1e3
    return 0.0


def _write_list(path: Path, many: int) -> None:
    """SHA-1 of the passwords, in order, with counts as they are: half were seen once."""
    digests = np.empty((many, 20), np.uint8)
    for start in range(0, many, _BATCH):
        stop = min(many, start + _BATCH)
        made = b"".join(hashlib.sha1(password(n).encode()).digest() for n in range(start, stop))
        digests[start:stop] = np.frombuffer(made, np.uint8).reshape(-1, 20)
    order = np.argsort(digests[:, :8].copy().view(">u8")[:, 0], kind="stable")
    counts = np.minimum(1 / np.random.default_rng(1).random(many), 4e7).astype(np.int64)
    with path.open("wb") as file:
        for start in range(0, many, _BATCH):
            rows = order[start : start + _BATCH]
            hexes = digests[rows].tobytes().hex().upper()
            file.writelines(
                f"{hexes[40 * n : 40 * n + 40]}:{count}\r\n".encode()
                for n, count in enumerate(counts[rows].tolist())
            )


def _asked(path: Path, many: int) -> dict[str, Any]:
    """Every look-up begins with the password, as the service's do."""
    known = BreachFilter.open(path)

    def digests(first: int, last: int, count: int) -> list[bytes]:
        return [hashlib.sha1(password(number).encode()).digest() for number in _some(first, last, count)]

    def secrets(first: int, last: int) -> list[Secret]:
        return [Secret(password(number)) for number in _some(first, last, _ASKED)]

    members = digests(0, many, _STRANGERS)
    if not all(known.has(digest) for digest in members):
        raise SystemExit("A hash of the list was not found")
    strangers = digests(many, many + 10 * _STRANGERS, min(_STRANGERS, 10 * many))
    return {
        "members_found": len(members),
        "strangers": len(strangers),
        "false_positives": sum(known.has(digest) for digest in strangers),
        "known_us": _timed(lambda each: known.has(digest_of("SHA-1", each)), secrets(0, many)),
        "unknown_us": _timed(
            lambda each: known.has(digest_of("SHA-1", each)), secrets(many, many + 10 * _ASKED)
        ),
    }


def _some(first: int, last: int, count: int) -> list[int]:
    """Numbers of a range, not twice, in no order."""
    chance = np.random.default_rng(2)
    found: list[int] = (first + chance.choice(last - first, min(count, last - first), replace=False)).tolist()
    return found


def _timed(ask: Callable[[Any], object], questions: list[Any]) -> dict[str, float]:
    """Microseconds of each of many look-ups: median, 99th percentile, mean."""
    for question in questions[:1000]:
        ask(question)
    gc.collect()
    gc.disable()
    taken = []
    for question in questions:
        began = perf_counter_ns()
        ask(question)
        taken.append((perf_counter_ns() - began) / 1e3)
    gc.enable()
    return {
        "median": statistics.median(taken),
        "p99": percentile(taken, 0.99),
        "mean": statistics.fmean(taken),
    }


def _built(folder: Path, many: int) -> dict[str, Any]:
    """A list of so many random hashes, built as a stream; members and strangers are drawn from it."""
    path = folder / "random"
    began = perf_counter()
    members = _build(path, many)
    seconds = perf_counter() - began
    known = BreachFilter.open(path)
    chance = np.random.default_rng(3)
    members = [members[at] for at in chance.permutation(len(members)).tolist()]
    if not all(known.has(digest) for digest in members):
        raise SystemExit("A hash of the list was not found")
    # Of 2**64 first halves a billion are members: a random one is none.
    strangers = [chance.bytes(20) for _ in range(min(_STRANGERS, 10 * many))]
    found = {
        "name": f"{many:,} random",
        "entries": many,
        "bytes": path.stat().st_size,
        "build_seconds": seconds,
        "members_found": len(members),
        "strangers": len(strangers),
        "false_positives": sum(known.has(digest) for digest in strangers),
        "known_us": _timed(known.has, members[:_ASKED]),
        "unknown_us": _timed(known.has, strangers[:_ASKED]),
    }
    del known
    path.unlink()
    return found


def _build(path: Path, many: int) -> list[bytes]:
    """Write the file; answers a sample of its hashes."""
    builder, firsts, blocks = Builder(has_checks=False), [], 0
    sample: list[bytes] = []
    with path.open("wb") as file:
        file.write(bytes(layout.HEADER_SIZE))
        for keys in _ascending(many):
            done = builder.add(keys, np.zeros((len(keys), layout.CHECK_SIZE), np.uint8))
            file.write(done.content.tobytes())
            firsts.append(done.firsts)
            blocks += len(done)
            sample += [int(key).to_bytes(8, "big") + bytes(12) for key in keys[:: max(1, many // 500_000)]]
        rest = len(builder.waiting)
        block, last = builder.finish()
        file.write(block.content.tobytes())
        file.write(np.concatenate([*firsts, block.firsts]).astype("<u8").tobytes())
        file.write(last.to_bytes(8, "little"))
        header = layout.Header(
            kind="SHA-1",
            entries=blocks * layout.WIDTH + rest,
            blocks=blocks + 1,
            has_checks=False,
            least_count=1,
            source="random",
            source_date=0,
            imported=0,
        )
        file.seek(0)
        file.write(layout.header_bytes(header))
    return sample


def _ascending(many: int) -> Iterator[npt.NDArray[np.uint64]]:
    """Random numbers in order: of each equal part of the line its share, drawn and sorted."""
    chance = np.random.default_rng(4)
    parts = max(1, many // _BATCH)
    for part, share in enumerate(chance.multinomial(many, [1 / parts] * parts).tolist()):
        low, high = (part << 64) // parts, ((part + 1) << 64) // parts
        keys = chance.integers(low, high - 1, share, dtype=np.uint64, endpoint=True)
        keys.sort()
        yield keys


def _print_look_ups(report: Report, found: list[dict[str, Any]]) -> None:
    rows = []
    for each in found:
        known, unknown = each["known_us"], each["unknown_us"]
        share = each["false_positives"] / each["strangers"]
        rows.append(
            [
                each["name"],
                f"{known['median']:.1f} / {known['p99']:.1f}",
                f"{unknown['median']:.1f} / {unknown['p99']:.1f}",
                f"{each['members_found']:,}",
                f"{each['false_positives']:,} of {each['strangers']:,}",
                f"1 in {1 / share:,.0f}" if share else "none",
            ]
        )
    report.table(
        "Looking up (imported lists: with hashing the password)",
        (
            "list",
            "known, median / p99 µs",
            "unknown, median / p99 µs",
            "members found",
            "false positives",
            "",
        ),
        rows,
    )


def _print_arithmetic(report: Report, found: list[dict[str, Any]]) -> None:
    rows = [
        [f"{each['entries']:,}", f"{each['bytes']:,}", f"{layout.size_of(each['entries']):,}"]
        for each in found
    ]
    rows += [
        [f"{BILLION:,} by arithmetic", "", f"{layout.size_of(BILLION):,}"],
        [f"{BILLION:,} exact, by arithmetic", "", f"{layout.size_of(BILLION, has_checks=True):,}"],
    ]
    report.table("Bytes on the disk", ("hashes", "measured", "foretold"), rows)
    if any(each["bytes"] != layout.size_of(each["entries"]) for each in found):
        sys.exit("The arithmetic is wrong")


if __name__ == "__main__":
    main()
