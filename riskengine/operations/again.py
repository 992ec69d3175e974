"""Handlers that begin again where somebody else's change came first: callers see one after the other."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import wraps
from typing import Any, TypeVar, cast

from riskengine import api
from riskengine.flows.hooks import once
from riskengine.operations.call import Call
from riskengine.storage.errors import Conflict, NotFound

H = TypeVar("H", bound=Callable[[Call, Any], Awaitable[Any]])

_TRIES = 64


def serialised(handler: H) -> H:
    """The handler, begun again on a Conflict; it reads afresh and writes all in one unit.

    No function is called twice for it, and the caller's user is read anew.
    """

    @wraps(handler)
    async def perform(call: Call, request: Any) -> Any:
        call = replace(call, services=once(call.services))
        for _ in range(_TRIES - 1):
            try:
                return await handler(call, request)
            except Conflict:
                call = await _afresh(call)
        return await handler(call, request)

    return cast("H", perform)


async def _afresh(call: Call) -> Call:
    if call.caller is None:
        return call
    try:
        user = await call.storage.users.get(call.caller.user.pool, call.caller.user.sub)
    except NotFound:
        raise api.errors.NotAuthorizedException("Invalid Access Token") from None
    return replace(call, caller=replace(call.caller, user=user))
