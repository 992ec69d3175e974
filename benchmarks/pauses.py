"""What stops the loop of a serving process, under a stuffing attack on a pool whose tables are full?"""
# ruff: noqa: SLF001 - what the loop and the interpreter do inside is the question

import argparse
import asyncio
import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
from asyncio import events
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any

import servers
from people import People, settle
from reports import Report
from stuffing import Stream, request_of

from riskengine.config import Settings, load
from riskengine.flows.services import Services
from riskengine.wiring import open_house

_PLACES = 6  # innermost lines of ours in a stack
_SAMPLE_SECONDS = 0.001
_LEAST_SECONDS = 0.004  # of a callback that is told of


class Watch:
    """Times every callback of the loop; a thread beside it looks where the long ones are."""

    def __init__(self) -> None:
        self._current = self._collecting = self._collecting_used = self._collected_here = 0.0
        self._stack: tuple[str, ...] = ()
        self.pauses: list[dict[str, Any]] = []
        self.callbacks = 0
        self._loop_thread = threading.get_ident()

    def start(self) -> None:
        """From now on."""
        plain = events.Handle._run

        def timed(handle: events.Handle) -> Any:
            self._current = begun = perf_counter()
            self._stack = ()
            processor, collected = thread_time(), self._collected_here
            try:
                return plain(handle)
            finally:
                took, self._current = perf_counter() - begun, 0.0
                self.callbacks += 1
                collected = self._collected_here - collected
                if took - collected > _LEAST_SECONDS:
                    self._note(took, thread_time() - processor - collected, repr(handle._callback))

        events.Handle._run = timed  # type: ignore[method-assign, assignment]
        gc.callbacks.append(self._collected)
        threading.Thread(target=self._look, daemon=True).start()

    def _note(self, took: float, processor: float, name: str) -> None:
        self.pauses.append({"seconds": took, "processor": processor, "where": self._stack or (name[:120],)})

    def _collected(self, phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            self._collecting, self._collecting_used = perf_counter(), thread_time()
            return
        took, used = perf_counter() - self._collecting, thread_time() - self._collecting_used
        if threading.get_ident() == self._loop_thread:
            self._collected_here += took
        if took > _LEAST_SECONDS / 2:
            where = (f"garbage collection, generation {info['generation']}",)
            self.pauses.append({"seconds": took, "processor": used, "where": where})

    def _look(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(_SAMPLE_SECONDS)
            begun = self._current
            if begun and perf_counter() - begun > _LEAST_SECONDS / 2:
                frame = sys._current_frames().get(self._loop_thread)
                if begun == self._current:
                    self._stack = _places(frame)


def _places(frame: Any) -> tuple[str, ...]:
    found: list[str] = []
    while frame is not None and len(found) < _PLACES:
        code = frame.f_code
        if "riskengine" in code.co_filename:
            found.append(f"{Path(code.co_filename).name}:{frame.f_lineno} {code.co_name}")
        frame = frame.f_back
    return tuple(found)


def serve(file: str, command: list[str]) -> None:
    """`riskengine serve` in this process, watched; on asyncio's own loop, whose callbacks can be timed."""
    sys.modules["uvloop"] = None  # type: ignore[assignment]
    from riskengine.cli.commands import riskengine
    from riskengine.server import run

    watch = Watch()
    settle_ = run.settle_memory

    def settled() -> None:
        settle_()
        watch.start()  # what starting up takes stops nobody

    run.settle_memory = settled
    try:
        riskengine(command, standalone_mode=False)
    finally:
        told = {"pauses": watch.pauses, "callbacks": watch.callbacks}
        Path(file).write_text(json.dumps(told), encoding="utf-8")


def flood(folder: Path, people: People, count: int) -> dict[str, float]:
    """Fill the pool's tables as that many made-up names from as many places did; how its state is kept."""
    settings = load(str(folder / "riskengine.toml"), {"database": f"sqlite:///{folder / 'riskengine.db'}"})
    return asyncio.run(_flooded(settings, people.pool, count))


async def _flooded(settings: Settings, pool: str, count: int) -> dict[str, float]:
    async with open_house(settings) as services:
        journal = await services.risk.shelf.journal(pool, services.clock.now())
        population, now = journal.engine.population, services.clock.now() / 1e6
        for number in range(count):
            address, prefix, user = _address(number), f"{number:x}", f"?{_chance('user', number)}"
            agent = f"{_ORDERS[number % 3]}|{_AGENT}{number}"
            time = now - (count - number) * 0.02
            for name, key in (("ip", address), ("prefix", prefix), ("client", agent)):
                population.failures[name].add(key, time)
                population.crowds[name].add(key, user, time)
            population.crowds["device"].add(f"{_chance('device', number)}:{number}", user, time)
        return await _kept(services, pool)


async def _kept(services: Services, pool: str) -> dict[str, float]:
    journal = await services.risk.shelf.journal(pool, services.clock.now())
    begun, processor = perf_counter(), _processor()
    await services.risk.shelf.keep(journal, services.clock.now(), is_last=True)
    took, used = perf_counter() - begun, _processor() - processor
    kept = await services.storage.populations.find(pool)
    return {"seconds": took, "processor": used, "bytes": len(kept[1]) if kept else 0}


def _processor() -> float:
    times = os.times()
    return times.user + times.system


_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0."
_ORDERS = ("firefox", "chrome", "user-agent,accept")


def _chance(what: str, number: int) -> str:
    return blake2b(f"{what}{number}".encode(), digest_size=16).hexdigest()


def _address(number: int) -> str:
    found = _chance("address", number)
    return f"2a01:{found[:4]}:{found[4:8]}:{found[8:12]}::1"


def attack(order: dict[str, Any]) -> dict[str, Any]:
    """Made-up names, each from a place of its own, some with the same browser."""

    def make(number: int) -> tuple[dict[str, str], bytes]:
        address = _address(-number) if number % 2 else f"{number % 190 + 20}.{number // 190 % 250}.7.9"
        headers, body = request_of(order["client"], f"nobody{number}", f"Guess-{number}!aA1", address)
        return {**headers, "User-Agent": f"{_AGENT}{number}"}, body

    stream = Stream(order["url"], order["rate"], make)
    asyncio.run(stream.during(order["seconds"]))
    return stream.told()


@contextmanager
def _attacker(order: dict[str, Any]) -> Iterator[subprocess.Popen[str]]:
    command = ["nice", "-n", "15", sys.executable, __file__, "--attack", json.dumps(order)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process


def main() -> None:
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2], sys.argv[3:])
        return
    options = _options()
    if options.attack:
        print(json.dumps(attack(json.loads(options.attack))))
        return
    report = Report(__doc__)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with servers.riskengine(folder) as server:
            people = settle(server, 8, "ENFORCED")
        keeping = flood(folder, people, options.flooded)
        told, answers = _watched(folder, people, options)
    _print(report, told, answers, keeping)
    if not options.brief:
        report.save("pauses", {"keeping": keeping, "answers": answers})


def _watched(
    folder: Path, people: People, options: argparse.Namespace
) -> tuple[dict[str, Any], dict[str, Any]]:
    file = folder / "told.json"
    with servers.riskengine(folder, program=(__file__, "--serve", str(file))) as server:
        order = {"url": server.url + "/", "client": people.client, "rate": options.attempts}
        with _attacker({**order, "seconds": options.seconds}) as attacker:
            answers = json.loads(attacker.communicate()[0])
    told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return told, answers


def _print(report: Report, told: dict[str, Any], answers: dict[str, Any], keeping: dict[str, float]) -> None:
    pauses = sorted(told["pauses"], key=lambda each: -each["processor"])
    places = Counter(" < ".join(each["where"][:3]) for each in pauses)
    longest = {" < ".join(each["where"][:3]): each for each in reversed(pauses)}
    rows = [
        [place, str(places[place]), f"{each['seconds'] * 1e3:.1f}", f"{each['processor'] * 1e3:.1f}"]
        for place, each in sorted(longest.items(), key=lambda item: -item[1]["processor"])[:24]
    ]
    report.table(
        f"Callbacks of more than {_LEAST_SECONDS * 1e3:.0f} ms among {told['callbacks']:,}",
        ["where", "times", "longest ms", "of it on the processor"],
        rows,
    )
    report.note(
        f"{answers['answered']:,} attempts answered, p99 {answers['p99_ms']:.0f} ms."
        f" Keeping the state took {keeping['seconds'] * 1e3:.0f} ms and {keeping['processor'] * 1e3:.0f} ms"
        f" of processors; {keeping['bytes'] / 1e6:.1f} MB are stored."
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=float, default=300.0, help="of the attack, a second")
    parser.add_argument("--seconds", type=float, default=65.0, help="of the attack")
    parser.add_argument("--flooded", type=int, default=60_000, help="made-up attempts before it")
    parser.add_argument("--brief", action="store_true", help="nothing is saved")
    parser.add_argument("--attack", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
