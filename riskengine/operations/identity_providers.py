"""Identity providers that a user pool trusts."""

from collections.abc import Mapping
from typing import cast

from msgspec.structs import replace

from riskengine import api
from riskengine.base.clock import to_seconds
from riskengine.base.secret import Secret
from riskengine.entities import IdentityProvider, Pool, ProviderType
from riskengine.flows import lookup, provider_details
from riskengine.flows.attributes import schema_of
from riskengine.flows.overtaken import repeated
from riskengine.operations import paging
from riskengine.operations.call import Call
from riskengine.operations.registry import Operations
from riskengine.storage.errors import AlreadyExists
from riskengine.storage.interface import Reader, Transaction

operation = Operations()

_MOST = 300  # in a pool
_OWN = "COGNITO"  # the pool's own users, as clients name them beside the providers
# The social ones; a pool has each once, under this name. Their claim that tells users apart.
_SUBJECTS: Mapping[str, str] = {
    "Facebook": "id",
    "Google": "sub",
    "LoginWithAmazon": "user_id",
    "SignInWithApple": "sub",
}


@operation
async def create_identity_provider(
    call: Call, request: api.CreateIdentityProviderRequest
) -> api.CreateIdentityProviderResponse:
    """Add a provider; nothing is fetched from it yet."""
    kind = _kind(request.provider_type, request.provider_name)
    details = provider_details.complete(kind, _revealed(request.provider_details))
    _require_acr(kind, request.acr_mapping)

    async def add(tx: Transaction) -> IdentityProvider:
        pool = await lookup.pool(tx, request.user_pool_id)
        if await tx.identity_providers.count(pool.id) >= _MOST:
            raise api.errors.LimitExceededException(f"A user pool has at most {_MOST} identity providers.")
        provider = IdentityProvider(
            pool=pool.id,
            name=request.provider_name,
            created=call.now,
            modified=call.now,
            type=kind,
            details=provider_details.sealed(call.services, pool.id, request.provider_name, details),
            attribute_mapping=_mapping(pool, kind, request.attribute_mapping or {}),
            identifiers=_identifiers(request.idp_identifiers),
            acr_mapping=request.acr_mapping or {},
            version=call.now,  # a name that was used before is another row all the same
        )
        tx.pools.save(pool)  # one after the other, so that none is missed by the count
        tx.identity_providers.add(provider)
        return provider

    try:
        provider = await repeated(call.storage, add)
    except AlreadyExists as error:
        raise _taken(error, request.user_pool_id, request.provider_name) from None
    return api.CreateIdentityProviderResponse(identity_provider=_shown(call, provider))


@operation
async def describe_identity_provider(
    call: Call, request: api.DescribeIdentityProviderRequest
) -> api.DescribeIdentityProviderResponse:
    """A provider with its details, the client's secret too."""
    provider = await _found(call.storage, request.user_pool_id, request.provider_name)
    return api.DescribeIdentityProviderResponse(identity_provider=_shown(call, provider))


@operation
async def update_identity_provider(
    call: Call, request: api.UpdateIdentityProviderRequest
) -> api.UpdateIdentityProviderResponse:
    """Replace the members that the request names, each as a whole; the others stay."""
    _require_foreign(request.provider_name)
    try:
        async with call.storage.transaction() as tx:
            pool = await lookup.pool(tx, request.user_pool_id)
            provider = await _found(tx, pool.id, request.provider_name)
            provider = _changed(call, pool, provider, request)
            tx.identity_providers.save(provider)
    except AlreadyExists as error:
        raise _taken(error, request.user_pool_id, request.provider_name) from None
    return api.UpdateIdentityProviderResponse(identity_provider=_shown(call, provider))


@operation
async def delete_identity_provider(
    call: Call, request: api.DeleteIdentityProviderRequest
) -> api.DeleteIdentityProviderResponse:
    """Delete a provider; clients that name it keep the name."""
    _require_foreign(request.provider_name)
    async with call.storage.transaction() as tx:
        tx.identity_providers.delete(await _found(tx, request.user_pool_id, request.provider_name))
    return api.DeleteIdentityProviderResponse()


@operation
async def list_identity_providers(
    call: Call, request: api.ListIdentityProvidersRequest
) -> api.ListIdentityProvidersResponse:
    """A pool's providers by name, without their details."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    cut = paging.cut(call, request.next_token, request.max_results, pool.id)
    found = await call.storage.identity_providers.list_(pool.id, after=cut.after, limit=cut.fetch)
    page = cut.page(found, lambda provider: provider.name)
    return api.ListIdentityProvidersResponse(
        providers=[_line(provider) for provider in page.items], next_token=page.next_token
    )


@operation
async def get_identity_provider_by_identifier(
    call: Call, request: api.GetIdentityProviderByIdentifierRequest
) -> api.GetIdentityProviderByIdentifierResponse:
    """The provider that an identifier, such as a mail domain, stands for."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    provider = await call.storage.identity_providers.find_by_identifier(pool.id, request.idp_identifier)
    if provider is None:
        raise _missing(request.idp_identifier)
    return api.GetIdentityProviderByIdentifierResponse(identity_provider=_shown(call, provider))


