"""The way of an API call, in order: limit, target, signature, decode, token, handler, encode."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from time import perf_counter
from typing import Any

import structlog
from aiohttp import web

from riskengine import api, tracing
from riskengine.base.ids import new_uuid
from riskengine.entities import AccessKey
from riskengine.flows.access_keys import require_allowed
from riskengine.flows.services import Services
from riskengine.operations.call import Call
from riskengine.operations.registry import Handler
from riskengine.server import cors, errors, metrics, validation
from riskengine.server.admission import Admission
from riskengine.server.arrivals import Arrivals, read_body
from riskengine.server.authorize import Authorizer
from riskengine.server.sigv4 import SignedRequest
from riskengine.server.throttle import Throttle

TARGET_PREFIX = "AWSCognitoIdentityProviderService."
CONTENT_TYPE = "application/x-amz-json-1.1"
_HEADERS = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store", **cors.ANSWER}

Headers = tuple[tuple[str, str], ...]
PeerOf = Callable[[str | None, Headers], str | None]


@dataclass(frozen=True, slots=True)
class Gateway:
    """Answers POST / by the handler of the operation that the target names.

    `peer_of` finds the client's address behind trusted proxies: (socket's address, headers).
    """

    services: Services
    handlers: Mapping[str, Handler]
    authorizer: Authorizer
    peer_of: PeerOf
    throttle: Throttle
    admission: Admission
    arrivals: Arrivals
    is_proxy: Callable[[str | None], bool]  # whose word on traces is taken
    # Bound once: a line that is not written should cost next to nothing.
    log: Any = field(default_factory=lambda: structlog.get_logger().bind())

    async def __call__(self, request: web.Request) -> web.Response:
        """One API call; every error becomes an answer here."""
        if not tracing.is_on():
            return await self._call(request)
        headers = request.headers if self.is_proxy(request.remote) else None
        with tracing.call_span("call", headers) as span:
            response = await self._call(request)
            target = request.headers.get("X-Amz-Target", "").removeprefix(TARGET_PREFIX)
            if target in api.OPERATIONS:
                span.update_name(target)
            span.set_attribute("http.response.status_code", response.status)
            span.set_attribute("request_id", response.headers["x-amzn-RequestId"])
            if "x-amzn-ErrorType" in response.headers:
                span.set_attribute("error.type", response.headers["x-amzn-ErrorType"].rstrip(":"))
        return response

    async def _call(self, request: web.Request) -> web.Response:
        request_id, started = new_uuid(), perf_counter()
        operation: api.Operation | None = None
        metrics.IN_FLIGHT.inc()
        try:
            limit_length(request, self.services.settings.body_limit)
            operation = operation_of(request)
            answer = await self._perform(request, operation, request_id)
            response, outcome = _success(answer, request_id), metrics.OK
        except Exception as error:  # noqa: BLE001 - the one place where errors become answers
            refusal = errors.refusal_of(error, operation, request_id)
            response, outcome = _refusal(refusal, request_id), refusal.type_name
            # An error kept in an outcome and its frames hold each other: only the collector would free them.
            error.__traceback__ = None
        finally:
            metrics.IN_FLIGHT.dec()
        name = operation.name if operation else metrics.UNKNOWN
        seconds = perf_counter() - started
        metrics.record(name, outcome, seconds)
        self.log.debug(
            "call", operation=name, outcome=outcome, request_id=request_id, ms=round(seconds * 1000, 2)
        )
        return response

    async def _perform(self, request: web.Request, operation: api.Operation, request_id: str) -> bytes:
        body = await read_body(request, self.arrivals)
        key = None
        if operation.authorization == "signed":
            key = await self.authorizer.operator(_signed_part(request, body))
        handler = self.handlers.get(operation.name)
        if handler is None:
            raise errors.not_built(operation.name)
        asked = validation.decode(operation, body)
        if key is not None:
            require_allowed(key, operation.name, asked)
        lane = self._lane(asked)
        await self.admission.enter(lane)
        try:
            return await self._answer(request, operation, asked, handler, request_id, key)
        finally:
            self.admission.leave(lane)

    def _lane(self, asked: Any) -> str:
        """Whose turn a call takes: its pool's; calls of clients never seen share one."""
        pool: str | None = getattr(asked, "user_pool_id", None)
        client: str | None = getattr(asked, "client_id", None)
        if pool is None and client is not None:
            pool = self.services.believed.clients.pool_of(client)
        return pool or ""

    async def _answer(  # noqa: PLR0913, PLR0917 - one fact each
        self,
        request: web.Request,
        operation: api.Operation,
        asked: Any,
        handler: Handler,
        request_id: str,
        key: AccessKey | None,
    ) -> bytes:
        now = self.services.clock.now()
        caller = await self.authorizer.caller(operation, asked, now)
        self.throttle.take(operation.name, asked, caller)
        headers = clean_headers(request)
        call = Call(
            operation=operation.name,
            now=now,
            request_id=request_id,
            peer=self.peer_of(request.remote, headers),
            headers=headers,
            services=self.services,
            caller=caller,
            operator=key.id if key else "",
        )
        return api.wire.encode(await handler(call, asked))


def limit_length(request: web.Request, limit: int) -> None:
    """Refuse a body that announces itself as too long, before a byte of it is read.

    Raises:
        RequestEntityTooLargeException: longer than `limit` bytes.
    """
    if (request.content_length or 0) > limit:
        raise api.common_errors.RequestEntityTooLargeException("The request is too large.")


def operation_of(request: web.Request) -> api.Operation:
    """The operation that X-Amz-Target names.

    Raises:
        UnknownOperationException: there is no target, or more than one, or it is none of ours.
    """
    targets = request.headers.getall("X-Amz-Target", [])
    if len(targets) == 1 and targets[0].startswith(TARGET_PREFIX):
        operation = api.OPERATIONS.get(targets[0].removeprefix(TARGET_PREFIX))
        if operation is not None:
            return operation
    raise api.common_errors.UnknownOperationException(f"X-Amz-Target must be {TARGET_PREFIX}OPERATION.")


def clean_headers(request: web.Request) -> Headers:
    """Names and values in wire order; bytes that are no UTF-8 become U+FFFD, for they may be stored."""
    # The parser's names are a type of its own, which no encoder knows.
    pairs = tuple((str(name), value) for name, value in request.headers.items())
    if all(map(str.isascii, chain.from_iterable(pairs))):
        return pairs
    return tuple((_clean(name), _clean(value)) for name, value in pairs)


def _clean(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _signed_part(request: web.Request, body: bytes) -> SignedRequest:
    url = request.rel_url
    return SignedRequest(request.method, url.raw_path, url.raw_query_string, request.headers.items(), body)


def _success(body: bytes, request_id: str) -> web.Response:
    return web.Response(body=body, headers={**_HEADERS, "x-amzn-RequestId": request_id})


def _refusal(refusal: errors.Refusal, request_id: str) -> web.Response:
    headers = {**_HEADERS, **refusal.headers, "x-amzn-RequestId": request_id}
    return web.Response(status=refusal.status, body=refusal.body, headers=headers)
