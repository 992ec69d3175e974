"""A forgotten password: a code goes to a verified address, and buys a new password."""

from msgspec.structs import replace

from riskengine import api
from riskengine.base.secret import Secret
from riskengine.entities import Pool, User
from riskengine.entities.message import Medium
from riskengine.flows import accounts, codes, hooks, messages, rates
from riskengine.flows.attributes import VERIFIED_FLAGS
from riskengine.flows.lockouts import after_success
from riskengine.flows.migration import newcomer
from riskengine.flows.passwords import is_right, require_unused, with_password
from riskengine.flows.recording import Deed, Refused, Ruling, recorded
from riskengine.flows.services import Services
from riskengine.flows.simulated import simulated_address
from riskengine.storage.interface import GuessKind, Transaction

_ATTRIBUTES = {"verified_email": "email", "verified_phone_number": "phone_number"}
_FACTORS = {"email": "EMAIL_OTP", "phone_number": "SMS_MFA"}
_GUESSES: tuple[GuessKind, ...] = ("password", "familiar")


async def forgot_password(services: Services, deed: Deed) -> api.CodeDeliveryDetailsType:
    """Send a code; where existence is hidden, nobody learns whether one was sent.

    Raises:
        UserNotFoundException, NotAuthorizedException, InvalidParameterException: there is nobody, the
            account is in no state for it, or no address is verified (unless existence is hidden).
    """
    _require_self_service(deed.pool)

    async def work(tx: Transaction, ruling: Ruling) -> api.CodeDeliveryDetailsType:
        await rates.count(tx, deed.pool.id, deed.subject, "ForgotPassword", deed.now)
        user = deed.user or await _migrated(services, tx, deed)
        try:
            ruling.require_passed()
            medium, destination = _channel(deed.pool, _recoverable(user))
        except api.ApiError:
            if not deed.hides_existence:
                raise
            # A code that nobody gets: guessing it is answered as guessing a real one is.
            medium, destination = simulated_address(services, deed.pool, deed.username)
            user = None
        request = codes.Request(
            pool=deed.pool,
            client=deed.client.id,
            subject=user.sub if user else deed.subject,
            user=user,
            purpose=codes.PASSWORD,
            message="ForgotPassword",
            medium=medium,
            destination=destination,
            now=deed.now,
            metadata=dict(deed.metadata),
        )
        return await (codes.pretend if ruling.is_stopped else codes.issue)(services, tx, request)

    details = await recorded(services, deed, work)
    services.courier.wake()
    return details


async def confirm_forgot_password(services: Services, deed: Deed, code: Secret, password: Secret) -> None:
    """The new password, for the code that was sent; what waited for a confirmation is confirmed too."""

    async def work(tx: Transaction, ruling: Ruling) -> User | Refused:
        await rates.count(tx, deed.pool.id, deed.subject, "ConfirmForgotPassword", deed.now)
        if deed.user is None and not deed.hides_existence:
            raise api.errors.UserNotFoundException("User does not exist.")
        presented = codes.Presented(
            pool=deed.pool, subject=deed.subject, purpose=codes.PASSWORD, code=code, now=deed.now
        )
        sent = await codes.redeem(services, tx, presented)
        if isinstance(sent, api.ApiError):
            return Refused(sent)
        if ruling.is_stopped:
            # Only who has the code learns this, and the code is spent: no looking for a place that passes.
            return Refused(ruling.error)
        # Read again: the code must not bring back what was changed since.
        user = await tx.users.get(deed.pool.id, deed.subject)
        if not user.is_enabled:
            raise api.errors.NotAuthorizedException("User is disabled.")
        require_unused(services, deed.pool, user, password)
        after = with_password(services, deed.pool, user, password, deed.now)
        after = replace(after, status="CONFIRMED", temporary_until=None)
        await accounts.save(tx, deed.pool, user, after)
        await _unlock(tx, after)
        return after

    user = await recorded(services, deed, work)
    await hooks.post_confirmation(
        services,
        deed.pool,
        deed.client.id,
        user,
        source="ConfirmForgotPassword",
        metadata=deed.metadata,
    )


