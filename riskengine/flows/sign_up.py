"""People sign themselves up, and confirm: the pool's rules, the client's rights, and the code in between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from riskengine import api
from riskengine.base.secret import Secret
from riskengine.entities import Pool, User
from riskengine.flows import accounts, attributes, codes, hooks, messages, rates
from riskengine.flows.attributes import VERIFIED_FLAGS
from riskengine.flows.passwords import new_credential
from riskengine.flows.recording import Deed, Refused, Ruling, recorded
from riskengine.flows.services import Services
from riskengine.flows.simulated import simulated_address
from riskengine.flows.verification import proved
from riskengine.storage.interface import Transaction
from riskengine.telemetry import count_success

_PASSWORDLESS = frozenset({"EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"})
# With both, the phone is written to.
_CHANNELS = ("phone_number", "email")


@dataclass(frozen=True, slots=True)
class Registered:
    """A new user, and where the code went; no details where there is nothing to prove."""

    user: User
    delivery: api.CodeDeliveryDetailsType | None


async def sign_up(
    services: Services, deed: Deed, given: Mapping[str, str], validation: Mapping[str, str]
) -> Registered:
    """A new user, confirmed only if PreSignUp says so; success and refusal are events.

    Raises:
        ApiError: the pool, the client, threat protection or PreSignUp does not allow it.
    """
    delivery: list[api.CodeDeliveryDetailsType] = []

    async def work(tx: Transaction, ruling: Ruling) -> User:
        ruling.require_passed()
        user = await _welcomed(services, deed, _new_user(services, deed, given), validation)
        await accounts.add(tx, deed.pool, user)
        delivery.clear()
        attribute = None if user.status == "CONFIRMED" else channel(deed.pool, user)
        if attribute is not None:
            delivery.append(await codes.issue(services, tx, _request(deed, user, attribute, "SignUp")))
        return user

    user = await recorded(services, deed, work)
    count_success("SignUp", deed.pool.id, deed.client.id)
    services.courier.wake()
    if user.status == "CONFIRMED":
        await _confirmed(services, deed, user)
    return Registered(user, delivery[0] if delivery else None)


async def confirm_sign_up(services: Services, deed: Deed, code: Secret, *, takes_over: bool) -> User:
    """The user, confirmed by the code; the address that it went to is verified.

    Raises:
        CodeMismatchException, ExpiredCodeException: it is another code, or none is out.
        AliasExistsException: somebody else has proved the address, and `takes_over` is off.
    """

    async def work(tx: Transaction, _ruling: Ruling) -> User | Refused:
        await rates.count(tx, deed.pool.id, deed.subject, "ConfirmSignUp", deed.now)
        if deed.user is None and not deed.hides_existence:
            raise api.errors.UserNotFoundException("User does not exist.")
        if deed.user is not None and deed.user.status != "UNCONFIRMED" and not deed.hides_existence:
            accounts.confirmed(deed.user, deed.now)
        presented = codes.Presented(
            pool=deed.pool, subject=deed.subject, purpose=codes.SIGN_UP, code=code, now=deed.now
        )
        sent = await codes.redeem(services, tx, presented)
        if isinstance(sent, api.ApiError):
            return Refused(sent)
        user = await tx.users.get(deed.pool.id, deed.subject)
        after = accounts.confirmed(user, deed.now)
        for attribute in _CHANNELS:
            after = proved(deed.pool, after, attribute, sent.value, deed.now) or after
        await accounts.save(tx, deed.pool, user, after, takes_over=takes_over)
        return after

    user = await recorded(services, deed, work)
    await _confirmed(services, deed, user)
    return user


async def resend_code(services: Services, deed: Deed) -> api.CodeDeliveryDetailsType:
    """Another code to confirm with; the one before is good no more.

    Raises:
        UserNotFoundException, InvalidParameterException: there is nobody to confirm (unless existence
            is hidden).
    """

    async def work(tx: Transaction, ruling: Ruling) -> api.CodeDeliveryDetailsType:
        await rates.count(tx, deed.pool.id, deed.subject, "ResendConfirmationCode", deed.now)
        try:
            ruling.require_passed()
            user = _unconfirmed(deed.user)
            attribute = channel(deed.pool, user)
            if attribute is None:
                raise api.errors.InvalidParameterException("Auto verification not turned on.")
            request = _request(deed, user, attribute, "ResendCode")
        except api.ApiError:
            if not deed.hides_existence:
                raise
            request = _simulated(services, deed)
        return await (codes.pretend if ruling.is_stopped else codes.issue)(services, tx, request)

    details = await recorded(services, deed, work)
    services.courier.wake()
    return details


def channel(pool: Pool, user: User) -> str | None:
    """The attribute whose address gets the code of a sign-up; None where nothing is to be verified."""
    verified: Sequence[str] = pool.description.auto_verified_attributes or ()
    return next((name for name in _CHANNELS if name in verified and user.attributes.get(name)), None)


def allows_no_password(pool: Pool) -> bool:
    """Whether users of this pool can sign in without a password."""
    policies = pool.description.policies
    policy = policies.sign_in_policy if policies else None
    return bool(_PASSWORDLESS.intersection((policy.allowed_first_auth_factors if policy else None) or ()))


def _new_user(services: Services, deed: Deed, given: Mapping[str, str]) -> User:
    pool = deed.pool
    attributes.require_writable(deed.client, given)
    user = accounts.new_user(pool, deed.username, given, "UNCONFIRMED", deed.now)
    attributes.require_complete(pool, user.attributes)
    if deed.password is None:
        return user
    credential = new_credential(services, pool, user.username, deed.password, deed.now)
    return replace(user, credential=credential)


async def _welcomed(services: Services, deed: Deed, user: User, validation: Mapping[str, str]) -> User:
    """The user as PreSignUp wants them."""
    wishes = await hooks.pre_sign_up(
        services,
        deed.pool,
        deed.client.id,
        user,
        source="SignUp",
        validation=validation,
        metadata=deed.metadata,
    )
    flags = {"email": wishes.verify_email, "phone_number": wishes.verify_phone}
    verified = {
        VERIFIED_FLAGS[name]: "true"
        for name, is_wished in flags.items()
        if is_wished and user.attributes.get(name)
    }
    status = "CONFIRMED" if wishes.auto_confirm else user.status
    return replace(user, attributes=user.attributes | verified, status=status)


async def _confirmed(services: Services, deed: Deed, user: User) -> None:
    await hooks.post_confirmation(
        services, deed.pool, deed.client.id, user, source="ConfirmSignUp", metadata=deed.metadata
    )


def _unconfirmed(user: User | None) -> User:
    if user is None:
        raise api.errors.UserNotFoundException("User does not exist.")
    if user.status != "UNCONFIRMED":
        raise api.errors.InvalidParameterException("User is already confirmed.")
    return user


def _request(deed: Deed, user: User, attribute: str, message: str) -> codes.Request:
    return codes.Request(
        pool=deed.pool,
        client=deed.client.id,
        subject=user.sub,
        user=user,
        purpose=codes.SIGN_UP,
        message=message,
        medium=messages.MEDIUM_OF[attribute],
        destination=user.attributes[attribute],
        now=deed.now,
        metadata=dict(deed.metadata),
    )


def _simulated(services: Services, deed: Deed) -> codes.Request:
    medium, destination = simulated_address(services, deed.pool, deed.username)
    return codes.Request(
        pool=deed.pool,
        client=deed.client.id,
        subject=deed.subject,
        user=None,
        purpose=codes.SIGN_UP,
        message="ResendCode",
        medium=medium,
        destination=destination,
        now=deed.now,
        metadata={},
    )
