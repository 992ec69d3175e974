"""Identities at providers that are linked to users, and the certificate of SAML requests."""

from base64 import b64encode
from hashlib import sha256

from msgspec.structs import replace

from riskengine import api
from riskengine.entities import LinkedIdentity, Pool, User
from riskengine.flows import lookup
from riskengine.flows.overtaken import repeated
from riskengine.flows.signing_certificate import certificate_of
from riskengine.operations.call import Call
from riskengine.operations.registry import Operations
from riskengine.storage.errors import AlreadyExists
from riskengine.storage.interface import Reader, Transaction

operation = Operations()

_MOST = 5  # of a user
_OWN = "Cognito"  # the pool's own users
_SUBJECT = "Cognito_Subject"
_SOCIAL = frozenset({"Facebook", "Google", "LoginWithAmazon", "SignInWithApple"})


@operation
async def admin_link_provider_for_user(
    call: Call, request: api.AdminLinkProviderForUserRequest
) -> api.AdminLinkProviderForUserResponse:
    """Tie somebody at a provider, who has not come yet, to a user who is there."""
    name, attribute, value = _named("SourceUser", request.source_user)

    async def link(tx: Transaction) -> None:
        pool = await lookup.pool(tx, request.user_pool_id)
        user = await _destination(tx, pool, request.destination_user)
        identity = LinkedIdentity(
            provider=name,
            type=await _type(tx, pool, name, attribute),
            attribute=attribute,
            value=value,
            created=call.now,
        )
        if any(_key(each) == _key(identity) for each in user.identities):
            return
        if len(user.identities) >= _MOST:
            raise api.errors.LimitExceededException(f"A user has at most {_MOST} linked identities.")
        if await tx.users.find(pool.id, pool.username_key(f"{name}_{value}")) is not None:
            raise _taken()
        tx.users.save(replace(user, identities=(*user.identities, identity), modified=call.now))
        tx.users.link(user, _key(identity))

    try:
        await repeated(call.storage, link)
    except AlreadyExists:
        raise _taken() from None
    return api.AdminLinkProviderForUserResponse()


@operation
async def admin_disable_provider_for_user(
    call: Call, request: api.AdminDisableProviderForUserRequest
) -> api.AdminDisableProviderForUserResponse:
    """Take a link away; for the pool's own users ("Cognito"), the password."""
    name, attribute, value = _named("User", request.user)

    async def disable(tx: Transaction) -> None:
        pool = await lookup.pool(tx, request.user_pool_id)
        if name == _OWN:
            user = await lookup.user(tx, pool, value)
            # Like somebody who only comes by a provider: no password, and none to be reset.
            kept = replace(user, credential=None, former_credentials=(), temporary_until=None)
            tx.users.save(replace(kept, status="EXTERNAL_PROVIDER", modified=call.now))
            return
        identity = LinkedIdentity(provider=name, type="", attribute=attribute, value=value, created=0)
        user_or_none = await tx.users.find_linked(pool.id, _key(identity))
        if user_or_none is None:
            raise api.errors.UserNotFoundException("User does not exist.")
        kept_links = tuple(each for each in user_or_none.identities if _key(each) != _key(identity))
        tx.users.save(replace(user_or_none, identities=kept_links, modified=call.now))
        tx.users.unlink(user_or_none, _key(identity))

    await repeated(call.storage, disable)
    return api.AdminDisableProviderForUserResponse()


@operation
async def get_signing_certificate(
    call: Call, request: api.GetSigningCertificateRequest
) -> api.GetSigningCertificateResponse:
    """The certificate for SAML requests: base64 of DER, as identity providers ask for it."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    certificate = await certificate_of(call.services, pool.id, call.now)
    return api.GetSigningCertificateResponse(certificate=b64encode(certificate).decode())


def _named(member: str, given: api.ProviderUserIdentifierType) -> tuple[str, str, str]:
    """Provider, attribute and value; all must be there."""
    name, value = given.provider_name, given.provider_attribute_value
    attribute = given.provider_attribute_name or (_SUBJECT if name == _OWN else None)
    for part, text in (("ProviderName", name), ("ProviderAttributeName", attribute)):
        if not text:
            raise api.errors.InvalidParameterException(f"{member}.{part} is required.")
    if not value:
        raise api.errors.InvalidParameterException(f"{member}.ProviderAttributeValue is required.")
    return name or "", attribute or "", value


async def _destination(tx: Reader, pool: Pool, given: api.ProviderUserIdentifierType) -> User:
    if not given.provider_attribute_value:
        raise api.errors.InvalidParameterException("DestinationUser.ProviderAttributeValue is required.")
    if (given.provider_name or _OWN) == _OWN:
        return await lookup.user(tx, pool, given.provider_attribute_value)
    return await lookup.user(tx, pool, f"{given.provider_name}_{given.provider_attribute_value}")


async def _type(tx: Reader, pool: Pool, name: str, attribute: str) -> str:
    if name == _OWN:
        raise api.errors.InvalidParameterException("SourceUser must be of an external identity provider.")
    provider = await tx.identity_providers.find(pool.id, name)
    if provider is None:
        raise api.errors.ResourceNotFoundException(f"Identity provider {name} does not exist.")
    if name in _SOCIAL and attribute != _SUBJECT:
        raise api.errors.InvalidParameterException(f"ProviderAttributeName for {name} must be {_SUBJECT}.")
    return provider.type


def _key(identity: LinkedIdentity) -> str:
    parts = (identity.provider, identity.attribute, identity.value)
    # Lengths too, so that no two triples read alike.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _taken() -> api.errors.InvalidParameterException:
    return api.errors.InvalidParameterException(
        "Merging is not currently supported, provide a SourceUser that has not been linked yet"
    )
