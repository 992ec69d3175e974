"""The k-anonymity range API of Pwned Passwords: five digits of a hash go out, hundreds come back."""

import asyncio
from collections import OrderedDict
from urllib.parse import urlsplit

import aiohttp
import structlog

from riskengine import __version__
from riskengine.base.clock import DAY, SECOND, Clock
from riskengine.base.secret import Secret
from riskengine.breaches.hashes import digest_of
from riskengine.breaches.interface import NoCountError
from riskengine.telemetry import count_breach_call

log = structlog.get_logger()

_PREFIX = 5  # hexadecimal digits: all that is ever sent
_SUFFIX = 35
_REMEMBERED = 512  # answers of some 40 KB
_KEPT = DAY
_PAUSE = 5 * SECOND  # after a failure nobody waits for the next one
_LONGEST_ANSWER = 1 << 20
_MOST_DIGITS = 10
# Answers are filled up with hashes that were never seen, so that their length tells nothing.
_HEADERS = {"Add-Padding": "true", "User-Agent": f"riskengine/{__version__}"}


class RangeApi:
    """Asks `URL/range/ABCDE`, with a limit on the time, and remembers a day of answers."""

    def __init__(self, url: str, clock: Clock, *, timeout: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("breaches_api must be an http:// or https:// URL")
        if not timeout > 0:
            raise ValueError("breaches_api_timeout must be more than no time")
        self._url = url.rstrip("/")
        self._clock = clock
        self._timeout = timeout
        self._answers: OrderedDict[str, tuple[int, bytes]] = OrderedDict()
        self._resumes = 0
        self._session: aiohttp.ClientSession | None = None

    async def count(self, password: Secret) -> int:
        """How often the password has been seen in breaches; 0: it is unknown.

        Raises:
            NoCountError: the service does not answer, or not as it should.
        """
        digits = digest_of("SHA-1", password).hex().upper()
        return _count_in(await self._answer(digits[:_PREFIX]), digits[_PREFIX:].encode())

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()

    async def _answer(self, prefix: str) -> bytes:
        now = self._clock.now()
        kept = self._answers.get(prefix)
        if kept is not None and now < kept[0]:
            self._answers.move_to_end(prefix)
            count_breach_call("remembered")
            return kept[1]
        if now < self._resumes:
            count_breach_call("paused")
            raise NoCountError("it failed a moment ago")
        try:
            answer = await self._fetched(prefix)
        except (aiohttp.ClientError, TimeoutError, OSError, NoCountError) as error:
            reason = str(error) if isinstance(error, NoCountError) else type(error).__name__
            self._resumes = self._clock.now() + _PAUSE
            count_breach_call("failed")
            log.warning("breaches_api_failed", reason=reason)
            raise NoCountError(reason) from None
        count_breach_call("answered")
        self._answers[prefix] = (now + _KEPT, answer)
        self._answers.move_to_end(prefix)
        if len(self._answers) > _REMEMBERED:
            self._answers.popitem(last=False)
        return answer

    async def _fetched(self, prefix: str) -> bytes:
        async with (
            asyncio.timeout(self._timeout),
            self._connections().get(
                f"{self._url}/range/{prefix}", headers=_HEADERS, allow_redirects=False
            ) as reply,
        ):
            if reply.status != 200:
                raise NoCountError(f"HTTP status {reply.status}")
            read = bytearray()
            async for chunk in reply.content.iter_any():
                read += chunk
                if len(read) > _LONGEST_ANSWER:
                    raise NoCountError("the answer is too long")
        return _checked(bytes(read))

    def _connections(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=None)
            )
        return self._session


def _checked(answer: bytes) -> bytes:
    """The answer with a line feed before each line, if it is one of this service.

    Raises:
        NoCountError: a line is no SUFFIX:COUNT.
    """
    lines = answer.upper().split()
    for line in lines:
        suffix, colon, count = line.partition(b":")
        if len(suffix) != _SUFFIX or not colon or not count.isdigit() or len(count) > _MOST_DIGITS:
            raise NoCountError("the answer is no list of hashes")
    if not lines:
        raise NoCountError("the answer is empty")
    return b"\n" + b"\n".join(lines) + b"\n"


def _count_in(answer: bytes, suffix: bytes) -> int:
    begin = answer.find(b"\n" + suffix + b":")
    if begin < 0:
        return 0
    return int(answer[begin + _SUFFIX + 2 : answer.index(b"\n", begin + 1)])
