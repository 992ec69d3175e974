"""Domains of a user pool's hosted pages: a prefix, and a whole name with a certificate."""

import re
from urllib.parse import urlsplit

from msgspec.structs import replace

from riskengine import api
from riskengine.entities import Domain, Pool
from riskengine.flows import lookup
from riskengine.flows.overtaken import repeated
from riskengine.operations.call import Call
from riskengine.operations.registry import Operations
from riskengine.storage.errors import AlreadyExists
from riskengine.storage.interface import Transaction

operation = Operations()

_LABEL = r"[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?"
_PREFIX = re.compile(_LABEL)
_CUSTOM = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_RESERVED = ("aws", "amazon", "cognito")
_CLASSIC, _MANAGED = 1, 2


@operation
async def create_user_pool_domain(
    call: Call, request: api.CreateUserPoolDomainRequest
) -> api.CreateUserPoolDomainResponse:
    """Give a pool a prefix or a custom domain, one of each; no other pool may have it."""
    _require_unrouted(request.routing)
    _require_name(request.domain, is_custom=request.custom_domain_config is not None)
    domain = Domain(
        name=request.domain,
        pool=request.user_pool_id,
        created=call.now,
        modified=call.now,
        managed_login_version=request.managed_login_version or _CLASSIC,
        custom=request.custom_domain_config,
        version=call.now,  # a name that was used before is another row all the same
    )

    async def add(tx: Transaction) -> None:
        pool = await lookup.pool(tx, domain.pool)
        _require_version(request.managed_login_version, pool)
        if (_named(pool, domain)) is not None:
            raise api.errors.InvalidParameterException("User pool already has a domain configured.")
        tx.pools.save(_with_name(pool, domain, domain.name))
        tx.domains.add(domain)

    try:
        await repeated(call.storage, add)
    except AlreadyExists:
        raise api.errors.InvalidParameterException(
            "Domain already associated with another user pool."
        ) from None
    return api.CreateUserPoolDomainResponse(
        managed_login_version=domain.managed_login_version, cloud_front_domain=_target(call, domain)
    )


@operation
async def describe_user_pool_domain(
    call: Call, request: api.DescribeUserPoolDomainRequest
) -> api.DescribeUserPoolDomainResponse:
    """A domain of whichever pool; one that nobody has is described as empty."""
    domain = await call.storage.domains.find(request.domain)
    if domain is None:
        return api.DescribeUserPoolDomainResponse(domain_description=api.DomainDescriptionType())
    description = api.DomainDescriptionType(
        user_pool_id=domain.pool,
        aws_account_id=call.settings.account,
        domain=domain.name,
        cloud_front_distribution=_target(call, domain),
        version=str(domain.modified),
        status="ACTIVE",
        custom_domain_config=domain.custom,
        managed_login_version=domain.managed_login_version,
    )
    return api.DescribeUserPoolDomainResponse(domain_description=description)


@operation
async def update_user_pool_domain(
    call: Call, request: api.UpdateUserPoolDomainRequest
) -> api.UpdateUserPoolDomainResponse:
    """Change the pages' version and a custom domain's certificate, as far as they are named."""
    _require_unrouted(request.routing)
    async with call.storage.transaction() as tx:
        pool, domain = await _owned(tx, request.user_pool_id, request.domain)
        _require_version(request.managed_login_version, pool)
        if request.custom_domain_config is not None and domain.custom is None:
            raise api.errors.InvalidParameterException("CustomDomainConfig is for custom domains only.")
        domain = replace(
            domain,
            managed_login_version=request.managed_login_version or domain.managed_login_version,
            custom=request.custom_domain_config or domain.custom,
            modified=call.now,
        )
        tx.domains.save(domain)
    return api.UpdateUserPoolDomainResponse(
        managed_login_version=domain.managed_login_version, cloud_front_domain=_target(call, domain)
    )


@operation
async def delete_user_pool_domain(
    call: Call, request: api.DeleteUserPoolDomainRequest
) -> api.DeleteUserPoolDomainResponse:
    """Take a domain from its pool; another may have it then."""
    async with call.storage.transaction() as tx:
        pool, domain = await _owned(tx, request.user_pool_id, request.domain)
        tx.pools.save(_with_name(pool, domain, None))
        tx.domains.delete(domain)
    return api.DeleteUserPoolDomainResponse()


async def _owned(tx: Transaction, pool_id: str, name: str) -> tuple[Pool, Domain]:
    pool = await tx.pools.find(pool_id)
    domain = await tx.domains.find(name)
    if pool is None or domain is None or domain.pool != pool.id:
        raise api.errors.InvalidParameterException("No such domain or user pool exists.")
    return pool, domain


def _named(pool: Pool, domain: Domain) -> str | None:
    """The domain of the same kind that the pool has."""
    return pool.description.domain if domain.custom is None else pool.description.custom_domain


def _with_name(pool: Pool, domain: Domain, name: str | None) -> Pool:
    """The pool as its description tells of the domain; saving it also puts changes in a row."""
    if domain.custom is None:
        return replace(pool, description=replace(pool.description, domain=name))
    return replace(pool, description=replace(pool.description, custom_domain=name))


def _require_name(name: str, *, is_custom: bool) -> None:
    if is_custom:
        if not _CUSTOM.fullmatch(name):
            raise api.errors.InvalidParameterException(f"Custom domain is not a valid subdomain: {name}")
        return
    if not _PREFIX.fullmatch(name):
        raise api.errors.InvalidParameterException(
            "The domain name contains an invalid character. Domain names can only contain lower-case "
            "letters, numbers, and hyphens. Please enter a different name that follows this format: "
            f"^{_LABEL}$"
        )
    for word in _RESERVED:
        if word in name:
            raise api.errors.InvalidParameterException(f"Domain cannot contain reserved word: {word}")


def _require_version(version: int | None, pool: Pool) -> None:
    if version not in {None, _CLASSIC, _MANAGED}:
        raise api.errors.InvalidParameterException("ManagedLoginVersion must be 1 or 2.")
    if version == _MANAGED and pool.description.user_pool_tier == "LITE":
        raise api.errors.FeatureUnavailableInTierException("Managed login is not part of tier LITE.")


def _require_unrouted(routing: api.RoutingType | None) -> None:
    if routing is not None:
        raise api.errors.OperationNotEnabledException(
            "There are no replicas here that a domain could be routed to."
        )


def _target(call: Call, domain: Domain) -> str | None:
    """Where a custom domain's DNS record leads: to this service, as its issuer names it."""
    if domain.custom is None:
        return None
    return urlsplit(call.services.tokens.issuer_of(domain.pool)).hostname
