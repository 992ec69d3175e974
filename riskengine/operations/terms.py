"""Terms documents: links that an app client shows to who signs up."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec.structs import replace

from riskengine import api
from riskengine.base.clock import to_seconds
from riskengine.base.ids import new_uuid
from riskengine.entities import Terms
from riskengine.flows import lookup
from riskengine.flows.overtaken import repeated
from riskengine.operations import paging
from riskengine.operations.call import Call
from riskengine.operations.registry import Operations
from riskengine.storage.errors import AlreadyExists
from riskengine.storage.interface import Reader, Transaction

operation = Operations()


@operation
async def create_terms(call: Call, request: api.CreateTermsRequest) -> api.CreateTermsResponse:
    """Create a document; a client has one of each name."""
    terms = Terms(
        pool=request.user_pool_id,
        id=new_uuid(),
        client=request.client_id,
        created=call.now,
        modified=call.now,
        name=request.terms_name,
        source=request.terms_source,
        enforcement=request.enforcement,
        links=_links(request.links or {}),
    )

    async def add(tx: Transaction) -> None:
        pool = await lookup.pool(tx, terms.pool)
        # Saved as it is, so that a client that is deleted meanwhile leaves nothing behind.
        tx.clients.save(await lookup.client(tx, pool.id, terms.client))
        tx.terms.add(terms)

    try:
        await repeated(call.storage, add)
    except AlreadyExists:
        raise _exists(terms.name) from None
    return api.CreateTermsResponse(terms=_shown(terms))


@operation
async def describe_terms(call: Call, request: api.DescribeTermsRequest) -> api.DescribeTermsResponse:
    """One document."""
    terms = await _found(call.storage, request.user_pool_id, request.terms_id)
    return api.DescribeTermsResponse(terms=_shown(terms))


@operation
async def describe_terms_by_client(
    call: Call, request: api.DescribeTermsByClientRequest
) -> api.DescribeTermsByClientResponse:
    """A client's document of a name."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    client = await lookup.client(call.storage, pool.id, request.client_id)
    terms = await call.storage.terms.find_by_client(pool.id, client.id, request.terms_name)
    if terms is None:
        raise api.errors.ResourceNotFoundException(f"Terms {request.terms_name} do not exist.")
    return api.DescribeTermsByClientResponse(terms=_shown(terms))


@operation
async def update_terms(call: Call, request: api.UpdateTermsRequest) -> api.UpdateTermsResponse:
    """Replace the members that the request names; links as a whole."""
    links = _links(request.links) if request.links is not None else None
    try:
        async with call.storage.transaction() as tx:
            before = await _found(tx, request.user_pool_id, request.terms_id)
            terms = replace(
                before,
                name=request.terms_name or before.name,
                source=request.terms_source or before.source,
                enforcement=request.enforcement or before.enforcement,
                links=links or before.links,
                modified=call.now,
            )
            tx.terms.save(terms)
    except AlreadyExists:
        raise _exists(request.terms_name or "") from None
    return api.UpdateTermsResponse(terms=_shown(terms))


@operation
async def delete_terms(call: Call, request: api.DeleteTermsRequest) -> api.DeleteTermsResponse:
    """Delete a document."""
    async with call.storage.transaction() as tx:
        tx.terms.delete(await _found(tx, request.user_pool_id, request.terms_id))
    return api.DeleteTermsResponse()


@operation
async def list_terms(call: Call, request: api.ListTermsRequest) -> api.ListTermsResponse:
    """A pool's documents, in the order of their ids."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    cut = paging.cut(call, request.next_token, request.max_results, pool.id)
    page = cut.page(
        await call.storage.terms.list_(pool.id, after=cut.after, limit=cut.fetch), lambda terms: terms.id
    )
    return api.ListTermsResponse(terms=[_line(terms) for terms in page.items], next_token=page.next_token)


async def _found(reader: Reader, pool_id: str, terms_id: str) -> Terms:
    pool = await lookup.pool(reader, pool_id)
    terms = await reader.terms.find(pool.id, terms_id)
    if terms is None:
        raise api.errors.ResourceNotFoundException(f"Terms {terms_id} do not exist.")
    return terms


def _links(given: Mapping[str, str]) -> dict[str, str]:
    if not given:
        raise api.errors.InvalidParameterException("Links must name a URL for at least one language.")
    for language, url in given.items():
        if not _is_web(url):
            raise api.errors.InvalidParameterException(
                f"The link for {language} must be an http or https URL."
            )
    return dict(given)


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


def _exists(name: str) -> api.errors.TermsExistsException:
    return api.errors.TermsExistsException(f"Terms {name} already exist for this client.")


def _shown(terms: Terms) -> api.TermsType:
    return api.TermsType(
        terms_id=terms.id,
        user_pool_id=terms.pool,
        client_id=terms.client,
        terms_name=terms.name,
        terms_source=terms.source,
        enforcement=terms.enforcement,
        links=terms.links,
        creation_date=to_seconds(terms.created),
        last_modified_date=to_seconds(terms.modified),
    )


def _line(terms: Terms) -> api.TermsDescriptionType:
    return api.TermsDescriptionType(
        terms_id=terms.id,
        terms_name=terms.name,
        enforcement=terms.enforcement,
        creation_date=to_seconds(terms.created),
        last_modified_date=to_seconds(terms.modified),
    )
