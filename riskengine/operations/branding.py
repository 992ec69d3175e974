"""How hosted pages look: the classic ones' style sheet and logo, managed login's styles."""

import msgspec
from msgspec.structs import replace

from riskengine import api
from riskengine.base.clock import to_seconds
from riskengine.base.ids import new_uuid
from riskengine.entities import Branding, Pool, UiCustomization
from riskengine.flows import classic_css, login_style, lookup
from riskengine.flows.overtaken import repeated
from riskengine.flows.page_images import kind_of
from riskengine.operations.call import Call
from riskengine.operations.registry import Operations
from riskengine.storage.errors import AlreadyExists
from riskengine.storage.interface import Reader, Transaction

operation = Operations()

_EVERY_CLIENT = "ALL"
_LARGEST_LOGO = 100 * 1024  # bytes
_LOGOS = ("PNG", "JPEG", "GIF")


@operation
async def get_ui_customization(
    call: Call, request: api.GetUICustomizationRequest
) -> api.GetUICustomizationResponse:
    """A client's own look of the classic pages, else the pool's, else an empty one."""
    pool = await _pool_with_domain(call.storage, request.user_pool_id)
    client = await _client(call.storage, pool, request.client_id)
    found = await call.storage.ui_customizations.effective(pool.id, client)
    return api.GetUICustomizationResponse(ui_customization=_worn(found))


@operation
async def set_ui_customization(
    call: Call, request: api.SetUICustomizationRequest
) -> api.SetUICustomizationResponse:
    """Replace style sheet and logo, for one client or for ALL; what is left out is gone."""
    css, image = request.css or None, request.image_file or None
    if css is not None:
        classic_css.require_css(css)
    if image is not None:
        _require_logo(image)

    async def change(tx: Transaction) -> UiCustomization:
        pool = await _pool_with_domain(tx, request.user_pool_id)
        client = await _client(tx, pool, request.client_id)
        if client:
            # Saved as it is, so that a client that is deleted meanwhile leaves nothing behind.
            tx.clients.save(await lookup.client(tx, pool.id, client))
        before = await tx.ui_customizations.find(pool.id, client)
        first = UiCustomization(pool=pool.id, client=client, created=call.now, modified=call.now)
        customization = replace(before or first, css=css, image=image, modified=call.now)
        if css is not None or image is not None:
            tx.ui_customizations.save(customization)
        elif before is not None:
            tx.ui_customizations.delete(before)
        return customization

    return api.SetUICustomizationResponse(ui_customization=_worn(await repeated(call.storage, change)))


@operation
async def create_managed_login_branding(
    call: Call, request: api.CreateManagedLoginBrandingRequest
) -> api.CreateManagedLoginBrandingResponse:
    """Give a client a style; it has one at most."""
    first = Branding(
        pool=request.user_pool_id,
        id=new_uuid(),
        client=request.client_id,
        created=call.now,
        modified=call.now,
    )
    branding = await _styled(call, first, request)

    async def add(tx: Transaction) -> None:
        pool = await lookup.pool(tx, branding.pool)
        # Saved as it is, so that a client that is deleted meanwhile leaves nothing behind.
        tx.clients.save(await lookup.client(tx, pool.id, branding.client))
        tx.brandings.add(branding)

    try:
        await repeated(call.storage, add)
    except AlreadyExists:
        raise api.errors.ManagedLoginBrandingExistsException(
            f"Client {branding.client} already has a managed login branding."
        ) from None
    return api.CreateManagedLoginBrandingResponse(managed_login_branding=_style(branding))


@operation
async def describe_managed_login_branding(
    call: Call, request: api.DescribeManagedLoginBrandingRequest
) -> api.DescribeManagedLoginBrandingResponse:
    """A style; merged on demand with what it leaves as it is."""
    branding = await _found(call.storage, request.user_pool_id, request.managed_login_branding_id)
    style = _style(branding, is_merged=bool(request.return_merged_resources))
    return api.DescribeManagedLoginBrandingResponse(managed_login_branding=style)


