"""App clients' secrets: kept sealed, proved by SECRET_HASH or in the clear."""

from hmac import compare_digest

from riskengine import api
from riskengine.base.secret import Secret
from riskengine.credentials.secret_hash import is_secret_hash
from riskengine.entities import Client
from riskengine.flows.services import Services

_PURPOSE = "client-secret"


def sealed(services: Services, client: str, secret: Secret | None) -> bytes | None:
    """A client's secret as it is stored."""
    if secret is None:
        return None
    return services.sealer.seal(_PURPOSE, secret.reveal().encode(), client.encode())


def secret_of(services: Services, client: Client) -> Secret | None:
    """The client's secret; None where it has none."""
    if client.secret is None:
        return None
    return Secret(services.sealer.open(_PURPOSE, client.secret, client.id.encode()).decode())


def require_secret_hash(services: Services, client: Client, username: str, given: Secret | None) -> None:
    """Raises NotAuthorizedException where the client has a secret that the hash does not show."""
    secret = secret_of(services, client)
    if secret is None:
        return
    if not given:
        text = f"Client {client.id} is configured with secret but SECRET_HASH was not received"
        raise api.errors.NotAuthorizedException(text)
    if not is_secret_hash(given.reveal(), [secret], username, client.id):
        raise api.errors.NotAuthorizedException(f"Unable to verify secret hash for client {client.id}")


def require_secret(
    services: Services, client: Client, given: Secret | None, error: type[api.ApiError]
) -> None:
    """Raises `error` where the client has a secret that is not the given one."""
    secret = secret_of(services, client)
    if secret is None:
        return
    if given is None or not compare_digest(given.reveal().encode(), secret.reveal().encode()):
        raise error(f"Unable to verify secret for client {client.id}")
