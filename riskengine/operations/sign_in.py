"""Signing in: InitiateAuth, RespondToAuthChallenge and their admin twins; one pipeline behind the four."""

import dataclasses
from collections.abc import Mapping
from typing import TypeVar

from msgspec import structs

from riskengine import api
from riskengine.base.secret import Secret
from riskengine.context.attempt import RawContext
from riskengine.entities import Client, Pool
from riskengine.flows import lookup
from riskengine.flows.client_secrets import require_secret_hash
from riskengine.flows.hooks import once
from riskengine.flows.refresh import is_rotating, owner_of, refresh
from riskengine.flows.sign_in.resume import resume
from riskengine.flows.sign_in.start import start
from riskengine.flows.sign_in.state import Arrival, Challenge, Outcome, SignedIn
from riskengine.operations.call import Call
from riskengine.operations.public_context import public_context
from riskengine.operations.registry import Operations

operation = Operations()

Response = TypeVar(
    "Response",
    api.InitiateAuthResponse,
    api.AdminInitiateAuthResponse,
    api.RespondToAuthChallengeResponse,
    api.AdminRespondToAuthChallengeResponse,
)

_REFRESH = ("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN")


@operation
async def initiate_auth(call: Call, request: api.InitiateAuthRequest) -> api.InitiateAuthResponse:
    """Begin a sign-in, or refresh one, from the client's own device."""
    client = await lookup.client_by_id(call.services.believed, request.client_id)
    pool = await lookup.pool(call.services.believed, client.pool)
    answers = _given(request.auth_parameters)
    if request.auth_flow in _REFRESH:
        context = public_context(call, client, request.user_context_data)
        tokens = await _refreshed(call, pool, client, answers, context)
        return api.InitiateAuthResponse(authentication_result=tokens, challenge_parameters={})
    context = public_context(call, client, request.user_context_data)
    arrival = _arrival(call, pool, client, answers, context, metadata=request.client_metadata)
    arrival = dataclasses.replace(arrival, session=_text(request.session))
    outcome = await start(arrival, request.auth_flow)
    return await _answer(api.InitiateAuthResponse, outcome)


@operation
async def admin_initiate_auth(
    call: Call, request: api.AdminInitiateAuthRequest
) -> api.AdminInitiateAuthResponse:
    """Begin a sign-in, or refresh one, from the app's server, which tells the client's context."""
    pool = await lookup.pool(call.services.believed, request.user_pool_id)
    client = await lookup.client(call.services.believed, pool.id, request.client_id)
    answers = _given(request.auth_parameters)
    if request.auth_flow in _REFRESH:
        context = _admin_context(call, request.context_data)
        tokens = await _refreshed(call, pool, client, answers, context)
        return api.AdminInitiateAuthResponse(authentication_result=tokens, challenge_parameters={})
    context = _admin_context(call, request.context_data)
    metadata = request.client_metadata
    arrival = _arrival(call, pool, client, answers, context, metadata=metadata, is_admin=True)
    arrival = dataclasses.replace(arrival, session=_text(request.session))
    outcome = await start(arrival, request.auth_flow)
    return await _answer(api.AdminInitiateAuthResponse, outcome)


@operation
async def respond_to_auth_challenge(
    call: Call, request: api.RespondToAuthChallengeRequest
) -> api.RespondToAuthChallengeResponse:
    """Answer a challenge of a sign-in."""
    client = await lookup.client_by_id(call.services.believed, request.client_id)
    pool = await lookup.pool(call.services.believed, client.pool)
    context = public_context(call, client, request.user_context_data)
    answers, metadata = _given(request.challenge_responses), request.client_metadata
    arrival = _arrival(call, pool, client, answers, context, metadata=metadata)
    outcome = await resume(arrival, request.challenge_name, _text(request.session))
    return await _answer(api.RespondToAuthChallengeResponse, outcome)


