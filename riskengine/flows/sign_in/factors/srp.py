"""A password proved without being sent: USER_SRP_AUTH and its PASSWORD_VERIFIER challenge."""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error

from msgspec.structs import replace

from riskengine import api
from riskengine.base.clock import SECOND
from riskengine.credentials import srp
from riskengine.credentials.claim_time import TimestampError, parse_timestamp
from riskengine.flows.passwords import verifier_of
from riskengine.flows.sign_in.endings import refused, ticket
from riskengine.flows.sign_in.factors.guess import right, wrong
from riskengine.flows.sign_in.factors.password import error_for
from riskengine.flows.sign_in.state import Challenge, Ended, SignIn, SrpExchange, Visit
from riskengine.flows.sign_in.tickets import seal

_LONGEST_BLOCK = 4096


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """USER_SRP_AUTH: the exchange begins, or its proof is judged."""
    if sign_in.awaited == "PASSWORD_VERIFIER":
        return await prove(sign_in, visit)
    return begin(sign_in, visit)


def begin(sign_in: SignIn, visit: Visit) -> Ended:
    """Answer SRP_A with SALT, SRP_B and the sealed state; nobody's name gets a decoy."""
    if sign_in.user is None and not visit.is_admin and not visit.client.hides_existence:
        return refused(sign_in, error_for(sign_in, visit))
    try:
        client_public = srp.read_public(visit.answer("SRP_A").reveal())
    except srp.SrpError as error:
        raise api.errors.InvalidParameterException(f"SRP_A is not valid: {error}") from None
    salt, verifier = verifier_of(visit.services, visit.pool, sign_in.username, sign_in.user)
    challenge = srp.begin(verifier)
    exchange = SrpExchange(challenge.to_bytes(), client_public.to_bytes(384, "big"))
    state = ticket(sign_in, visit, awaits="PASSWORD_VERIFIER", asked=exchange, is_recorded=False)
    # The client signs the block's bytes, so they are the sealed text itself.
    block = b64encode(seal(visit.services.sealer, state).encode()).decode()
    parameters = {
        "SALT": salt,
        "SRP_B": challenge.public_hex,
        "SECRET_BLOCK": block,
        "USERNAME": sign_in.username,
        "USER_ID_FOR_SRP": sign_in.username,
    }
    return Ended(sign_in, Challenge("PASSWORD_VERIFIER", parameters), is_recorded=False)


def block_text(block: str) -> str:
    """The sealed state inside a SECRET_BLOCK.

    Raises:
        NotAuthorizedException: when it is none of ours.
    """
    block = block if len(block) <= _LONGEST_BLOCK else ""
    try:
        return b64decode(block, validate=True).decode("ascii")
    except (Base64Error, ValueError):
        raise api.errors.NotAuthorizedException("Invalid session for the user.") from None


async def prove(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """Judge the client's claim; one exchange allows one guess."""
    exchange = sign_in.asked
    if not isinstance(exchange, SrpExchange):
        raise api.errors.NotAuthorizedException("Invalid session for the user.")
    claim = srp.Claim(
        block_text(visit.answer("PASSWORD_CLAIM_SECRET_BLOCK").reveal()).encode(),
        visit.answer("TIMESTAMP").reveal(),
        visit.answer("PASSWORD_CLAIM_SIGNATURE").reveal(),
    )
    require_fresh(claim.timestamp, visit)
    _, verifier = verifier_of(visit.services, visit.pool, sign_in.username, sign_in.user)
    lockout = sign_in.lockout
    holds = await visit.services.offload.run(_holds, sign_in, visit, exchange, claim, verifier)
    if holds and sign_in.user is not None:
        return replace(
            right(sign_in, visit, sign_in.guess_kind, lockout), first_factor="PASSWORD_SRP", awaited=""
        )
    error = api.errors.NotAuthorizedException("Incorrect username or password.")
    return wrong(sign_in, visit, sign_in.guess_kind, lockout, error)


def _holds(sign_in: SignIn, visit: Visit, exchange: SrpExchange, claim: srp.Claim, verifier: bytes) -> bool:
    challenge = srp.Challenge.from_bytes(exchange.challenge)
    client_public = int.from_bytes(exchange.client_public, "big")
    keys = srp.session_keys(client_public, challenge, verifier)
    return srp.holds(claim, srp.Identity(visit.pool.short_name, sign_in.username), keys)


def require_fresh(timestamp: str, visit: Visit) -> None:
    """Raises NotAuthorizedException for a claim whose TIMESTAMP is far off, InvalidParameter for none."""
    try:
        moment = parse_timestamp(timestamp)
    except TimestampError as error:
        raise api.errors.InvalidParameterException(str(error)) from None
    if abs(moment - visit.now) > visit.services.settings.clock_skew_seconds * SECOND:
        raise api.errors.NotAuthorizedException("TIMESTAMP is too far from the server's time")
