"""Groups of a user pool and their members."""

from msgspec.structs import replace

from riskengine import api
from riskengine.entities import Group
from riskengine.flows import lookup
from riskengine.operations import convert, paging
from riskengine.operations.again import serialised
from riskengine.operations.call import Call
from riskengine.operations.registry import Operations
from riskengine.storage.errors import AlreadyExists

operation = Operations()

_MOST = 10_000  # in a pool
_AT_ONCE = 100  # as many may be made at the same time
_MOST_OF_USER = 100


@operation
@serialised
async def create_group(call: Call, request: api.CreateGroupRequest) -> api.CreateGroupResponse:
    """Create a group; its name is unique in the pool."""
    group = Group(
        pool=request.user_pool_id,
        name=request.group_name,
        created=call.now,
        modified=call.now,
        description=request.description,
        role_arn=request.role_arn,
        precedence=request.precedence,
    )
    try:
        async with call.storage.transaction() as tx:
            pool = await lookup.pool(tx, request.user_pool_id)
            count = await tx.groups.count(group.pool)
            if count >= _MOST:
                raise api.errors.LimitExceededException(f"A user pool has at most {_MOST} groups.")
            if count >= _MOST - _AT_ONCE:
                tx.pools.save(pool)  # one after the other, so that none is missed by the count
            tx.groups.add(group)
    except AlreadyExists:
        raise api.errors.GroupExistsException("A group with the name already exists.") from None
    return api.CreateGroupResponse(group=convert.group(group))


@operation
async def get_group(call: Call, request: api.GetGroupRequest) -> api.GetGroupResponse:
    """One group."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    group = await lookup.group(call.storage, pool.id, request.group_name)
    return api.GetGroupResponse(group=convert.group(group))


@operation
@serialised
async def update_group(call: Call, request: api.UpdateGroupRequest) -> api.UpdateGroupResponse:
    """Change what the request names; the rest stays."""
    asked = {
        "description": request.description,
        "role_arn": request.role_arn,
        "precedence": request.precedence,
    }
    changes = {name: value for name, value in asked.items() if value is not None}
    async with call.storage.transaction() as tx:
        pool = await lookup.pool(tx, request.user_pool_id)
        group = await lookup.group(tx, pool.id, request.group_name)
        group = replace(group, modified=call.now, **changes)
        tx.groups.save(group)
    return api.UpdateGroupResponse(group=convert.group(group))


@operation
@serialised
async def delete_group(call: Call, request: api.DeleteGroupRequest) -> api.DeleteGroupResponse:
    """Delete a group; its members stay users."""
    async with call.storage.transaction() as tx:
        pool = await lookup.pool(tx, request.user_pool_id)
        tx.groups.delete(await lookup.group(tx, pool.id, request.group_name))
    return api.DeleteGroupResponse()


@operation
async def list_groups(call: Call, request: api.ListGroupsRequest) -> api.ListGroupsResponse:
    """A pool's groups, by name."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    cut = paging.cut(call, request.next_token, request.limit, pool.id)
    page = cut.page(
        await call.storage.groups.list_(pool.id, after=cut.after, limit=cut.fetch), lambda group: group.name
    )
    return api.ListGroupsResponse(
        groups=[convert.group(group) for group in page.items], next_token=page.next_token
    )


@operation
@serialised
async def admin_add_user_to_group(
    call: Call, request: api.AdminAddUserToGroupRequest
) -> api.AdminAddUserToGroupResponse:
    """Make a user a member; a member stays one."""
    async with call.storage.transaction() as tx:
        pool = await lookup.pool(tx, request.user_pool_id)
        user = await lookup.user(tx, pool, request.username)
        group = await lookup.group(tx, pool.id, request.group_name)
        joined = await tx.groups.of_user(pool.id, user.sub)
        if len(joined) >= _MOST_OF_USER and group.name not in {each.name for each in joined}:
            # Every token names them all.
            raise api.errors.InvalidParameterException(f"A user is in at most {_MOST_OF_USER} groups.")
        tx.users.save(user)  # one after the other, as above
        tx.groups.add_member(pool.id, group.name, user.sub, call.now)
    return api.AdminAddUserToGroupResponse()


@operation
@serialised
async def admin_remove_user_from_group(
    call: Call, request: api.AdminRemoveUserFromGroupRequest
) -> api.AdminRemoveUserFromGroupResponse:
    """End a membership; none is none."""
    async with call.storage.transaction() as tx:
        pool = await lookup.pool(tx, request.user_pool_id)
        user = await lookup.user(tx, pool, request.username)
        group = await lookup.group(tx, pool.id, request.group_name)
        tx.groups.remove_member(pool.id, group.name, user.sub)
    return api.AdminRemoveUserFromGroupResponse()


@operation
async def admin_list_groups_for_user(
    call: Call, request: api.AdminListGroupsForUserRequest
) -> api.AdminListGroupsForUserResponse:
    """A user's groups, lowest precedence first."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    user = await lookup.user(call.storage, pool, request.username)
    cut = paging.cut(call, request.next_token, request.limit, pool.id, user.sub)
    groups = await call.storage.groups.of_user(pool.id, user.sub)
    start = int(cut.after or 0)
    rest = list(enumerate(groups, start=1))[start : start + cut.fetch]
    page = cut.page(rest, lambda numbered: str(numbered[0]))
    return api.AdminListGroupsForUserResponse(
        groups=[convert.group(group) for _, group in page.items], next_token=page.next_token
    )


@operation
async def list_users_in_group(
    call: Call, request: api.ListUsersInGroupRequest
) -> api.ListUsersInGroupResponse:
    """A group's members."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    group = await lookup.group(call.storage, pool.id, request.group_name)
    cut = paging.cut(call, request.next_token, request.limit, pool.id, group.name)
    found = await call.storage.groups.members(pool.id, group.name, after=cut.after, limit=cut.fetch)
    page = cut.page(found, lambda user: user.sub)
    return api.ListUsersInGroupResponse(
        users=[convert.user(user) for user in page.items], next_token=page.next_token
    )
