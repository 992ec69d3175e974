"""USER_AUTH: the user proves who they are by a factor of their choice."""

import dataclasses

from msgspec.structs import replace

from riskengine import api
from riskengine.credentials.codes import PASSWORDLESS_DIGITS
from riskengine.entities import User
from riskengine.flows import accounts, first_factors, messages
from riskengine.flows.sign_in.confirmed import confirmation_of
from riskengine.flows.sign_in.endings import challenged, refused
from riskengine.flows.sign_in.factors import passkey, password, sent_code, srp
from riskengine.flows.sign_in.mfa_choice import choice_for
from riskengine.flows.sign_in.state import AskedCode, Challenge, Ended, FirstFactor, SignIn, Visit
from riskengine.flows.simulated import simulated_address
from riskengine.flows.verification import proved

_ATTRIBUTES = {"EMAIL_OTP": "email", "SMS_OTP": "phone_number"}
_NAMES: dict[str, FirstFactor] = {"EMAIL_OTP": "EMAIL_OTP", "SMS_OTP": "SMS_OTP"}


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """Let the user choose, ask for what was chosen, or judge the answer that came."""
    match sign_in.awaited:
        case "":
            return await _begin(sign_in, visit)
        case "SELECT_CHALLENGE":
            return await _chosen(sign_in, visit)
        case "PASSWORD":
            return await password.prove(sign_in, visit)
        case "PASSWORD_VERIFIER":
            return await srp.prove(sign_in, visit)
        case "EMAIL_OTP" | "SMS_OTP":
            return await _prove_code(sign_in, visit)
        case "WEB_AUTHN":
            return await passkey.prove(sign_in, visit)
        case _:
            raise api.errors.NotAuthorizedException("Invalid session for the user.")


async def available(sign_in: SignIn, visit: Visit) -> tuple[str, ...]:
    """What this user may choose from; nobody's choice looks like that of somebody with an address."""
    user, pool = sign_in.user, visit.pool
    allowed = first_factors.allowed(pool)
    passwords = first_factors.PASSWORDS if "PASSWORD" in allowed else ()
    if user is None:
        return (*passwords, *[name for name in _ATTRIBUTES if name in allowed][:1])
    if user.status == "FORCE_CHANGE_PASSWORD":
        return first_factors.PASSWORDS
    configured = await first_factors.configured(visit.tx, pool, user)
    has_passkey = "WEB_AUTHN" in configured
    if choice_for(pool, user, must_challenge=False).deed != "nothing":
        # A code would be one factor twice: where a second one is due, the first is a password.
        is_enough = has_passkey and first_factors.is_multi_factor(pool)
        return (*first_factors.PASSWORDS, *(("WEB_AUTHN",) if is_enough else ()))
    codes = tuple(name for name in _ATTRIBUTES if name in configured)
    return (*passwords, *codes, *(("WEB_AUTHN",) if has_passkey else ()))


async def _begin(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    if sign_in.user is None and (visit.is_admin or not visit.client.hides_existence):
        return refused(sign_in, password.error_for(sign_in, visit))
    if visit.session:
        ticket = confirmation_of(visit, sign_in.user)
        if await visit.tx.spent.is_spent(ticket.pool, ticket.id):
            raise api.errors.NotAuthorizedException(
                "Invalid session for the user, session can only be used once."
            )
        return replace(sign_in, ticket=ticket, first_factor="CONFIRMATION")
    offered = await available(sign_in, visit)
    preferred = visit.answers.get("PREFERRED_CHALLENGE")
    wanted = preferred.reveal() if preferred else ""
    if wanted in offered:
        result = await _ask(sign_in, visit, wanted)
        return _offering(result, (wanted,)) if isinstance(result, Ended) else result
    return _offering(challenged(sign_in, visit, "SELECT_CHALLENGE", {}, is_recorded=False), offered)


async def _chosen(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    answer = visit.answer("ANSWER").reveal()
    if answer not in await available(sign_in, visit):
        raise api.errors.InvalidParameterException("ANSWER must be one of the available challenges")
    return await _ask(replace(sign_in, awaited=""), visit, answer)


async def _ask(sign_in: SignIn, visit: Visit, factor: str) -> SignIn | Ended:
    match factor:
        case "PASSWORD":
            if "PASSWORD" in visit.answers:
                return await password.prove(sign_in, visit)
            return challenged(sign_in, visit, "PASSWORD", {}, is_recorded=False)
        case "PASSWORD_SRP":
            return srp.begin(sign_in, visit)
        case "WEB_AUTHN":
            return await passkey.ask(sign_in, visit)
        case _:
            return await _send_code(sign_in, visit, factor)


async def _send_code(sign_in: SignIn, visit: Visit, factor: str) -> Ended:
    attribute = _ATTRIBUTES[factor]
    medium = messages.MEDIUM_OF[attribute]
    if sign_in.user is not None:
        destination = sign_in.user.attributes[attribute]
    else:
        medium, destination = simulated_address(visit.services, visit.pool, sign_in.username)
    return await sent_code.ask(sign_in, visit, factor, medium, destination, digits=PASSWORDLESS_DIGITS)


async def _prove_code(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """A right code proves its address too, and confirms who has signed up."""
    asked, factor = sign_in.asked, _NAMES[sign_in.awaited]
    result = await sent_code.prove(sign_in, visit, "otp")
    if isinstance(result, Ended) or not isinstance(asked, AskedCode):
        return result
    user = await _confirmed(result.known_user, asked, visit)
    if user is None:
        return refused(result, api.errors.NotAuthorizedException("Invalid session for the user."))
    return replace(result, user=user, first_factor=factor)


async def _confirmed(before: User, asked: AskedCode, visit: Visit) -> User | None:
    """The user with the address verified; None where it is theirs no longer."""
    after = proved(visit.pool, before, asked.attribute, asked.destination, visit.now)
    if after is None:
        return None
    if after.status == "UNCONFIRMED":
        after = accounts.confirmed(after, visit.now)
    if after.attributes == before.attributes and after.status == before.status:
        return before
    await accounts.save(visit.tx, visit.pool, before, after)
    return after


def _offering(ended: Ended, names: tuple[str, ...]) -> Ended:
    if not isinstance(ended.outcome, Challenge):
        return ended
    return replace(ended, outcome=dataclasses.replace(ended.outcome, available=names))
