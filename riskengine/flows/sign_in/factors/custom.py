"""CUSTOM_AUTH: the customer's own challenges, defined, made and judged by triggers."""

from msgspec.structs import replace

from riskengine import api
from riskengine.credentials.seal import SealError
from riskengine.flows.hooks import ERRORS
from riskengine.flows.sign_in import hooks
from riskengine.flows.sign_in.assessing import assessed
from riskengine.flows.sign_in.endings import challenged, refused
from riskengine.flows.sign_in.factors import built_in, srp
from riskengine.flows.sign_in.factors.guess import answered
from riskengine.flows.sign_in.factors.password import error_for
from riskengine.flows.sign_in.state import CustomRound, CustomRun, Ended, SignIn, Visit

MOST_ROUNDS = 30
_SRP_START, _SRP_PROOF, _OWN = "SRP_A", "PASSWORD_VERIFIER", "CUSTOM_CHALLENGE"
_ANSWER = "ANSWER"


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """Judge the answer that came, then do what DefineAuthChallenge says: ask again, let in, refuse."""
    if sign_in.user is None and (visit.is_admin or not visit.client.hides_existence):
        return refused(sign_in, error_for(sign_in, visit))
    try:
        judged = await _judged(sign_in, visit)
        return judged if isinstance(judged, Ended) else await _next(judged, visit)
    except ERRORS as error:
        return refused(sign_in, error)
    except SealError:
        text = "CreateAuthChallenge wants more kept than a session of 4096 characters holds"
        return refused(sign_in, api.errors.InvalidLambdaResponseException(text))


async def _judged(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """The run with one round more: what this request answered, or that it begins with SRP_A."""
    match sign_in.awaited:
        case "":
            rounds = (CustomRound(_SRP_START, is_passed=True),) if _starts_with_srp(visit) else ()
            return replace(sign_in, custom=CustomRun(rounds))
        case "CUSTOM_CHALLENGE":
            return await _verified(sign_in, visit)
        case "PASSWORD_VERIFIER":
            # The proof of the password is one round of many here, not yet of who somebody is.
            proved = await srp.prove(sign_in, visit)
            return (
                proved if isinstance(proved, Ended) else _passed(replace(proved, first_factor=""), _SRP_PROOF)
            )
        case name:
            if not sign_in.is_assessed:
                sign_in = await assessed(sign_in, visit)
            proved = await built_in.prove(sign_in, visit)
            return proved if isinstance(proved, Ended) else _passed(proved, name)


def _starts_with_srp(visit: Visit) -> bool:
    # The API's text and its clients disagree on the name.
    name = visit.answers.get("CHALLENGE_NAME") or visit.answers.get("ChallengeName")
    return name is not None and name.reveal() == _SRP_START


async def _verified(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    run = _run(sign_in)
    is_right = await hooks.verify_answer(sign_in, visit, visit.answer(_ANSWER), run.private)
    if is_right is None:
        return refused(sign_in, _not_configured())
    # Wrong ones don't count towards a lock: DefineAuthChallenge says how many there may be.
    told = answered(sign_in, "otp", is_right=is_right)
    return _after(told, CustomRound(_OWN, is_right, run.metadata))


def _passed(sign_in: SignIn, name: str) -> SignIn:
    return _after(sign_in, CustomRound(name, is_passed=True))


def _after(sign_in: SignIn, last: CustomRound) -> SignIn:
    return replace(sign_in, custom=CustomRun((*_run(sign_in).rounds, last)), awaited="")


async def _next(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    rounds = _run(sign_in).rounds
    if len(rounds) > MOST_ROUNDS:
        return refused(sign_in, _incorrect())
    defined = await hooks.define_challenge(sign_in, visit, rounds)
    if defined is None:
        return refused(sign_in, _not_configured())
    follows_srp = rounds[-1:] == (CustomRound(_SRP_START, is_passed=True),)
    if defined.challenge is not None:
        return await _asked(sign_in, visit, defined.challenge, follows_srp=follows_srp)
    # Nobody gets no tokens, whatever the function says.
    if not defined.issues_tokens or sign_in.user is None:
        return refused(sign_in, _incorrect())
    if follows_srp:
        return refused(sign_in, _not_named("tokens", "SRP_A was not followed by PASSWORD_VERIFIER"))
    return _let_in(sign_in)


def _let_in(sign_in: SignIn) -> SignIn:
    """The function has said that what it saw proves who somebody is; that is the event's first proof."""
    if dict(sign_in.event.challenges).get("Password") != "Success":
        sign_in = answered(sign_in, "otp", is_right=True)
    # What else was told of the rounds has served, and sessions are short.
    rounds = tuple(CustomRound(each.name, each.is_passed) for each in _run(sign_in).rounds)
    return replace(sign_in, first_factor="CUSTOM", custom=CustomRun(rounds))


async def _asked(sign_in: SignIn, visit: Visit, name: str, *, follows_srp: bool) -> Ended:
    if (name in {_SRP_PROOF, _SRP_START}) != follows_srp:
        return refused(sign_in, _not_named(name, "PASSWORD_VERIFIER follows SRP_A, and nothing else does"))
    if follows_srp:
        return srp.begin(sign_in, visit)
    if name == _OWN:
        return await _created(sign_in, visit)
    if name in built_in.NAMES and built_in.can_answer(sign_in, name):
        return await built_in.ask(sign_in, visit, name)
    return refused(sign_in, _not_named(name, "the user can't be asked for it"))


async def _created(sign_in: SignIn, visit: Visit) -> Ended:
    run = _run(sign_in)
    created = await hooks.create_challenge(sign_in, visit, _OWN, run.rounds)
    if created is None:
        return refused(sign_in, _not_configured())
    asking = CustomRun(run.rounds, dict(created.private), created.metadata)
    parameters = {**created.public, "USERNAME": sign_in.username}
    return challenged(replace(sign_in, custom=asking), visit, _OWN, parameters)


def _run(sign_in: SignIn) -> CustomRun:
    return sign_in.custom or CustomRun()


def _incorrect() -> api.ApiError:
    return api.errors.NotAuthorizedException("Incorrect username or password.")


def _not_configured() -> api.ApiError:
    return api.errors.InvalidParameterException(
        "Custom auth lambda trigger is not configured for the user pool."
    )


def _not_named(name: str, why: str) -> api.ApiError:
    return api.errors.InvalidLambdaResponseException(f"DefineAuthChallenge can't name {name} here: {why}")