async def _found(reader: Reader, pool_id: str, name: str) -> IdentityProvider:
    pool = await lookup.pool(reader, pool_id)
    provider = await reader.identity_providers.find(pool.id, name)
    if provider is None:
        raise _missing(name)
    return provider


def _missing(name: str) -> api.errors.ResourceNotFoundException:
    return api.errors.ResourceNotFoundException(f"Identity provider {name} does not exist.")


def _kind(asked: str, name: str) -> ProviderType:
    # The request's type is one of the model's, which are the entity's.
    kind = cast("ProviderType", asked)
    is_reserved = name in _SUBJECTS or name.upper() == _OWN
    if name != kind if kind in _SUBJECTS else is_reserved:
        raise api.errors.InvalidParameterException(f"Provider {name} cannot be of type {kind}.")
    return kind


def _require_foreign(name: str) -> None:
    if name == _OWN:
        raise api.errors.UnsupportedIdentityProviderException(f"{name} is not an external identity provider.")


def _require_acr(kind: ProviderType, mapping: Mapping[str, str] | None) -> None:
    if mapping and kind != "OIDC":
        raise api.errors.InvalidParameterException("AcrMapping is for providers of type OIDC only.")


def _changed(
    call: Call, pool: Pool, before: IdentityProvider, request: api.UpdateIdentityProviderRequest
) -> IdentityProvider:
    provider = replace(before, modified=call.now)
    if request.provider_details is not None:
        given = provider_details.replaced(
            provider_details.opened(call.services, before), _revealed(request.provider_details)
        )
        details = provider_details.complete(before.type, given)
        sealed = provider_details.sealed(call.services, pool.id, before.name, details)
        provider = replace(provider, details=sealed)
    if request.attribute_mapping is not None:
        mapping = _mapping(pool, before.type, request.attribute_mapping)
        provider = replace(provider, attribute_mapping=mapping)
    if request.idp_identifiers is not None:
        provider = replace(provider, identifiers=_identifiers(request.idp_identifiers))
    if request.acr_mapping is not None:
        _require_acr(before.type, request.acr_mapping)
        provider = replace(provider, acr_mapping=request.acr_mapping)
    return provider


def _mapping(pool: Pool, kind: ProviderType, given: Mapping[str, str]) -> dict[str, str]:
    """Which claim fills which attribute; social providers' users are told apart by a claim of their own."""
    known = schema_of(pool).keys() - {"sub"} | {"username"}
    invalid = [name for name, claim in given.items() if name not in known or not claim.strip()]
    if invalid:
        raise api.errors.InvalidParameterException(
            f"AttributeMapping contains invalid mapping: [{', '.join(invalid)}]"
        )
    subject = {"username": _SUBJECTS[kind]} if kind in _SUBJECTS else {}
    return {**subject, **given}


def _identifiers(given: list[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(given or ()))


def _taken(error: AlreadyExists, pool_id: str, name: str) -> api.ApiError:
    if error.what == "provider":
        return api.errors.DuplicateProviderException(f"{name} already exists in user pool {pool_id}.")
    return api.errors.InvalidParameterException(
        f"An identifier of {name} already belongs to another provider of user pool {pool_id}."
    )


def _revealed(details: Mapping[str, Secret]) -> dict[str, str]:
    return {name: value.reveal() for name, value in details.items()}


def _shown(call: Call, provider: IdentityProvider) -> api.IdentityProviderType:
    details = provider_details.opened(call.services, provider)
    return api.IdentityProviderType(
        user_pool_id=provider.pool,
        provider_name=provider.name,
        provider_type=provider.type,
        provider_details=provider_details.shown(details),
        attribute_mapping=provider.attribute_mapping,
        idp_identifiers=list(provider.identifiers),
        acr_mapping=provider.acr_mapping or None,
        creation_date=to_seconds(provider.created),
        last_modified_date=to_seconds(provider.modified),
    )


def _line(provider: IdentityProvider) -> api.ProviderDescription:
    return api.ProviderDescription(
        provider_name=provider.name,
        provider_type=provider.type,
        creation_date=to_seconds(provider.created),
        last_modified_date=to_seconds(provider.modified),
    )
