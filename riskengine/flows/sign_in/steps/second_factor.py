"""Asks for a second factor where the user, the pool or the risk wants one."""

import json

from msgspec.structs import replace

from riskengine import api
from riskengine.entities import User
from riskengine.entities.user import MfaFactor
from riskengine.flows import accounts, attributes
from riskengine.flows.messages import MEDIUM_OF
from riskengine.flows.sign_in.endings import challenged
from riskengine.flows.sign_in.factors import sent_code, software_token
from riskengine.flows.sign_in.mfa_choice import can_set_up, choice_for
from riskengine.flows.sign_in.remembered import replaces_mfa
from riskengine.flows.sign_in.state import AskedCode, Ended, SignIn, Visit

_ATTRIBUTE: dict[MfaFactor, str] = {"SMS_MFA": "phone_number", "EMAIL_OTP": "email"}
_FACTOR: dict[str, MfaFactor] = {name: factor for factor, name in _ATTRIBUTE.items()}
# The answers of MFA_SETUP that name an address.
_ADDRESSES = {"EMAIL": "email", "PHONE_NUMBER": "phone_number"}
_OTHER_NAMES = {"EMAIL_MFA": "EMAIL_OTP"}


def needed(sign_in: SignIn) -> bool:
    """Until it was passed, or found unnecessary; after custom challenges only where the risk asks."""
    return not sign_in.is_second_factor_passed and (
        sign_in.first_factor != "CUSTOM" or sign_in.must_challenge
    )


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """Judge the answer that came, else ask what has to be asked."""
    match sign_in.awaited:
        case "SOFTWARE_TOKEN_MFA":
            return await software_token.prove(sign_in, visit)
        case "SMS_MFA" | "EMAIL_OTP":
            return await _prove_code(sign_in, visit)
        case "SELECT_MFA_TYPE":
            return await _ask(sign_in, visit, _selected(sign_in, visit))
        case "MFA_SETUP":
            return await _set_up(sign_in, visit)
        case _:
            return await _begin(sign_in, visit)


async def _begin(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    if replaces_mfa(sign_in, visit):
        return replace(sign_in, is_second_factor_passed=True)
    choice = choice_for(visit.pool, sign_in.known_user, must_challenge=sign_in.must_challenge)
    match choice.deed:
        case "ask":
            return await _ask(sign_in, visit, choice.factors[0])
        case "select":
            parameters = {"MFAS_CAN_CHOOSE": json.dumps(choice.factors)}
            return challenged(sign_in, visit, "SELECT_MFA_TYPE", parameters)
        case "set_up":
            parameters = {"MFAS_CAN_SETUP": json.dumps(choice.factors)}
            return challenged(replace(sign_in, mfa_setup="offered"), visit, "MFA_SETUP", parameters)
        case _:
            return replace(sign_in, is_second_factor_passed=True)


async def _ask(sign_in: SignIn, visit: Visit, factor: MfaFactor) -> Ended:
    user = sign_in.known_user
    if factor == "SOFTWARE_TOKEN_MFA":
        name = user.software_token.device_name if user.software_token else None
        return challenged(sign_in, visit, factor, {"FRIENDLY_DEVICE_NAME": name or "TOTP device"})
    attribute = _ATTRIBUTE[factor]
    return await sent_code.ask(sign_in, visit, factor, MEDIUM_OF[attribute], user.attributes[attribute])


def _selected(sign_in: SignIn, visit: Visit) -> MfaFactor:
    choice = choice_for(visit.pool, sign_in.known_user, must_challenge=sign_in.must_challenge)
    answer = visit.answer("ANSWER").reveal()
    wanted = _OTHER_NAMES.get(answer, answer)
    for factor in choice.factors:
        if choice.deed in {"ask", "select"} and factor == wanted:
            return factor
    raise api.errors.InvalidParameterException("ANSWER must be one of the factors in MFAS_CAN_CHOOSE")


async def _prove_code(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    asked = sign_in.asked
    proved = await sent_code.prove(sign_in, visit, "mfa")
    if isinstance(proved, Ended) or not isinstance(asked, AskedCode):
        return proved
    if sign_in.mfa_setup == "address":
        proved = replace(proved, user=await _with_address(proved.known_user, asked, visit))
    return replace(proved, is_second_factor_passed=True)


async def _set_up(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """A software token was verified in this session, or an address is named that gets a code."""
    if sign_in.mfa_setup == "verified":
        user = _preferring(sign_in.known_user, "SOFTWARE_TOKEN_MFA", visit.now)
        visit.tx.users.save(user)
        return replace(sign_in, user=user, awaited="", is_second_factor_passed=True)
    for name, attribute in _ADDRESSES.items():
        given = visit.answers.get(name)
        factor = _FACTOR[attribute]
        if given and factor in can_set_up(visit.pool):
            address = given.reveal().strip()
            attributes.require_valid(visit.pool, {attribute: address})
            sign_in = replace(sign_in, mfa_setup="address")
            return await sent_code.ask(sign_in, visit, factor, MEDIUM_OF[attribute], address)
    raise api.errors.InvalidParameterException("The software token has not been verified in this session")


async def _with_address(before: User, asked: AskedCode, visit: Visit) -> User:
    """The address was proved by its code: the user has it now, verified, as a factor."""
    flag = attributes.VERIFIED_FLAGS[asked.attribute]
    given = {asked.attribute: asked.destination, flag: "true"}
    changed = attributes.changed(visit.pool, before.attributes, given)
    after = _preferring(replace(before, attributes=changed), _FACTOR[asked.attribute], visit.now)
    await accounts.save(visit.tx, visit.pool, before, after)
    return after


def _preferring(user: User, factor: MfaFactor, now: int) -> User:
    enabled = (*(each for each in user.mfa_enabled if each != factor), factor)
    return replace(user, mfa_enabled=enabled, mfa_preferred=user.mfa_preferred or factor, modified=now)
