"""A code that is sent to the user and typed back: SMS_MFA, EMAIL_OTP, SMS_OTP, as first or second factor."""

from msgspec.structs import replace

from riskengine import api
from riskengine.base.secret import Secret
from riskengine.credentials.codes import DIGITS, code_digest, is_code, new_code
from riskengine.entities.message import Medium
from riskengine.flows import messages, rates
from riskengine.flows.hooks import ERRORS
from riskengine.flows.lockouts import is_locked
from riskengine.flows.sign_in.endings import challenged, refused
from riskengine.flows.sign_in.factors.guess import right, wrong
from riskengine.flows.sign_in.hooks import later_metadata
from riskengine.flows.sign_in.state import AskedCode, Ended, SignIn, Visit
from riskengine.storage.interface import GuessKind

_ANSWERS = {"SMS_MFA": "SMS_MFA_CODE", "EMAIL_OTP": "EMAIL_OTP_CODE", "SMS_OTP": "SMS_OTP_CODE"}


async def ask(  # noqa: PLR0913 - one fact each
    sign_in: SignIn, visit: Visit, name: str, medium: Medium, destination: str, *, digits: int = DIGITS
) -> Ended:
    """Send a code and ask for it under the challenge `name`; nobody's is asked for, but not sent.

    So many codes an hour go to one user; strangers can use up those for signing in without a
    password, but not those that follow a right one.
    """
    kind = "SecondFactor" if sign_in.first_factor else "Authentication"
    try:
        await rates.count(visit.tx, visit.pool.id, sign_in.guess_key, kind, visit.now)
    except api.errors.LimitExceededException as error:
        return refused(sign_in, api.errors.TooManyRequestsException(error.message))
    code = new_code(digits)
    digest = code_digest(visit.services.sealer, code, _context(sign_in, visit, destination))
    if sign_in.user is not None:
        letter = messages.Letter(
            pool=visit.pool,
            client=visit.client.id,
            user=sign_in.user,
            purpose="Authentication",
            medium=medium,
            destination=destination,
            secret=code,
            now=visit.now,
            metadata=later_metadata(sign_in, visit),
        )
        try:
            await messages.send(visit.services, visit.tx, letter)
        except ERRORS as error:
            return refused(sign_in, error)
        sign_in = replace(sign_in, afterwards=(*sign_in.afterwards, visit.services.courier.wake))
    parameters = {
        "CODE_DELIVERY_DELIVERY_MEDIUM": medium,
        "CODE_DELIVERY_DESTINATION": messages.masked(destination),
    }
    asked = AskedCode(digest, messages.ATTRIBUTE_OF[medium], destination)
    return challenged(sign_in, visit, name, parameters, asked=asked)


async def prove(sign_in: SignIn, visit: Visit, kind: GuessKind) -> SignIn | Ended:
    """Judge the code that came.

    A right one leaves a state that awaits nothing more; what it proves is the caller's to say.
    Each guess is counted with its event, so a code is searched no faster than the lock allows.
    """
    asked = sign_in.asked
    if not isinstance(asked, AskedCode):
        raise api.errors.NotAuthorizedException("Invalid session for the user.")
    lockout = await visit.tx.lockouts.find(visit.pool.id, sign_in.guess_key, kind)
    if is_locked(lockout, visit.now):
        return refused(sign_in, api.errors.NotAuthorizedException("Password attempts exceeded"))
    code = visit.answer(_ANSWERS[sign_in.awaited])
    context = _context(sign_in, visit, asked.destination)
    holds = is_code(visit.services.sealer, Secret(code.reveal().strip()), context, asked.digest)
    if not holds or sign_in.user is None:
        error = api.errors.CodeMismatchException("Invalid code or auth state for the user.")
        return replace(wrong(sign_in, visit, kind, lockout, error), is_spent=False)
    return replace(right(sign_in, visit, kind, lockout), awaited="", asked=None)


def _context(sign_in: SignIn, visit: Visit, destination: str) -> str:
    # The event binds the code to this one sign-in.
    return f"{visit.pool.id}/{sign_in.guess_key}/{sign_in.event.id}/{destination}"