@operation
async def describe_managed_login_branding_by_client(
    call: Call, request: api.DescribeManagedLoginBrandingByClientRequest
) -> api.DescribeManagedLoginBrandingByClientResponse:
    """The style of a client."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    client = await lookup.client(call.storage, pool.id, request.client_id)
    branding = await call.storage.brandings.find_by_client(pool.id, client.id)
    if branding is None:
        raise api.errors.ResourceNotFoundException(f"Client {client.id} has no managed login branding.")
    style = _style(branding, is_merged=bool(request.return_merged_resources))
    return api.DescribeManagedLoginBrandingByClientResponse(managed_login_branding=style)


@operation
async def update_managed_login_branding(
    call: Call, request: api.UpdateManagedLoginBrandingRequest
) -> api.UpdateManagedLoginBrandingResponse:
    """Change what the request names; settings are merged, an image takes the place of its like."""
    pool_id, branding_id = request.user_pool_id, request.managed_login_branding_id
    if pool_id is None or branding_id is None:
        raise api.errors.InvalidParameterException("UserPoolId and ManagedLoginBrandingId are required.")
    async with call.storage.transaction() as tx:
        before = await _found(tx, pool_id, branding_id)
        branding = replace(await _styled(call, before, request), modified=call.now)
        tx.brandings.save(branding)
    return api.UpdateManagedLoginBrandingResponse(managed_login_branding=_style(branding))


@operation
async def delete_managed_login_branding(
    call: Call, request: api.DeleteManagedLoginBrandingRequest
) -> api.DeleteManagedLoginBrandingResponse:
    """Delete a style; its client has none then."""
    async with call.storage.transaction() as tx:
        found = await _found(tx, request.user_pool_id, request.managed_login_branding_id)
        tx.brandings.delete(found)
    return api.DeleteManagedLoginBrandingResponse()


async def _pool_with_domain(reader: Reader, pool_id: str) -> Pool:
    pool = await lookup.pool(reader, pool_id)
    if pool.description.domain is None and pool.description.custom_domain is None:
        raise api.errors.InvalidParameterException(
            "There has to be an existing domain associated with this user pool"
        )
    return pool


async def _client(reader: Reader, pool: Pool, client_id: str | None) -> str:
    """The client that a look is for; empty for all."""
    if client_id is None or client_id == _EVERY_CLIENT:
        return ""
    return (await lookup.client(reader, pool.id, client_id)).id


def _require_logo(image: bytes) -> None:
    if len(image) > _LARGEST_LOGO:
        raise api.errors.InvalidParameterException(f"ImageFile has more than {_LARGEST_LOGO} bytes.")
    if kind_of(image) not in _LOGOS:
        raise api.errors.InvalidParameterException("ImageFile must be a PNG, JPEG or GIF image.")


def _worn(customization: UiCustomization | None) -> api.UICustomizationType:
    """A look as it is answered, but for the logo's URL: nothing serves it yet."""
    if customization is None:
        return api.UICustomizationType()
    return api.UICustomizationType(
        user_pool_id=customization.pool,
        client_id=customization.client or _EVERY_CLIENT,
        css=customization.css,
        css_version=classic_css.VERSION,
        creation_date=to_seconds(customization.created),
        last_modified_date=to_seconds(customization.modified),
    )


async def _found(reader: Reader, pool_id: str, branding_id: str) -> Branding:
    pool = await lookup.pool(reader, pool_id)
    branding = await reader.brandings.find(pool.id, branding_id)
    if branding is None:
        raise api.errors.ResourceNotFoundException(f"Managed login branding {branding_id} does not exist.")
    return branding


async def _styled(
    call: Call,
    before: Branding,
    request: api.CreateManagedLoginBrandingRequest | api.UpdateManagedLoginBrandingRequest,
) -> Branding:
    if request.use_cognito_provided_values:
        if request.settings is not None or request.assets:
            raise api.errors.InvalidParameterException(
                "Settings and Assets must be omitted when UseCognitoProvidedValues is true."
            )
        return replace(before, uses_provided_values=True, settings=None, assets=())
    branding = before
    if request.use_cognito_provided_values is False or request.settings is not None or request.assets:
        branding = replace(before, uses_provided_values=False)
    if request.settings is not None:
        given = login_style.settings_of(request.settings)
        settings = login_style.settings_of(login_style.merged(login_style.decoded(before.settings), given))
        branding = replace(branding, settings=login_style.encoded(settings))
    if request.assets:
        # Pictures that are text take a while to read: beside the loop.
        assets = await call.services.offload.run(login_style.assets_of, before.assets, request.assets)
        branding = replace(branding, assets=assets)
    return branding


def _style(branding: Branding, *, is_merged: bool = False) -> api.ManagedLoginBrandingType:
    settings = None if branding.settings is None else msgspec.Raw(branding.settings)
    if is_merged:
        own = login_style.decoded(branding.settings)
        settings = msgspec.Raw(login_style.encoded(login_style.merged(login_style.DEFAULTS, own)))
    return api.ManagedLoginBrandingType(
        managed_login_branding_id=branding.id,
        user_pool_id=branding.pool,
        use_cognito_provided_values=branding.uses_provided_values,
        settings=settings,
        assets=list(branding.assets),
        creation_date=to_seconds(branding.created),
        last_modified_date=to_seconds(branding.modified),
    )
