"""Users come into being, are confirmed and renamed: the same rules for administrators and for sign-up."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from msgspec.structs import replace

from riskengine import api
from riskengine.base.clock import DAY
from riskengine.base.ids import new_uuid
from riskengine.entities import Pool, User
from riskengine.entities.user import UserStatus
from riskengine.flows import attributes
from riskengine.storage.errors import AlreadyExists
from riskengine.storage.interface import Transaction

DEFAULT_TEMPORARY_DAYS = 7
_LONGEST_ALIAS = 512  # characters: what the store can index
_CHANNEL_NAMES = {"email": "email", "phone_number": "phone number"}
_ADDRESS_OF_FACTOR = {"SMS_MFA": "phone_number", "EMAIL_OTP": "email"}
_WANTED: dict[tuple[str, ...], str] = {
    ("email",): "Username should be an email.",
    ("phone_number",): "Username should be a phone number.",
}


def new_user(pool: Pool, username: str, given: Mapping[str, str], status: UserStatus, now: int) -> User:
    """A user who is not stored yet, without a credential.

    Where addresses are user names, the address becomes an attribute and the sub the user name.

    Raises:
        InvalidParameterException: the name or an attribute breaks the pool's rules.
    """
    sub = new_uuid()
    address = _address_kind(pool, username)
    if address is not None:
        if given.get(address, username) != username:
            raise api.errors.InvalidParameterException(f"Username and {address} must be the same.")
        given = {**given, address: username}
    return User(
        pool=pool.id,
        sub=sub,
        username=username if address is None else sub,
        created=now,
        modified=now,
        status=status,
        attributes=attributes.first(pool, given),
    )


def temporary_until(pool: Pool, now: int) -> int:
    """When a temporary password set now stops working."""
    policies = pool.description.policies
    policy = policies.password_policy if policies else None
    days = (policy.temporary_password_validity_days if policy else None) or DEFAULT_TEMPORARY_DAYS
    return now + days * DAY


def aliases_of(pool: Pool, user: User) -> tuple[str, ...]:
    """The other names that find this user, in compared form.

    An address is an alias once it is verified, a preferred name once the user is confirmed;
    where addresses are user names they always are.
    """
    values = (user.attributes.get(name) for name in _alias_attributes(pool, user))
    return tuple(dict.fromkeys(pool.username_key(value) for value in values if value))


async def add(tx: Transaction, pool: Pool, user: User, *, takes_over: bool = False) -> None:
    """Add a new user; `takes_over` moves verified addresses from whoever has them.

    Raises:
        UsernameExistsException: the name is taken; an address, where addresses are user names.
        AliasExistsException: somebody else has a verified address.
    """
    key = pool.username_key(user.username)
    if await tx.users.find(pool.id, key):
        raise api.errors.UsernameExistsException("User already exists")
    takes_over = takes_over and not pool.description.username_attributes
    await _release(tx, pool, user, is_new=True, takes_over=takes_over)
    aliases = aliases_of(pool, user)
    tx.users.add(user, name_key=key, aliases=() if takes_over else aliases)
    if takes_over and aliases:
        tx.users.set_aliases(user, aliases, take_over=True)


async def save(tx: Transaction, pool: Pool, before: User, after: User, *, takes_over: bool = False) -> None:
    """Save a changed user, and the aliases if the change touched them.

    `takes_over` moves verified addresses from whoever has them.

    Raises:
        AliasExistsException: somebody else has the address or preferred name.
    """
    tx.users.save(after)
    aliases = aliases_of(pool, after)
    if aliases != aliases_of(pool, before):
        takes_over = takes_over and not pool.description.username_attributes
        await _release(tx, pool, after, is_new=False, takes_over=takes_over)
        tx.users.set_aliases(after, aliases, take_over=takes_over)


def with_attributes(user: User, attributes_: Mapping[str, str], now: int) -> User:
    """The user with other attributes; a factor whose address went is off."""
    enabled = tuple(
        factor
        for factor in user.mfa_enabled
        if factor not in _ADDRESS_OF_FACTOR or attributes_.get(_ADDRESS_OF_FACTOR[factor])
    )
    preferred = user.mfa_preferred if user.mfa_preferred in enabled else None
    return replace(
        user, attributes=dict(attributes_), mfa_enabled=enabled, mfa_preferred=preferred, modified=now
    )


@contextmanager
def names_contested(pool: Pool, user: User, *, is_new: bool) -> Iterator[None]:
    """Around a transaction: a name that somebody else took meanwhile is told like one taken before."""
    try:
        yield
    except AlreadyExists as taken:
        if taken.what == "username":
            raise api.errors.UsernameExistsException("User already exists") from None
        if taken.what == "alias":
            kinds = _alias_attributes(pool, user)
            kind = kinds[0] if kinds else "email"
            raise _alias_taken(pool, kind, is_new=is_new) from None
        raise


def confirmed(user: User, now: int) -> User:
    """The user, confirmed.

    Raises:
        NotAuthorizedException: there is nothing to confirm.
    """
    if user.status != "UNCONFIRMED":
        raise api.errors.NotAuthorizedException(f"User cannot be confirmed. Current status is {user.status}")
    return replace(user, status="CONFIRMED", modified=now)


async def _release(tx: Transaction, pool: Pool, user: User, *, is_new: bool, takes_over: bool) -> None:
    """See that nobody else answers to the user's aliases."""
    losers: dict[str, User] = {}
    for kind in _alias_attributes(pool, user):
        key = pool.username_key(user.attributes[kind])
        if len(key) > _LONGEST_ALIAS:
            raise api.errors.InvalidParameterException(f"{kind} is too long to sign in with.")
        owner = await tx.users.find(pool.id, key)
        if owner is None or owner.sub == user.sub:
            continue
        is_movable = kind in attributes.VERIFIED_FLAGS and pool.username_key(owner.username) != key
        if not (takes_over and is_movable):
            raise _alias_taken(pool, kind, is_new=is_new)
        loser = losers.get(owner.sub, owner)
        flags = {attributes.VERIFIED_FLAGS[kind]: "false"}
        losers[owner.sub] = replace(loser, attributes=loser.attributes | flags)
    for loser in losers.values():
        tx.users.save(loser)
        tx.users.set_aliases(loser, aliases_of(pool, loser))