@operation
async def admin_respond_to_auth_challenge(
    call: Call, request: api.AdminRespondToAuthChallengeRequest
) -> api.AdminRespondToAuthChallengeResponse:
    """Answer a challenge of a sign-in that the app's server began."""
    pool = await lookup.pool(call.services.believed, request.user_pool_id)
    client = await lookup.client(call.services.believed, pool.id, request.client_id)
    context = _admin_context(call, request.context_data)
    answers = _given(request.challenge_responses)
    metadata = request.client_metadata
    arrival = _arrival(call, pool, client, answers, context, metadata=metadata, is_admin=True)
    outcome = await resume(arrival, request.challenge_name, _text(request.session))
    return await _answer(api.AdminRespondToAuthChallengeResponse, outcome)


def _admin_context(call: Call, given: api.ContextDataType | None) -> RawContext:
    if given is None:
        return RawContext(time=call.now, address=None, headers=(), encoded_data=None)
    headers = tuple((header.header_name or "", header.header_value or "") for header in given.http_headers)
    return RawContext(
        time=call.now, address=given.ip_address, headers=headers, encoded_data=given.encoded_data
    )


def _arrival(  # noqa: PLR0913 - one fact each
    call: Call,
    pool: Pool,
    client: Client,
    answers: Mapping[str, Secret],
    context: RawContext,
    *,
    metadata: Mapping[str, str] | None,
    is_admin: bool = False,
) -> Arrival:
    return Arrival(
        services=once(call.services),
        now=call.now,
        request_id=call.request_id,
        pool=pool,
        client=client,
        is_admin=is_admin,
        answers=answers,
        context=context,
        metadata=metadata or {},
    )


async def _refreshed(
    call: Call, pool: Pool, client: Client, answers: Mapping[str, Secret], context: RawContext
) -> api.AuthenticationResultType:
    token = answers.get("REFRESH_TOKEN")
    if not token:
        raise api.errors.InvalidParameterException("Missing required parameter REFRESH_TOKEN")
    allowed = client.description.explicit_auth_flows
    is_legacy = allowed is not None and not any(flow.startswith("ALLOW_") for flow in allowed)
    if is_rotating(client) or (allowed and not is_legacy and "ALLOW_REFRESH_TOKEN_AUTH" not in allowed):
        raise api.errors.InvalidParameterException("Refresh token auth flow not enabled for this client")
    username = answers.get("USERNAME")
    if client.secrets:
        given = answers.get("SECRET_HASH")
        if username:
            require_secret_hash(call.services, client, username.reveal(), given)
        else:
            await _require_hash_of_owner(call, pool, client, token, given)
    key = answers.get("DEVICE_KEY")
    return await refresh(
        call.services,
        pool,
        client,
        token,
        call.now,
        device_key=key.reveal() if key else None,
        context=context,
    )


async def _require_hash_of_owner(
    call: Call, pool: Pool, client: Client, token: Secret, given: Secret | None
) -> None:
    # A refresh names nobody: the hash is over the user name, or the sub, behind the token.
    user = await owner_of(call.storage, pool, token)
    names = (user.username, user.sub) if user else ("",)
    for name in names[:-1]:
        try:
            require_secret_hash(call.services, client, name, given)
        except api.errors.NotAuthorizedException:
            continue
        return
    require_secret_hash(call.services, client, names[-1], given)


async def _answer(kind: type[Response], outcome: Outcome) -> Response:
    match outcome:
        case SignedIn(begun, new_device):
            tokens = structs.replace(await begun.tokens(), new_device_metadata=new_device)
            return kind(authentication_result=tokens, challenge_parameters={})
        case Challenge(name, parameters, session, available):
            answer = kind(challenge_name=name, challenge_parameters=parameters, session=session)
            if available is not None and isinstance(
                answer, (api.InitiateAuthResponse, api.AdminInitiateAuthResponse)
            ):
                answer = structs.replace(answer, available_challenges=list(available))
            return answer
        case _:
            raise AssertionError("a refusal is raised, not answered")


def _given(answers: Mapping[str, Secret | None] | None) -> dict[str, Secret]:
    """Clients send null for what they do not have."""
    return {name: value for name, value in (answers or {}).items() if value is not None}


def _text(secret: Secret | None) -> str | None:
    return secret.reveal() if secret is not None else None
