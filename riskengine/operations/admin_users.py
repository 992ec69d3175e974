"""What administrators do with users."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from riskengine import api
from riskengine.base.clock import to_seconds
from riskengine.base.secret import Secret
from riskengine.credentials.password_policy import generate_temporary
from riskengine.entities import Pool, User
from riskengine.flows import accounts, attributes, hooks, linked, lookup, messages, mfa, verification
from riskengine.flows.passwords import policy_of, require_conforming, with_password
from riskengine.flows.sign_up import allows_no_password
from riskengine.operations import convert, paging, user_filter
from riskengine.operations.again import serialised
from riskengine.operations.call import Call
from riskengine.operations.registry import Operations
from riskengine.storage.interface import Transaction, UserFilter
from riskengine.telemetry import count_success

operation = Operations()
_MEDIUM_ATTRIBUTES = {"EMAIL": "email", "SMS": "phone_number"}


@operation
@serialised
async def admin_create_user(call: Call, request: api.AdminCreateUserRequest) -> api.AdminCreateUserResponse:
    """Create a user with a temporary password, or renew one who never came (RESEND)."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    if request.temporary_password is not None:
        require_conforming(pool, request.temporary_password)
    if request.message_action == "RESEND":
        user = await _renew(call, pool, request)
    else:
        user = await _create(call, pool, request)
    return api.AdminCreateUserResponse(user=convert.user(user))


@operation
async def admin_get_user(call: Call, request: api.AdminGetUserRequest) -> api.AdminGetUserResponse:
    """A user with all attributes and factors."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    user = await lookup.user(call.storage, pool, request.username)
    return api.AdminGetUserResponse(
        username=user.username,
        user_attributes=convert.attributes(user.sub, {**user.attributes, **linked.attribute(user)}),
        user_create_date=to_seconds(user.created),
        user_last_modified_date=to_seconds(user.modified),
        enabled=user.is_enabled,
        user_status=user.status,
        preferred_mfa_setting=user.mfa_preferred,
        mfa_options=convert.mfa_options(user),
        user_mfa_setting_list=list(user.mfa_enabled) or None,
    )


@operation
@serialised
async def admin_delete_user(call: Call, request: api.AdminDeleteUserRequest) -> api.AdminDeleteUserResponse:
    """Delete a user with everything of theirs."""
    async with call.storage.transaction() as tx:
        pool = await lookup.pool(tx, request.user_pool_id)
        tx.users.delete(await lookup.user(tx, pool, request.username))
    return api.AdminDeleteUserResponse()


@operation
@serialised
async def admin_set_user_password(
    call: Call, request: api.AdminSetUserPasswordRequest
) -> api.AdminSetUserPasswordResponse:
    """Set a password: for good, or one that must be changed at the next sign-in."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    user = await lookup.user(call.storage, pool, request.username)
    require_conforming(pool, request.password)
    after = with_password(call.services, pool, user, request.password, call.now)
    if request.permanent:
        after = replace(after, status="CONFIRMED", temporary_until=None)
    else:
        until = accounts.temporary_until(pool, call.now)
        after = replace(after, status="FORCE_CHANGE_PASSWORD", temporary_until=until)
    await _save(call, pool, user, after)
    return api.AdminSetUserPasswordResponse()


@operation
@serialised
async def admin_enable_user(call: Call, request: api.AdminEnableUserRequest) -> api.AdminEnableUserResponse:
    """Let a user sign in again."""
    async with call.storage.transaction() as tx:
        pool = await lookup.pool(tx, request.user_pool_id)
        user = await lookup.user(tx, pool, request.username)
        tx.users.save(replace(user, is_enabled=True, modified=call.now))
    return api.AdminEnableUserResponse()


@operation
@serialised
async def admin_disable_user(
    call: Call, request: api.AdminDisableUserRequest
) -> api.AdminDisableUserResponse:
    """Keep a user out; tokens given so far are dead for good."""
    async with call.storage.transaction() as tx:
        pool = await lookup.pool(tx, request.user_pool_id)
        user = await lookup.user(tx, pool, request.username)
        tx.users.save(replace(user, is_enabled=False, signed_out_at=call.now, modified=call.now))
        tx.sessions.revoke_all(pool.id, user.sub)
    return api.AdminDisableUserResponse()


@operation
@serialised
async def admin_update_user_attributes(
    call: Call, request: api.AdminUpdateUserAttributesRequest
) -> api.AdminUpdateUserAttributesResponse:
    """Change any mutable attribute; only an administrator can call an address verified."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    user = await lookup.user(call.storage, pool, request.username)
    concern = verification.Concern(
        pool=pool, user=user, client="", metadata=request.client_metadata or {}, now=call.now
    )
    given = attributes.given(request.user_attributes)
    await verification.change_attributes(call.services, concern, given)
    return api.AdminUpdateUserAttributesResponse()


@operation
@serialised
async def admin_delete_user_attributes(
    call: Call, request: api.AdminDeleteUserAttributesRequest
) -> api.AdminDeleteUserAttributesResponse:
    """Delete attributes that are neither required nor immutable."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    user = await lookup.user(call.storage, pool, request.username)
    rest = attributes.without(pool, user.attributes, request.user_attribute_names)
    await _save(call, pool, user, accounts.with_attributes(user, rest, call.now))
    return api.AdminDeleteUserAttributesResponse()


@operation
@serialised
async def admin_set_user_settings(
    call: Call, request: api.AdminSetUserSettingsRequest
) -> api.AdminSetUserSettingsResponse:
    """The older way to say where a user's SMS codes go; AdminSetUserMFAPreference is today's."""
    async with call.storage.transaction() as tx:
        pool = await lookup.pool(tx, request.user_pool_id)
        user = await lookup.user(tx, pool, request.username)
        tx.users.save(mfa.with_options(user, request.mfa_options, call.now))
    return api.AdminSetUserSettingsResponse()


