"""From a call's raw context to an attempt of somebody, known or not."""

from hashlib import sha256

from riskengine.base.secret import Secret
from riskengine.context.attempt import Observed, RawContext, Subject
from riskengine.context.digest import keyed_digest
from riskengine.credentials.seal import Sealer
from riskengine.entities import Client, Pool, User
from riskengine.flows.services import Services


def subject_key(username: str, user: User | None) -> str:
    """Under which a person's tries count together: the sub, or a digest of a name that nobody has.

    A name that nobody has may be a password typed into the wrong field: it is not kept in the clear here.
    """
    if user is not None:
        return user.sub
    return "?" + sha256(username.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def profile_key(services: Services, pool: str) -> bytes:
    """The key of the digests in a pool's profiles."""
    return pool_key(services.sealer, pool)


def pool_key(sealer: Sealer, pool: str) -> bytes:
    """The same, where there are no services yet."""
    return sealer.derived("profile", pool)


def observe(  # noqa: PLR0913 - one fact each
    services: Services,
    raw: RawContext,
    *,
    pool: Pool,
    client: Client,
    username: str,
    user: User | None,
    password: Secret | None,
) -> Observed:
    """The attempt that a call makes, and what people are shown of it."""
    names = (username,) if user is None else (username, user.username, user.sub)
    digest = keyed_digest(services.password_key, "password", password.reveal()) if password else None
    subject = Subject(
        user=subject_key(username, user),
        pool_key=profile_key(services, pool.id),
        pool_id=pool.id,
        client_id=client.id,
        names=names,
        user_exists=user is not None,
        password=digest,
    )
    return services.attempts.build(raw, subject)
