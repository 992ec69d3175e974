"""Threat protection: its configuration, the events it judged, and what people say of them."""

import structlog
from msgspec.structs import replace

from riskengine import api
from riskengine.base.clock import to_seconds
from riskengine.context.ranges import RangeError, Ranges
from riskengine.entities import AuthEvent, Pool, RiskConfiguration
from riskengine.flows import lookup, threat, verdicts
from riskengine.flows.feedback_tokens import InvalidFeedbackTokenError, is_of, read_feedback_token
from riskengine.flows.senders import may_send_as
from riskengine.operations import convert, extensions, paging
from riskengine.operations.again import serialised
from riskengine.operations.call import Call
from riskengine.operations.registry import Operations
from riskengine.storage.errors import NotFound
from riskengine.storage.interface import Reader

operation = Operations()
log = structlog.get_logger()


@operation
@serialised
async def set_risk_configuration(
    call: Call, request: api.SetRiskConfigurationRequest
) -> api.SetRiskConfigurationResponse:
    """Replace the configuration of a pool or of one client; with nothing to set, forget it."""
    description = api.RiskConfigurationType(
        compromised_credentials_risk_configuration=request.compromised_credentials_risk_configuration,
        account_takeover_risk_configuration=request.account_takeover_risk_configuration,
        risk_exception_configuration=request.risk_exception_configuration,
    )
    _require_ranges(request.risk_exception_configuration)
    _require_sender(request.account_takeover_risk_configuration)
    client = request.client_id or ""
    async with call.storage.transaction() as tx:
        pool = await _protected_pool(tx, request.user_pool_id)
        if client:
            await lookup.client(tx, pool.id, client)
        if description == api.RiskConfigurationType():
            tx.risk_configurations.delete(pool.id, client)
        else:
            tx.risk_configurations.put(
                RiskConfiguration(pool=pool.id, client=client, modified=call.now, description=description)
            )
    for warning in threat.weaker_actions(description):
        log.warning("odd_risk_configuration", pool=pool.id, client=client, text=warning)
    return api.SetRiskConfigurationResponse(risk_configuration=await _effective(call, pool, client))


@operation
async def describe_risk_configuration(
    call: Call, request: api.DescribeRiskConfigurationRequest
) -> api.DescribeRiskConfigurationResponse:
    """What holds for a pool or a client: its own, else the pool's, else the default."""
    pool = await _protected_pool(call.storage, request.user_pool_id)
    client = request.client_id or ""
    if client:
        await lookup.client(call.storage, pool.id, client)
    return api.DescribeRiskConfigurationResponse(risk_configuration=await _effective(call, pool, client))


@operation
async def admin_list_user_auth_events(
    call: Call, request: api.AdminListUserAuthEventsRequest
) -> api.AdminListUserAuthEventsResponse:
    """A user's events, newest first."""
    pool = await _protected_pool(call.storage, request.user_pool_id)
    user = await lookup.user(call.storage, pool, request.username)
    cut = paging.cut(call, request.next_token, request.max_results, pool.id, user.sub)
    found = await call.storage.events.list_(pool.id, user.sub, before=_before(cut.after), limit=cut.fetch)
    page, is_extended = cut.page(found, _position), extensions.are_wanted(call)
    return api.AdminListUserAuthEventsResponse(
        auth_events=[convert.auth_event(event, is_extended=is_extended) for event in page.items],
        next_token=page.next_token,
    )


@operation
async def admin_update_auth_event_feedback(
    call: Call, request: api.AdminUpdateAuthEventFeedbackRequest
) -> api.AdminUpdateAuthEventFeedbackResponse:
    """Say whether an event was really the user; the next attempt is scored with that."""
    pool = await _protected_pool(call.storage, request.user_pool_id)
    user = await lookup.user(call.storage, pool, request.username)
    verdict = verdicts.Verdict(
        value="Valid" if request.feedback_value == "Valid" else "Invalid",
        provider=verdicts.ADMINISTRATOR,
        by=call.operator,
        now=call.now,
    )
    try:
        await verdicts.give(call.services, user, request.event_id, verdict)
    except NotFound:
        raise api.errors.ResourceNotFoundException("Event does not exist.") from None
    return api.AdminUpdateAuthEventFeedbackResponse()


@operation
async def update_auth_event_feedback(
    call: Call, request: api.UpdateAuthEventFeedbackRequest
) -> api.UpdateAuthEventFeedbackResponse:
    """What a user says of an event by the token of its notification; the last word holds."""
    invalid = api.errors.NotAuthorizedException("Invalid feedback token.")
    try:
        token = read_feedback_token(call.services, request.feedback_token, call.now)
    except InvalidFeedbackTokenError:
        raise invalid from None
    # Before anything is looked up: a stranger learns nothing of who is there.
    if (token.pool, token.event) != (request.user_pool_id, request.event_id):
        raise invalid
    pool = await _protected_pool(call.storage, token.pool)
    user = await lookup.user(call.storage, pool, request.username)
    if user.sub != token.sub:
        raise invalid
    try:
        event = await call.storage.events.get(pool.id, user.sub, token.event)
        if not is_of(token, event):
            raise invalid
        verdict = verdicts.Verdict(
            value="Valid" if request.feedback_value == "Valid" else "Invalid",
            provider=verdicts.USER,
            by=token.notice,
            now=call.now,
        )
        await verdicts.give(call.services, user, event.id, verdict)
    except NotFound:
        raise api.errors.ResourceNotFoundException("Event does not exist.") from None
    return api.UpdateAuthEventFeedbackResponse()


async def _protected_pool(reader: Reader, pool_id: str) -> Pool:
    pool = await lookup.pool(reader, pool_id)
    if pool.threat_mode == "OFF":
        raise api.errors.UserPoolAddOnNotEnabledException(
            f"Threat protection is not enabled for user pool {pool_id}."
        )
    return pool


async def _effective(call: Call, pool: Pool, client: str) -> api.RiskConfigurationType:
    stored = await call.storage.risk_configurations.effective(pool.id, client)
    described = replace(
        stored.description if stored else threat.DEFAULT,
        user_pool_id=pool.id,
        client_id=client or None,
        last_modified_date=to_seconds(stored.modified if stored else pool.created),
    )
    if not extensions.are_wanted(call):
        return described
    return extensions.risk_configuration(described, threat.weaker_actions(described))


def _require_sender(takeover: api.AccountTakeoverRiskConfigurationType | None) -> None:
    mails = takeover.notify_configuration if takeover else None
    if mails and mails.from_ and not may_send_as(mails.source_arn, mails.from_):
        raise api.errors.InvalidParameterException(
            "NotifyConfiguration: From is no address of the identity that SourceArn names"
            " (arn:aws:ses:REGION:ACCOUNT:identity/ADDRESS or DOMAIN)."
        )


def _require_ranges(exceptions: api.RiskExceptionConfigurationType | None) -> None:
    if exceptions is None:
        return
    lists = (
        ("BlockedIPRangeList", exceptions.blocked_ip_range_list),
        ("SkippedIPRangeList", exceptions.skipped_ip_range_list),
    )
    faults = [f"{name}: {fault}" for name, entries in lists if (fault := _range_fault(entries or []))]
    if faults:
        raise api.errors.InvalidParameterException("; ".join(faults))


def _range_fault(entries: list[str]) -> str | None:
    try:
        Ranges.of(entries)
    except RangeError as error:
        return str(error)
    return None


def _position(event: AuthEvent) -> str:
    return f"{event.time} {event.id}"


def _before(position: str) -> tuple[int, str] | None:
    time, _, event_id = position.partition(" ")
    return (int(time), event_id) if position else None
