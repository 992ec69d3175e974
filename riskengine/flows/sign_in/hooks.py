"""Customers' functions in the course of a sign-in, one typed function per trigger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from riskengine.base.secret import Secret
from riskengine.flows.hooks import Told, call, filled
from riskengine.flows.sign_in.state import CustomRound, SignIn, Visit
from riskengine.triggers import responses

_SOURCE = "Authentication"


@dataclass(frozen=True, slots=True)
class Defined:
    """What DefineAuthChallenge wants next: a challenge by name, tokens, or (neither) the end."""

    challenge: str | None
    issues_tokens: bool = False


@dataclass(frozen=True, slots=True)
class Created:
    """A custom challenge: what the client sees, what stays here, and what Define is told of it."""

    public: Mapping[str, str]
    private: Mapping[str, str]
    metadata: str | None


def told(sign_in: SignIn, visit: Visit) -> Told:
    """Of whom the functions of this sign-in are told."""
    return Told(visit.pool, visit.client.id, sign_in.username, sign_in.user)


def later_metadata(sign_in: SignIn, visit: Visit) -> dict[str, str]:
    """ClientMetadata of an answer; that of InitiateAuth reaches the first functions only."""
    return dict(visit.metadata) if sign_in.ticket is not None else {}


async def pre_authentication(sign_in: SignIn, visit: Visit) -> None:
    """Ask whether a sign-in may begin.

    Raises:
        UserLambdaValidationException, UnexpectedLambdaException, InvalidLambdaResponseException:
            as every function here may.
    """
    request = {"validationData": dict(visit.metadata) or None, "userNotFound": sign_in.user is None}
    await call(visit.services, told(sign_in, visit), "PreAuthentication", request, {}, source=_SOURCE)


async def post_authentication(sign_in: SignIn, visit: Visit, *, is_new_device: bool) -> None:
    """Tell of a sign-in that is about to get its tokens."""
    request = {"newDeviceUsed": is_new_device, **filled(clientMetadata=later_metadata(sign_in, visit))}
    await call(visit.services, told(sign_in, visit), "PostAuthentication", request, {}, source=_SOURCE)


async def define_challenge(sign_in: SignIn, visit: Visit, rounds: Sequence[CustomRound]) -> Defined | None:
    """What comes next after the rounds so far; None where the pool names no such function."""
    request = {"session": _session(rounds), **_shared(sign_in, visit)}
    form = {"challengeName": None, "issueTokens": None, "failAuthentication": None}
    answer = await call(
        visit.services, told(sign_in, visit), "DefineAuthChallenge", request, form, source=_SOURCE
    )
    if answer is None:
        return None
    response = responses.read(responses.DefineResponse, answer)
    if response.fail_authentication:
        return Defined(challenge=None)
    if response.issue_tokens:
        return Defined(challenge=None, issues_tokens=True)
    if not response.challenge_name:
        raise responses.unrecognizable()
    return Defined(challenge=response.challenge_name)


async def create_challenge(
    sign_in: SignIn, visit: Visit, name: str, rounds: Sequence[CustomRound]
) -> Created | None:
    """Have a custom challenge made; None where the pool names no such function."""
    request = {"challengeName": name, "session": _session(rounds), **_shared(sign_in, visit)}
    form = {"publicChallengeParameters": None, "privateChallengeParameters": None, "challengeMetadata": None}
    answer = await call(
        visit.services, told(sign_in, visit), "CreateAuthChallenge", request, form, source=_SOURCE
    )
    if answer is None:
        return None
    response = responses.read(responses.CreateResponse, answer)
    return Created(
        public=response.public_challenge_parameters or {},
        private=response.private_challenge_parameters or {},
        metadata=response.challenge_metadata,
    )


async def verify_answer(
    sign_in: SignIn, visit: Visit, answer: Secret, private: Mapping[str, str]
) -> bool | None:
    """Whether an answer to a custom challenge is right; None where the pool names no such function."""
    request = {
        "privateChallengeParameters": dict(private),
        "challengeAnswer": answer.reveal(),
        **_shared(sign_in, visit),
    }
    form = {"answerCorrect": None}
    answered = await call(
        visit.services, told(sign_in, visit), "VerifyAuthChallengeResponse", request, form, source=_SOURCE
    )
    if answered is None:
        return None
    return responses.read(responses.VerifyResponse, answered).answer_correct


def _shared(sign_in: SignIn, visit: Visit) -> dict[str, Any]:
    return {**filled(clientMetadata=later_metadata(sign_in, visit)), "userNotFound": sign_in.user is None}


def _session(rounds: Sequence[CustomRound]) -> list[dict[str, Any]]:
    return [
        {
            "challengeName": each.name,
            "challengeResult": each.is_passed,
            "challengeMetadata": each.metadata,
        }
        for each in rounds
    ]