def _alias_attributes(pool: Pool, user: User) -> Sequence[str]:
    """The attributes that are aliases of this user now."""
    if pool.description.username_attributes:
        return [name for name in pool.description.username_attributes if user.attributes.get(name)]
    kinds = (name for name in pool.description.alias_attributes or () if user.attributes.get(name))
    return [name for name in kinds if _is_active(user, name)]


def _is_active(user: User, name: str) -> bool:
    flag = attributes.VERIFIED_FLAGS.get(name)
    return user.status != "UNCONFIRMED" if flag is None else user.attributes.get(flag) == "true"


def _alias_taken(pool: Pool, kind: str, *, is_new: bool) -> api.ApiError:
    name = _CHANNEL_NAMES.get(kind, kind)
    if is_new and pool.description.username_attributes:
        return api.errors.UsernameExistsException(f"An account with the given {name} already exists.")
    return api.errors.AliasExistsException(f"An account with the {name} already exists.")


def _address_kind(pool: Pool, username: str) -> str | None:
    """Which attribute the user name is; None where user names are names."""
    kinds = pool.description.username_attributes
    if not kinds:
        _refuse_alias_form(pool, username)
        return None
    if "email" in kinds and attributes.is_email(username):
        return "email"
    if "phone_number" in kinds and attributes.is_phone_number(username):
        return "phone_number"
    text = _WANTED.get(tuple(kinds), "Username should be either an email or a phone number.")
    raise api.errors.InvalidParameterException(text)


def _refuse_alias_form(pool: Pool, username: str) -> None:
    aliases = pool.description.alias_attributes or ()
    if "email" in aliases and attributes.is_email(username):
        raise api.errors.InvalidParameterException(
            "Username cannot be of email format, since user pool is configured for email alias."
        )
    if "phone_number" in aliases and attributes.is_phone_number(username):
        raise api.errors.InvalidParameterException(
            "Username cannot be of phone number format, since user pool is configured for phone number alias."
        )
