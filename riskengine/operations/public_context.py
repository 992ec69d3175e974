"""What calls from users' own devices tell of them."""

from riskengine import api
from riskengine.context.attempt import RawContext
from riskengine.entities import Client
from riskengine.operations.call import Call


def public_context(call: Call, client: Client, given: api.UserContextDataType | None) -> RawContext:
    """Context of a call from the user's own device; a server names the address where the client allows it."""
    address = call.peer
    if _propagates(client) and given is not None and given.ip_address:
        address = given.ip_address
    return RawContext(
        time=call.now,
        address=address,
        headers=call.headers,
        encoded_data=given.encoded_data if given else None,
        header_order_known=True,
    )


def tells_of_user(client: Client, given: api.UserContextDataType | None) -> bool:
    """Whether a call's address is the user's; a client with a secret is a server, with its own."""
    return not client.secrets or (_propagates(client) and given is not None and bool(given.ip_address))


def _propagates(client: Client) -> bool:
    return bool(client.secrets) and bool(client.description.enable_propagate_additional_user_context_data)
