"""Calls triggers over HTTP: synchronous, five seconds at most, again only where that may help."""

import asyncio
from typing import Any

import aiohttp
import structlog

from riskengine.base.clock import SECOND, Clock
from riskengine.base.ids import new_uuid
from riskengine.base.secret import Secret
from riskengine.config import ConfigurationError, Settings
from riskengine.credentials.webhook import webhook_headers, webhook_key
from riskengine.entities import Pool
from riskengine.triggers.answers import LONGEST_ANSWER, Reply, is_passing, response_in, unexpected
from riskengine.triggers.endpoints import Endpoint, endpoints_of
from riskengine.triggers.event import event_of
from riskengine.triggers.functions import FUNCTIONS, function_of
from riskengine.triggers.interface import TriggerCall

log = structlog.get_logger()

_LIMIT = 5.0  # seconds for one try
_TRIES = 3
_PAUSE = 0.1  # seconds before the second try; twice that before the third
_MOST_CONNECTIONS = 512
_TOO_SLOW = "Socket timeout while invoking Lambda function"


class HttpTriggers:
    """Triggers at the endpoints that the settings name."""

    def __init__(self, settings: Settings, clock: Clock, *, limit: float = _LIMIT) -> None:
        self._endpoints = endpoints_of(settings)
        self._key = _key(settings)
        self._clock = clock
        self._limit = limit
        self._session: aiohttp.ClientSession | None = None

    def has(self, pool: Pool, trigger: str) -> bool:
        """Whether the pool names a function for it."""
        return function_of(pool, trigger) is not None

    def unreachable(self, pool: Pool) -> tuple[str, ...]:
        """The triggers that the pool names a function for, but the settings no endpoint."""
        named = ((trigger, function_of(pool, trigger)) for trigger in FUNCTIONS)
        return tuple(trigger for trigger, arn in named if arn and self._endpoints.find(arn) is None)

    async def call(self, call: TriggerCall) -> dict[str, Any] | None:
        """The `response` that the function answered; None where the pool names none.

        Raises:
            UserLambdaValidationException: the function raised an error.
            UnexpectedLambdaException: it can't be reached, or takes longer than it may.
            InvalidLambdaResponseException: it answered something else than an event.
        """
        arn = function_of(call.pool, call.trigger)
        if arn is None:
            return None
        endpoint = self._endpoints.find(arn)
        if endpoint is None:
            log.warning("trigger_without_endpoint", trigger=call.trigger, arn=arn, pool=call.pool.id)
            raise unexpected(call.trigger, "ResourceNotFoundException: the function has no endpoint")
        return response_in(call.trigger, await self._delivered(call, arn, endpoint))

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()

    async def _delivered(self, call: TriggerCall, arn: str, endpoint: Endpoint) -> Reply:
        """The first answer that another try would not better."""
        body, event_id, why = event_of(call), new_uuid(), ""
        for attempt in range(_TRIES):
            if attempt:
                await asyncio.sleep(_PAUSE * attempt)
            try:
                reply = await self._post(endpoint, event_id, body)
            except TimeoutError:
                why = _TOO_SLOW
            except (aiohttp.ClientError, OSError) as error:
                why = type(error).__name__
            else:
                if not is_passing(reply):
                    return reply
                why = f"HTTP status {reply.status}"
            log.warning("trigger_not_invoked", trigger=call.trigger, arn=arn, attempt=attempt + 1, reason=why)
        raise unexpected(call.trigger, why)

    async def _post(self, endpoint: Endpoint, event_id: str, body: bytes) -> Reply:
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if endpoint.is_invoke:
            headers["X-Amz-Invocation-Type"] = "RequestResponse"
        if self._key is not None:
            headers |= webhook_headers(self._key, event_id, self._clock.now() // SECOND, body)
        async with (
            asyncio.timeout(self._limit),
            self._connections().post(
                endpoint.url, data=body, headers=headers, allow_redirects=False
            ) as answer,
        ):
            read = await _bounded(answer)
            return Reply(answer.status, read, "X-Amz-Function-Error" in answer.headers)

    def _connections(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_MOST_CONNECTIONS),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                auto_decompress=False,
            )
        return self._session


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    """The body, or so much of it that it counts as too long."""
    read = bytearray()
    async for chunk in answer.content.iter_any():
        read += chunk
        if len(read) > LONGEST_ANSWER:
            answer.close()
            break
    return bytes(read)


def _key(settings: Settings) -> bytes | None:
    if not settings.webhook_secret:
        return None
    try:
        return webhook_key(Secret(settings.webhook_secret))
    except ValueError as error:
        raise ConfigurationError(f"Bad setting: {error}") from None
