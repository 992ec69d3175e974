"""A known device proves itself: DEVICE_SRP_AUTH, then DEVICE_PASSWORD_VERIFIER.

The state of the sign-in that waits for it lies with the device, in the store: some clients send no
Session with these challenges, some a spent one. Whoever names a user and one of their devices can
begin the exchange, but neither end it nor use the state up: only the device's secret does that.
"""

from base64 import b64encode

from msgspec.structs import replace

from riskengine import api
from riskengine.credentials import srp
from riskengine.entities import Device
from riskengine.flows.devices import verifier_of
from riskengine.flows.lockouts import is_locked
from riskengine.flows.sign_in.endings import challenged, refused, session_end, ticket
from riskengine.flows.sign_in.factors.guess import right, wrong
from riskengine.flows.sign_in.factors.srp import block_text, require_fresh
from riskengine.flows.sign_in.state import Arrival, Challenge, Ended, SignIn, SrpExchange, Visit
from riskengine.flows.sign_in.tickets import seal
from riskengine.storage.interface import Reader

_START, _PROOF = "DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"


async def waiting_session(arrival: Arrival, reader: Reader) -> str:
    """The sealed state of the sign-in that awaits the device named.

    Raises:
        InvalidParameterException: no device is named.
        NotAuthorizedException: no sign-in awaits it, or not any more.
    """
    name, key = arrival.answers.get("USERNAME"), arrival.answers.get("DEVICE_KEY")
    if not key or not name:
        raise api.errors.InvalidParameterException("Missing required parameter DEVICE_KEY")
    pool = arrival.pool
    user = await reader.users.find(pool.id, pool.username_key(name.reveal()))
    device = await reader.devices.find(pool.id, user.sub, key.reveal()) if user else None
    if device is None or not device.waiting or arrival.now >= device.waiting_until:
        raise api.errors.NotAuthorizedException("Invalid session for the user.")
    return device.waiting


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """Ask the device for its proof, begin the exchange, or judge the proof that came."""
    device = sign_in.device
    if device is None:
        raise AssertionError("the step before has found the device")
    if sign_in.awaited == _START:
        return _begin(sign_in, visit, device)
    if sign_in.awaited == _PROOF:
        return await _prove(sign_in, visit, device)
    return _ask(sign_in, visit, device)


def _ask(sign_in: SignIn, visit: Visit, device: Device) -> Ended:
    ended = challenged(sign_in, visit, _START, {})
    if not isinstance(ended.outcome, Challenge) or ended.outcome.session is None:
        raise AssertionError("a challenge carries its session")
    session = ended.outcome.session.reveal()
    visit.tx.devices.save(replace(device, waiting=session, waiting_until=session_end(visit)))
    return ended


def _begin(sign_in: SignIn, visit: Visit, device: Device) -> Ended:
    try:
        client_public = srp.read_public(visit.answer("SRP_A").reveal())
    except srp.SrpError as error:
        raise api.errors.InvalidParameterException(f"SRP_A is not valid: {error}") from None
    challenge = srp.begin(verifier_of(visit.services, device))
    exchange = SrpExchange(challenge.to_bytes(), client_public.to_bytes(384, "big"))
    state = ticket(sign_in, visit, awaits=_PROOF, asked=exchange)
    block = b64encode(seal(visit.services.sealer, state).encode()).decode()
    parameters = {
        "SALT": device.credential.salt,
        "SRP_B": challenge.public_hex,
        "SECRET_BLOCK": block,
        "USERNAME": sign_in.username,
        "DEVICE_KEY": device.key,
    }
    # Beginning uses nothing up: somebody who has no secret could else end the owner's sign-in.
    return Ended(sign_in, Challenge(_PROOF, parameters), is_spent=False, is_recorded=False)


async def _prove(sign_in: SignIn, visit: Visit, device: Device) -> SignIn | Ended:
    """One exchange allows one guess; success takes the waiting state away in the same unit."""
    exchange = sign_in.asked
    if not isinstance(exchange, SrpExchange) or not device.waiting or visit.now >= device.waiting_until:
        raise api.errors.NotAuthorizedException("Invalid session for the user.")
    claim = srp.Claim(
        block_text(visit.answer("PASSWORD_CLAIM_SECRET_BLOCK").reveal()).encode(),
        visit.answer("TIMESTAMP").reveal(),
        visit.answer("PASSWORD_CLAIM_SIGNATURE").reveal(),
    )
    require_fresh(claim.timestamp, visit)
    lockout = await visit.tx.lockouts.find(visit.pool.id, sign_in.guess_key, "device")
    if is_locked(lockout, visit.now):
        return refused(sign_in, api.errors.NotAuthorizedException("Password attempts exceeded"))
    if not await visit.services.offload.run(_holds, visit, device, exchange, claim):
        error = api.errors.NotAuthorizedException("Incorrect username or password.")
        return wrong(sign_in, visit, "device", lockout, error)
    visit.tx.devices.save(_seen(device, visit))
    proved = right(sign_in, visit, "device", lockout)
    return replace(proved, awaited="", asked=None, is_device_proved=True)


def _holds(visit: Visit, device: Device, exchange: SrpExchange, claim: srp.Claim) -> bool:
    challenge = srp.Challenge.from_bytes(exchange.challenge)
    client_public = int.from_bytes(exchange.client_public, "big")
    keys = srp.session_keys(client_public, challenge, verifier_of(visit.services, device))
    return srp.holds(claim, srp.Identity(device.group, device.key), keys)


def _seen(device: Device, visit: Visit) -> Device:
    address = visit.observed.address
    attributes = device.attributes | ({"last_ip_used": address} if address else {})
    return replace(device, authenticated=visit.now, attributes=attributes, waiting="", waiting_until=0)
