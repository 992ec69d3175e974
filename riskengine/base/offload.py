"""Slow arithmetic leaves the event loop: a few threads, for work that releases the GIL."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Job:
    function: Callable[[], Any]
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[Any]"


class Offload:
    """A small pool of threads; ask for `run`, or for `begin` where several things go on side by side.

    By hand: the standard library's pool, with a task for each of a sign-in's two signatures, costs the loop
    twelve times as much as this.
    """

    def __init__(self, threads: int) -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._is_closed = False
        self._threads = [Thread(target=self._work, name=f"crypto_{n}", daemon=True) for n in range(threads)]
        for thread in self._threads:
            thread.start()

    def begin(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "asyncio.Future[T]":
        """Hand the function over now; its answer can be awaited. RuntimeError once closed."""
        if self._is_closed:
            raise RuntimeError("no work is taken any more")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._jobs.put(_Job(lambda: function(*args, **kwargs), loop, done))
        return done

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's answer, computed beside the loop."""
        return await self.begin(function, *args, **kwargs)

    def close(self) -> None:
        """Finish what was handed over, take nothing more."""
        self._is_closed = True
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                answer = job.function()
            except BaseException as error:  # noqa: BLE001 - whoever waits is told, and the thread lives on
                _tell(job, job.done.set_exception, error)
            else:
                _tell(job, job.done.set_result, answer)


def _tell(job: _Job, settle: Callable[[Any], None], what: object) -> None:
    def told() -> None:
        if not job.done.done():  # its waiter was cancelled
            settle(what)

    # A loop that is gone has nobody waiting on it.
    with suppress(RuntimeError):
        job.loop.call_soon_threadsafe(told)
