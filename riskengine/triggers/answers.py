"""Reads what an endpoint answered: an event with a response, a function's error, or nothing of use."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from riskengine import api
from riskengine.triggers.responses import unrecognizable

LONGEST_ANSWER = 1_048_576  # bytes
_DEEPEST = 32  # objects and lists within each other
_LONGEST_TEXT = 1024  # characters of a function's error

_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer. `is_function_error`: the header X-Amz-Function-Error came along."""

    status: int
    body: bytes
    is_function_error: bool = False


def is_passing(reply: Reply) -> bool:
    """Whether the call may hold if it is made again: the fault is the endpoint's, not the function's."""
    return (reply.status >= 500 or reply.status == 429) and error_text(reply) is None


def error_text(reply: Reply) -> str | None:
    """What a function raised; None where it raised nothing."""
    answer = _object(reply.body)
    message = answer.get("errorMessage") if answer is not None else None
    says_so = answer is not None and message is not None
    has_response = answer is not None and isinstance(answer.get("response"), dict)
    if not (reply.is_function_error or (says_so and (reply.status >= 400 or not has_response))):
        return None
    kind = answer.get("errorType") if answer is not None else None
    text = next((each for each in (message, kind) if isinstance(each, str) and each), "Unhandled")
    return text[:_LONGEST_TEXT]


def response_in(trigger: str, reply: Reply) -> dict[str, Any]:
    """The event's response.

    Raises:
        UserLambdaValidationException: the function raised an error.
        UnexpectedLambdaException: the endpoint did not get as far as the function.
        InvalidLambdaResponseException: the answer is no event.
    """
    text = error_text(reply)
    if text is not None:
        raise api.errors.UserLambdaValidationException(f"{trigger} failed with error {text}.")
    if not 200 <= reply.status < 300:
        raise unexpected(trigger, f"HTTP status {reply.status}")
    answer = _object(reply.body)
    response = answer.get("response") if answer is not None else None
    if not isinstance(response, dict):
        raise unrecognizable()
    return response


def unexpected(trigger: str, why: str) -> api.errors.UnexpectedLambdaException:
    """The function can't be invoked."""
    return api.errors.UnexpectedLambdaException(f"{trigger} invocation failed due to error {why}.")


def _object(body: bytes) -> Mapping[str, Any] | None:
    """The JSON object that a body is; None where it is something else, or nested too deep."""
    if len(body) > LONGEST_ANSWER:
        return None
    try:
        answer = _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return answer if isinstance(answer, dict) and _is_shallow(answer) else None


def _is_shallow(answer: Mapping[str, Any]) -> bool:
    level: list[Any] = [answer]
    for _ in range(_DEEPEST):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return True
    return False