@operation
async def list_users(call: Call, request: api.ListUsersRequest) -> api.ListUsersResponse:
    """Users that match the filter, with the attributes that are asked for."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    wanted = request.attributes_to_get
    if not attributes.schema_of(pool).keys() >= set(wanted or ()):
        raise api.errors.InvalidParameterException(
            "One or more requested attributes do not exist in user pool."
        )
    term = _in_stored_form(pool, user_filter.parse(request.filter))
    cut = paging.cut(call, request.pagination_token, request.limit, pool.id, request.filter or "")
    found = await call.storage.users.list_(pool.id, term=term, after=cut.after, limit=cut.fetch)
    page = cut.page(found, lambda user: user.sub)
    return api.ListUsersResponse(
        users=[convert.user(user, wanted) for user in page.items], pagination_token=page.next_token
    )


def _in_stored_form(pool: Pool, term: UserFilter | None) -> UserFilter | None:
    if term is None:
        return None
    match term.attribute:
        case "username":
            value = pool.username_key(term.value)
        case "cognito:user_status":
            value = term.value.upper()
        case _:
            value = term.value
    return UserFilter(term.attribute, value, is_prefix=term.is_prefix)


async def _create(call: Call, pool: Pool, request: api.AdminCreateUserRequest) -> User:
    given = attributes.given(request.user_attributes)
    user = accounts.new_user(pool, request.username, given, "FORCE_CHANGE_PASSWORD", call.now)
    if request.message_action != "SUPPRESS":
        _require_addresses(user, request.desired_delivery_mediums or ())
    validation = attributes.given(request.validation_data)
    await hooks.pre_sign_up(
        call.services,
        pool,
        "",
        user,
        source="AdminCreateUser",
        validation=validation,
        metadata=request.client_metadata or {},
    )
    password = request.temporary_password
    if password is None and allows_no_password(pool):
        # Who signs in without a password needs none to begin with.
        user = replace(user, status="CONFIRMED")
    else:
        password = password or generate_temporary(policy_of(pool))
        user = with_password(call.services, pool, user, password, call.now)
        user = replace(user, temporary_until=accounts.temporary_until(pool, call.now))
    invitation = _invitation(request, password)
    with accounts.names_contested(pool, user, is_new=True):
        async with call.storage.transaction() as tx:
            await accounts.add(tx, pool, user, takes_over=bool(request.force_alias_creation))
            if invitation is not None:
                await _invite(call, tx, pool, user, invitation)
    call.services.courier.wake()
    count_success("SignUp", pool.id, "Admin")
    return user


async def _renew(call: Call, pool: Pool, request: api.AdminCreateUserRequest) -> User:
    """Another while, another temporary password and another invitation."""
    user = await lookup.user(call.storage, pool, request.username)
    if user.status != "FORCE_CHANGE_PASSWORD":
        raise api.errors.UnsupportedUserStateException(
            f"Resend not possible. {request.username} status is not FORCE_CHANGE_PASSWORD"
        )
    _require_addresses(user, request.desired_delivery_mediums or ())
    password = request.temporary_password
    if password is None and any(user.attributes.get(name) for name in _MEDIUM_ATTRIBUTES.values()):
        password = generate_temporary(policy_of(pool))
    # Whom nothing can reach keeps the password that was told before.
    after = with_password(call.services, pool, user, password, call.now) if password else user
    after = replace(after, temporary_until=accounts.temporary_until(pool, call.now), modified=call.now)
    invitation = _invitation(request, password)
    async with call.storage.transaction() as tx:
        await accounts.save(tx, pool, user, after)
        if invitation is not None:
            await _invite(call, tx, pool, after, invitation)
    call.services.courier.wake()
    return after


@dataclass(frozen=True, slots=True)
class _Invitation:
    password: Secret
    mediums: Sequence[str]
    metadata: Mapping[str, str]


async def _invite(call: Call, tx: Transaction, pool: Pool, user: User, invitation: _Invitation) -> None:
    """Tell the user of the account, by the mediums asked for, else by the first address there is."""
    reachable = [medium for medium in ("SMS", "EMAIL") if user.attributes.get(_MEDIUM_ATTRIBUTES[medium])]
    for medium in invitation.mediums or reachable[:1]:
        attribute = _MEDIUM_ATTRIBUTES[medium]
        letter = messages.Letter(
            pool=pool,
            client="",
            user=user,
            purpose="AdminCreateUser",
            medium=messages.MEDIUM_OF[attribute],
            destination=user.attributes[attribute],
            secret=invitation.password,
            now=call.now,
            metadata=invitation.metadata,
        )
        await messages.send(call.services, tx, letter)


def _invitation(request: api.AdminCreateUserRequest, password: Secret | None) -> _Invitation | None:
    if request.message_action == "SUPPRESS" or password is None:
        return None
    return _Invitation(password, request.desired_delivery_mediums or (), request.client_metadata or {})


async def _save(call: Call, pool: Pool, before: User, after: User) -> None:
    with accounts.names_contested(pool, after, is_new=False):
        async with call.storage.transaction() as tx:
            await accounts.save(tx, pool, before, after)


def _require_addresses(user: User, mediums: list[str] | tuple[str, ...]) -> None:
    for medium in mediums:
        name = _MEDIUM_ATTRIBUTES[medium]
        if not user.attributes.get(name):
            raise api.errors.InvalidParameterException(f"The user needs {name} to be reached by {medium}.")
