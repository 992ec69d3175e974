"""A temporary password is good for one thing: choosing a new one."""

import json

from msgspec.structs import replace

from riskengine import api
from riskengine.entities import User
from riskengine.flows import accounts, attributes
from riskengine.flows.passwords import require_conforming, require_unused, with_password
from riskengine.flows.screening import REFUSED, screened
from riskengine.flows.sign_in.endings import challenged
from riskengine.flows.sign_in.state import Ended, Refusal, SignIn, Visit
from riskengine.flows.threat import policy_for

_PREFIX = "userAttributes."


def needed(sign_in: SignIn) -> bool:
    """While the password is a temporary one, unless custom challenges did without it."""
    if sign_in.known_user.status != "FORCE_CHANGE_PASSWORD":
        return False
    rounds = sign_in.custom.rounds if sign_in.custom else ()
    return sign_in.first_factor != "CUSTOM" or any(each.name == "PASSWORD_VERIFIER" for each in rounds)


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """Ask for the new password, or take the one that came."""
    if sign_in.awaited != "NEW_PASSWORD_REQUIRED":
        return challenged(sign_in, visit, "NEW_PASSWORD_REQUIRED", _parameters(sign_in.known_user, visit))
    return await _take(sign_in, visit)


def _parameters(user: User, visit: Visit) -> dict[str, str]:
    missing = attributes.missing_required(visit.pool, user.attributes)
    return {
        "USER_ID_FOR_SRP": user.username,
        "requiredAttributes": json.dumps([_PREFIX + name for name in missing]),
        "userAttributes": json.dumps(user.attributes),
    }


async def _take(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    before, password = sign_in.known_user, visit.answer("NEW_PASSWORD")
    require_conforming(visit.pool, password)
    # The pool's own mode: what custom challenges are exempt from, a password that is set in one is not.
    threat = await policy_for(visit.tx, visit.pool, visit.client.id)
    forced = visit.forced.is_compromised
    if await screened(
        visit.services.screening, threat, visit.pool.id, "PASSWORD_CHANGE", password, forced=forced
    ):
        sign_in = replace(sign_in, event=replace(sign_in.event, is_compromised=True))
        if threat.blocks_compromised("PASSWORD_CHANGE"):
            # The challenge stays open for another password.
            refusal = Refusal(api.errors.InvalidPasswordException(REFUSED))
            return Ended(sign_in, refusal, is_spent=False)
    require_unused(visit.services, visit.pool, before, password)
    changed = with_password(visit.services, visit.pool, before, password, visit.now)
    attributes_after = _attributes(before, visit)
    user = replace(changed, attributes=attributes_after, status="CONFIRMED", temporary_until=None)
    await accounts.save(visit.tx, visit.pool, before, user)
    return replace(sign_in, user=user, awaited="")


def _attributes(user: User, visit: Visit) -> dict[str, str]:
    given = {
        name.removeprefix(_PREFIX): value.reveal()
        for name, value in visit.answers.items()
        if name.startswith(_PREFIX)
    }
    attributes.require_writable(visit.client, given)
    merged = attributes.changed(visit.pool, user.attributes, given)
    missing = attributes.missing_required(visit.pool, merged)
    if missing:
        raise api.errors.InvalidParameterException(f"Invalid attributes given, {missing[0]} is missing")
    return merged
