"""Addresses that are proved by a code: after a change, or when the user asks for one."""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from riskengine import api
from riskengine.base.secret import Secret
from riskengine.entities import Pool, User
from riskengine.flows import accounts, attributes, codes, messages, rates
from riskengine.flows.services import Services
from riskengine.storage.errors import AlreadyExists, Conflict
from riskengine.storage.interface import Transaction

_TRIES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """Whose addresses a call is about; an empty client is an administrator."""

    pool: Pool
    user: User
    client: str
    metadata: Mapping[str, str]
    now: int


async def change_attributes(
    services: Services, concern: Concern, given: Mapping[str, str]
) -> list[api.CodeDeliveryDetailsType]:
    """Change attributes; a new address of a kind that the pool verifies gets a code.

    Where the pool wants the proof first, the old address stays until the code comes back.

    Raises:
        InvalidParameterException: as `attributes.changed`.
        AliasExistsException: somebody else has the address.
    """
    pool, user = concern.pool, concern.user
    after, sends = _changed(concern, given)
    details = []
    with accounts.names_contested(pool, after, is_new=False):
        async with services.storage.transaction() as tx:
            await accounts.save(tx, pool, user, after)
            for attribute in sends:
                request = _request(concern, attribute, given[attribute], "UpdateUserAttribute")
                details.append(await codes.issue(services, tx, request))
    if sends:
        services.courier.wake()
    return details


def _changed(concern: Concern, given: Mapping[str, str]) -> tuple[User, list[str]]:
    """The user after the change, and the addresses that have to be proved."""
    pool, user = concern.pool, concern.user
    attributes.require_valid(pool, given)
    settings = pool.description.user_attribute_update_settings
    first_proved = (settings.attributes_require_verification_before_update if settings else None) or ()
    verified = pool.description.auto_verified_attributes or ()
    sends = [
        name
        for name, flag in attributes.VERIFIED_FLAGS.items()
        if name in verified and _is_new(user, name, given) and given.get(flag, "").lower() != "true"
    ]
    waiting = {name: given[name] for name in sends if name in first_proved and user.attributes.get(name)}
    at_once = {name: value for name, value in given.items() if name not in waiting}
    after = accounts.with_attributes(user, attributes.changed(pool, user.attributes, at_once), concern.now)
    settled = {name: value for name, value in user.unproved.items() if name not in given}
    return replace(after, unproved=settled | waiting), sends


def _is_new(user: User, name: str, given: Mapping[str, str]) -> bool:
    return bool(given.get(name)) and given[name] != user.attributes.get(name)


async def send_code(services: Services, concern: Concern, attribute: str) -> api.CodeDeliveryDetailsType:
    """Send a code to an address of the user's, old or waiting to be proved.

    Raises:
        InvalidParameterException: it is no address, or the user has none.
        LimitExceededException: five were sent within the hour.
    """
    user, pool = concern.user, concern.pool
    address = user.unproved.get(attribute) or user.attributes.get(attribute)
    if attribute not in attributes.VERIFIED_FLAGS or not address:
        raise api.errors.InvalidParameterException(f"User does not have {attribute} to verify")
    request = _request(concern, attribute, address, "VerifyUserAttribute")
    for _ in range(_TRIES):
        try:
            async with services.storage.transaction() as tx:
                kind = "GetUserAttributeVerificationCode"
                await rates.count(tx, pool.id, user.sub, kind, concern.now)
                details = await codes.issue(services, tx, request)
        except Conflict:
            continue
        services.courier.wake()
        return details
    raise _overtaken()


async def verify(services: Services, concern: Concern, attribute: str, code: Secret) -> None:
    """The address counts as verified, if the code is the one that went there.

    Raises:
        CodeMismatchException, ExpiredCodeException: it is not.
        AliasExistsException: somebody else has proved this address before.
    """
    if attribute not in attributes.VERIFIED_FLAGS:
        raise api.errors.InvalidParameterException(f"{attribute} can not be verified")
    for _ in range(_TRIES):
        try:
            async with services.storage.transaction() as tx:
                error = await _verify(services, tx, concern, attribute, code)
        except (Conflict, AlreadyExists):
            continue
        if error is not None:
            raise error
        return
    raise _overtaken()


async def _verify(
    services: Services, tx: Transaction, concern: Concern, attribute: str, code: Secret
) -> api.ApiError | None:
    pool, sub = concern.pool, concern.user.sub
    await rates.count(tx, pool.id, sub, "VerifyUserAttribute", concern.now)
    presented = codes.Presented(
        pool=pool, subject=sub, purpose=codes.verification(attribute), code=code, now=concern.now
    )
    sent = await codes.redeem(services, tx, presented)
    if isinstance(sent, api.ApiError):
        return sent
    user = await tx.users.get(pool.id, sub)
    after = proved(pool, user, attribute, sent.value, concern.now)
    if after is None:
        # The address was changed after the code went out: it proves one that is no longer theirs.
        return api.errors.ExpiredCodeException("Invalid code provided, please request a code again.")
    await accounts.save(tx, pool, user, after)
    return None


def proved(pool: Pool, user: User, attribute: str, address: str, now: int) -> User | None:
    """The user with this address verified; None where it is neither theirs nor waiting to be."""
    flag = {attributes.VERIFIED_FLAGS[attribute]: "true"}
    if user.unproved.get(attribute) == address:
        changed = attributes.changed(pool, user.attributes, {attribute: address, **flag})
        rest = {name: value for name, value in user.unproved.items() if name != attribute}
        return replace(accounts.with_attributes(user, changed, now), unproved=rest)
    if user.attributes.get(attribute) == address:
        return replace(user, attributes={**user.attributes, **flag}, modified=now)
    return None


def _request(concern: Concern, attribute: str, address: str, message: str) -> codes.Request:
    return codes.Request(
        pool=concern.pool,
        client=concern.client,
        subject=concern.user.sub,
        user=concern.user,
        purpose=codes.verification(attribute),
        message=message,
        medium=messages.MEDIUM_OF[attribute],
        destination=address,
        now=concern.now,
        metadata=dict(concern.metadata),
    )


def _overtaken() -> api.errors.TooManyRequestsException:
    return api.errors.TooManyRequestsException("Too many requests for this user at once; try again")
