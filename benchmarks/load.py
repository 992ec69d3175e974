"""The load generator, a process of its own: takes one measurement as a JSON line, answers with another."""

import asyncio
import json
import sys
from itertools import cycle
from time import perf_counter, process_time
from typing import Any

import aiohttp
import uvloop
from reports import percentile
from srp_client import Prover

_PATIENCE = aiohttp.ClientTimeout(total=60)


class Call:
    """What one user sends: one request, or with a proof by SRP two."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.headers: dict[str, str] = request["headers"]
        self.body: bytes = request["body"].encode()
        proof = request.get("proof")
        self._second: dict[str, str] = proof["headers"] if proof else {}
        self._prover = Prover(**proof["prover"]) if proof else None

    async def carried_out(self, session: aiohttp.ClientSession, url: str) -> tuple[int, bytes]:
        """Status and body of the last answer."""
        status, text = await _post(session, url, self.headers, self.body)
        if self._prover is None or status != 200:
            return status, text
        # Beside the loop: the other connections' calls go on meanwhile.
        body = await asyncio.to_thread(self._prover.answer, text)
        return await _post(session, url, self._second, body)


async def _post(
    session: aiohttp.ClientSession, url: str, headers: dict[str, str], body: bytes
) -> tuple[int, bytes]:
    async with session.post(url, data=body, headers=headers) as answer:
        return answer.status, await answer.read()


class Run:
    """One measurement: the same number of calls always in flight, until the time is over."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.url: str = order["url"]
        self.connections: int = order["connections"]
        self.proof = order["proof"].encode()
        calls = [Call(request) for request in order["requests"]]
        # Each connection has people of its own: nobody signs in twice at the same moment.
        self.shares = [calls[n :: self.connections] for n in range(self.connections)]
        self.latencies: list[float] = []
        self.failures: list[str] = []
        self.answered = 0

    async def during(self, session: aiohttp.ClientSession, seconds: float) -> float:
        """Call until the time is over, finish what is in flight; answers the seconds it took."""
        self.latencies.clear()
        started = perf_counter()
        await asyncio.gather(*(self._worker(session, share, started + seconds) for share in self.shares))
        return perf_counter() - started

    async def _worker(self, session: aiohttp.ClientSession, share: list[Call], end: float) -> None:
        for call in cycle(share):
            before = perf_counter()
            if before >= end:
                return
            status, text = await call.carried_out(session, self.url)
            self.latencies.append(perf_counter() - before)
            self.answered += 1
            if status != 200 or self.proof not in text:
                self.failures.append(f"{status} {text[:200].decode(errors='replace')}")


async def measure(order: dict[str, Any]) -> dict[str, Any]:
    """Warm up, then measure."""
    run = Run(order)
    connector = aiohttp.TCPConnector(limit=run.connections)
    async with aiohttp.ClientSession(connector=connector, timeout=_PATIENCE) as session:
        await run.during(session, order["warm_up"])
        before = process_time()
        seconds = await run.during(session, order["seconds"])
        cpu = process_time() - before
    count = len(run.latencies)
    return {
        "per_second": count / seconds,
        "count": count,
        "answered": run.answered,
        "p50_ms": percentile(run.latencies, 0.5) * 1e3,
        "p99_ms": percentile(run.latencies, 0.99) * 1e3,
        "client_cpu_ms": cpu / count * 1e3,
        "failures": len(run.failures),
        "failure": run.failures[0] if run.failures else "",
    }


def main() -> None:
    """Answer orders until standard input ends."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for line in sys.stdin:
            print(json.dumps(runner.run(measure(json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
