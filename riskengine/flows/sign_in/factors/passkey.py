"""A passkey as first factor; one that verified its user may be both factors."""

import json
import secrets

from msgspec.structs import replace

from riskengine import api
from riskengine.credentials import passkeys as webauthn
from riskengine.credentials.passkeys import PasskeyError
from riskengine.flows import passkeys
from riskengine.flows.first_factors import is_multi_factor
from riskengine.flows.sign_in.endings import challenged, refused
from riskengine.flows.sign_in.factors.guess import answered
from riskengine.flows.sign_in.state import AskedPasskey, Ended, SignIn, Visit


async def ask(sign_in: SignIn, visit: Visit) -> Ended:
    """Ask for a signature by one of the user's passkeys."""
    party = passkeys.relying_party(visit.services, visit.pool)
    known = await passkeys.of_user(visit.tx, visit.pool, sign_in.known_user)
    challenge = secrets.token_bytes(webauthn.CHALLENGE_SIZE)
    options = webauthn.request_options(party, challenge, [passkey.id for passkey in known])
    parameters = {"CREDENTIAL_REQUEST_OPTIONS": json.dumps(options, separators=(",", ":"))}
    return challenged(
        sign_in, visit, "WEB_AUTHN", parameters, asked=AskedPasskey(challenge), is_recorded=False
    )


async def prove(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """Judge the signature; the sign count moves on in this unit, so a copied key shows."""
    asked = sign_in.asked
    if not isinstance(asked, AskedPasskey):
        raise api.errors.NotAuthorizedException("Invalid session for the user.")
    try:
        is_verified = await _check(sign_in, visit, asked)
    except PasskeyError:
        error = api.errors.NotAuthorizedException("Incorrect username or password.")
        return refused(answered(sign_in, "otp", is_right=False), error)
    proved = answered(sign_in, "otp", is_right=True)
    is_both = is_verified and is_multi_factor(visit.pool)
    return replace(
        proved,
        awaited="",
        asked=None,
        first_factor="WEB_AUTHN",
        is_second_factor_passed=is_both,
    )


async def _check(sign_in: SignIn, visit: Visit, asked: AskedPasskey) -> bool:
    credential = webauthn.read_credential(visit.answer("CREDENTIAL").reveal())
    identifier = credential.get("id")
    user = sign_in.user
    if user is None or not isinstance(identifier, str):
        raise PasskeyError("malformed")
    passkey = await visit.tx.passkeys.find(visit.pool.id, user.sub, identifier)
    if passkey is None:
        raise PasskeyError("signature")
    party = passkeys.relying_party(visit.services, visit.pool)
    count, is_verified = webauthn.check_assertion(
        credential, party, asked.challenge, passkey.public_key, passkey.sign_count
    )
    if count != passkey.sign_count:
        visit.tx.passkeys.save(replace(passkey, sign_count=count))
    return is_verified
