"""The event that a function is called with."""

import msgspec

from riskengine.triggers.interface import TriggerCall

_NO_CLIENT = "CLIENT_ID_NOT_APPLICABLE"
_NO_SDK = "aws-sdk-unknown-unknown"

_encode = msgspec.json.Encoder().encode


def event_of(call: TriggerCall) -> bytes:
    """The event as JSON."""
    return _encode(
        {
            "version": call.version,
            "triggerSource": call.source,
            "region": call.pool.id.partition("_")[0],
            "userPoolId": call.pool.id,
            "userName": call.username,
            "callerContext": {"awsSdkVersion": _NO_SDK, "clientId": call.client or _NO_CLIENT},
            "request": call.request,
            "response": call.response,
        }
    )
