"""Own time of each stage of a sign-in: wall clock for one at a time, processor time for many at once."""

import inspect
from collections import defaultdict
from collections.abc import Callable, Coroutine, Generator
from time import perf_counter, thread_time
from typing import Any

from riskengine.base.secret import Secret
from riskengine.tokens import jwt
from riskengine.tokens.claims import Claims
from riskengine.tokens.keys import SigningKey


class Stopwatch:
    """Stages of the sign-ins under way: the clock runs for the innermost, and pauses for those around it.

    One at a time, what a stage waits for counts as its own. With many at once a coroutine's wait is
    somebody else's turn: then only processor time of the event loop's thread counts, in sums.
    """

    def __init__(self) -> None:
        self.sign_ins: list[dict[str, float]] = []
        self.signatures: list[float] = []
        self.processor: dict[str, float] = defaultdict(float)
        self._open: list[tuple[str, float]] = []
        self._now: dict[str, float] = defaultdict(float)
        self._mark = 0.0
        self._is_crowded = False

    def expect(self, *, many: bool) -> None:
        """Begin anew, for one sign-in at a time or for many at once; while none is under way."""
        self._is_crowded = many
        self.sign_ins.clear()
        self.processor.clear()

    def enter(self, stage: str) -> None:
        """A stage begins; the one around it pauses."""
        self._charge()
        self._open.append((stage, self._mark))

    def leave(self) -> None:
        """The innermost stage ends; the outermost one's end is a sign-in's."""
        self._charge()
        _, began = self._open.pop()
        if not self._open and not self._is_crowded:
            self._now["total"] = self._mark - began
            self.sign_ins.append(dict(self._now))
            self._now.clear()

    def _charge(self) -> None:
        now = thread_time() if self._is_crowded else perf_counter()
        if self._open:
            (self.processor if self._is_crowded else self._now)[self._open[-1][0]] += now - self._mark
        self._mark = now

    def watch(self, owner: Any, name: str, stage: str) -> None:
        """Put the watch around a function, a method or a coroutine function."""
        inner = getattr(owner, name)
        wrapper = self._around_async if inspect.iscoroutinefunction(inner) else self._around
        setattr(owner, name, wrapper(inner, stage))

    def _around(self, inner: Callable[..., Any], stage: str) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            self.enter(stage)
            try:
                return inner(*args, **kwargs)
            finally:
                self.leave()

        return timed

    def _around_async(self, inner: Callable[..., Any], stage: str) -> Callable[..., Any]:
        async def timed(*args: Any, **kwargs: Any) -> Any:
            if self._is_crowded:
                return await _Steps(inner(*args, **kwargs), lambda: self.enter(stage), self.leave)
            self.enter(stage)
            try:
                return await inner(*args, **kwargs)
            finally:
                self.leave()

        return timed

    def watch_signatures(self) -> None:
        """Signatures run in threads, beside the loop: their time stands apart."""
        inner = jwt.sign

        def timed(key: SigningKey, claims: Claims) -> Secret:
            began = perf_counter()
            signed = inner(key, claims)
            self.signatures.append(perf_counter() - began)
            return signed

        jwt.sign = timed


class _Steps:
    """A coroutine whose every step, from one wait to the next, is entered and left."""

    def __init__(
        self, inner: Coroutine[Any, Any, Any], enter: Callable[[], None], leave: Callable[[], None]
    ) -> None:
        self._inner = inner
        self._enter = enter
        self._leave = leave

    def __await__(self) -> Generator[Any, Any, Any]:
        step, value = self._inner.send, None
        while True:
            self._enter()
            try:
                awaited = step(value)
            except StopIteration as end:
                return end.value
            finally:
                self._leave()
            try:
                step, value = self._inner.send, (yield awaited)
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is the coroutine's
                step, value = self._inner.throw, error