async def change_password(services: Services, deed: Deed, previous: Secret | None, proposed: Secret) -> None:
    """Another password for who is signed in and knows the present one; users without one set their first.

    Raises:
        NotAuthorizedException: the present password is another one.
    """

    async def work(tx: Transaction, ruling: Ruling) -> User | Refused:
        # Before the present password is looked at: who is stopped can't try others out.
        ruling.require_passed()
        await rates.count(tx, deed.pool.id, deed.subject, "ChangePassword", deed.now)
        user = await tx.users.get(deed.pool.id, deed.subject)
        if user.has_password and not (
            previous and is_right(services, deed.pool, user.username, user, previous)
        ):
            return Refused(api.errors.NotAuthorizedException("Incorrect username or password."))
        require_unused(services, deed.pool, user, proposed)
        after = with_password(services, deed.pool, user, proposed, deed.now)
        tx.users.save(after)
        return after

    await recorded(services, deed, work)


async def admin_reset(services: Services, pool: Pool, name: User, metadata: dict[str, str], now: int) -> None:
    """An administrator invalidates the password; the user gets a code for a new one.

    Raises:
        NotAuthorizedException: the account is in no state for it.
        InvalidParameterException: no address is verified.
    """
    async with services.storage.transaction() as tx:
        user = await tx.users.get(pool.id, name.sub)
        medium, destination = _channel(pool, _recoverable(user))
        tx.users.save(replace(user, status="RESET_REQUIRED", modified=now))
        request = codes.Request(
            pool=pool,
            client="",
            subject=user.sub,
            user=user,
            purpose=codes.PASSWORD,
            message="ForgotPassword",
            medium=medium,
            destination=destination,
            now=now,
            metadata=metadata,
        )
        await codes.issue(services, tx, request)
    services.courier.wake()


async def _migrated(services: Services, tx: Transaction, deed: Deed) -> User | None:
    """The user whom the UserMigration trigger knows by this name, added in this unit."""
    found = await hooks.migrated(
        services,
        deed.pool,
        deed.client.id,
        deed.username,
        source="ForgotPassword",
        password=None,
        validation={},
        metadata=deed.metadata,
    )
    if found is None:
        return None
    user = newcomer(services, deed.pool, deed.username, found, deed.now, password=None)
    await accounts.add(tx, deed.pool, user, takes_over=found.takes_aliases)
    return user


def _require_self_service(pool: Pool) -> None:
    if _mechanisms(pool) == ["admin_only"]:
        raise api.errors.NotAuthorizedException("Contact administrator to reset password.")


def _recoverable(user: User | None) -> User:
    if user is None:
        raise api.errors.UserNotFoundException("User does not exist.")
    if not user.is_enabled:
        raise api.errors.NotAuthorizedException("User is disabled.")
    if user.status not in {"CONFIRMED", "RESET_REQUIRED", "UNCONFIRMED"}:
        raise api.errors.NotAuthorizedException("User password cannot be reset in the current state.")
    return user


def channel(pool: Pool, user: User) -> tuple[Medium, str] | None:
    """Where a code for a new password would go; None where only an administrator can help."""
    try:
        return _channel(pool, _recoverable(user))
    except api.ApiError:
        return None


def _channel(pool: Pool, user: User) -> tuple[Medium, str]:
    """The first verified address in the pool's order that is not the user's second factor as well."""
    for mechanism in _mechanisms(pool):
        attribute = _ATTRIBUTES.get(mechanism, "")
        address = user.attributes.get(attribute)
        is_verified = user.attributes.get(VERIFIED_FLAGS.get(attribute, "")) == "true"
        if address and is_verified and _FACTORS[attribute] not in user.mfa_enabled:
            return messages.MEDIUM_OF[attribute], address
    raise api.errors.InvalidParameterException(
        "Cannot reset password for the user as there is no registered/verified email or phone_number"
    )


def _mechanisms(pool: Pool) -> list[str]:
    setting = pool.description.account_recovery_setting
    listed = (setting.recovery_mechanisms if setting else None) or ()
    return [mechanism.name for mechanism in sorted(listed, key=lambda each: each.priority)]


async def _unlock(tx: Transaction, user: User) -> None:
    """Whoever locked the old password has not locked the new one."""
    for kind in _GUESSES:
        lockout = await tx.lockouts.find(user.pool, user.sub, kind)
        if lockout.failures:
            tx.lockouts.save(user.pool, user.sub, kind, after_success(lockout))
