"""App clients' secrets: kept sealed, two at most, proved by SECRET_HASH or in the clear."""

from msgspec.structs import replace

from riskengine import api
from riskengine.base.clock import SECOND
from riskengine.base.secret import Secret
from riskengine.credentials.comparison import equals_any
from riskengine.credentials.secret_hash import is_secret_hash
from riskengine.entities import Client, ClientSecret
from riskengine.flows.services import Services

MOST = 2
_PURPOSE = "client-secret"


def sealed(services: Services, client: str, secret: Secret, now: int) -> ClientSecret:
    """A client's secret as it is stored."""
    value = services.sealer.seal(_PURPOSE, secret.reveal().encode(), client.encode())
    return ClientSecret(id=f"{client}--{now // SECOND}", value=value, created=now)


def added(services: Services, client: Client, secret: Secret, now: int) -> Client:
    """The client with one secret more.

    Raises:
        InvalidParameterException: the client is public.
        LimitExceededException: it has two already.
    """
    if not client.secrets:
        raise api.errors.InvalidParameterException(
            f"Client {client.id} has no secret: it is a public client."
        )
    if len(client.secrets) >= MOST:
        raise api.errors.LimitExceededException(f"Client {client.id} has {MOST} secrets already.")
    new = sealed(services, client.id, secret, now)
    taken = {each.id for each in client.secrets}
    # Two in one second need two names.
    later = (f"{client.id}--{now // SECOND + more}" for more in range(MOST))
    new = replace(new, id=next(id_ for id_ in later if id_ not in taken))
    return replace(client, secrets=(*client.secrets, new))


def removed(client: Client, id_: str) -> Client:
    """The client without one of its secrets.

    Raises:
        ResourceNotFoundException: it has no such secret.
        InvalidParameterException: it is the last one.
    """
    kept = tuple(each for each in client.secrets if each.id != id_)
    if len(kept) == len(client.secrets):
        raise api.errors.ResourceNotFoundException(f"Client secret {id_} does not exist.")
    if not kept:
        raise api.errors.InvalidParameterException("The last secret of a client can not be deleted.")
    return replace(client, secrets=kept)


def opened(services: Services, client: Client) -> list[Secret]:
    """The client's secrets, oldest first; empty where it is public."""
    return [
        Secret(services.sealer.open(_PURPOSE, each.value, client.id.encode()).decode())
        for each in client.secrets
    ]


def require_secret_hash(services: Services, client: Client, username: str, given: Secret | None) -> None:
    """Raises NotAuthorizedException where the client has secrets of which the hash shows none."""
    if not client.secrets:
        return
    if not given:
        text = f"Client {client.id} is configured with secret but SECRET_HASH was not received"
        raise api.errors.NotAuthorizedException(text)
    if not is_secret_hash(given.reveal(), opened(services, client), username, client.id):
        raise api.errors.NotAuthorizedException(f"Unable to verify secret hash for client {client.id}")


def require_secret(
    services: Services, client: Client, given: Secret | None, error: type[api.ApiError]
) -> None:
    """Raises `error` where the client has secrets and the given one is none of them."""
    if not client.secrets:
        return
    known = [secret.reveal().encode() for secret in opened(services, client)]
    if given is None or not equals_any(given.reveal().encode(), known):
        raise error(f"Unable to verify secret for client {client.id}")
