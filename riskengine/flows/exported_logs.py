"""Lines of a pool's exported logs, in Cognito's format: written in one unit with what they tell of."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from riskengine import api
from riskengine.base.clock import DAY, to_seconds
from riskengine.base.ids import new_uuid
from riskengine.entities import AuthEvent, LogLine, Message, Pool
from riskengine.entities.log_line import LogSource
from riskengine.storage.interface import Transaction

_KEPT = 7 * DAY  # for a destination that does not answer
_MILLISECOND = 1000  # microseconds
_NAMES = {"userAuthEvents": "USER_ACTIVITY", "userNotification": "USER_NOTIFICATION"}


def destination_of(pool: Pool, source: LogSource) -> str | None:
    """The ARN that the pool sends a log to."""
    for each in pool.log_configurations:
        if each.event_source == source:
            return arn_of(each)
    return None


def arn_of(configuration: api.LogConfigurationType) -> str | None:
    """The one destination that a log's configuration names."""
    arns = arns_of(configuration)
    return arns[0] if len(arns) == 1 else None


def arns_of(configuration: api.LogConfigurationType) -> list[str]:
    """Every destination that it names; there should be one."""
    group, bucket = configuration.cloud_watch_logs_configuration, configuration.s3_configuration
    stream = configuration.firehose_configuration
    named = (group and group.log_group_arn, bucket and bucket.bucket_arn, stream and stream.stream_arn)
    return [arn for arn in named if arn]


def export_event(tx: Transaction, pool: Pool, event: AuthEvent, now: int) -> None:
    """An event, where the pool exports them: at its first writing and at every change."""
    if not pool.log_configurations or destination_of(pool, "userAuthEvents") is None:
        return
    tx.log_lines.add(_line(pool.id, "userAuthEvents", "INFO", _event(event), now))


def export_failure(tx: Transaction, pool: Pool, message: Message, now: int) -> None:
    """A message that was given up, where the pool exports that; nothing of what it said."""
    if destination_of(pool, "userNotification") is None:
        return
    details = (
        f"{message.medium} message {message.id} ({message.purpose}) was not delivered: {message.trouble}"
    )
    tx.log_lines.add(_line(pool.id, "userNotification", "ERROR", {"details": details}, now))


def _line(pool: str, source: LogSource, level: str, message: dict[str, Any], now: int) -> LogLine:
    content = {
        "eventTimestamp": str(now // _MILLISECOND),
        "eventSource": _NAMES[source],
        "logLevel": level,
        "message": message,
        "logSourceId": {"userPoolId": pool},
    }
    return LogLine(
        pool=pool,
        id=new_uuid(),
        source=source,
        time=now,
        content=msgspec.json.encode(content),
        due=now,
        expires=now + _KEPT,
    )


def _event(event: AuthEvent) -> dict[str, Any]:
    """Every scalar is a text; an empty one is unknown, or not so."""
    feedback = event.feedback
    return {
        "version": "1",
        "eventId": event.id,
        "eventType": event.type,
        "userSub": event.sub,
        "userName": event.username,
        "userPoolId": event.pool,
        "clientId": event.client,
        "creationDate": _date(event.time),
        "eventResponse": event.response,
        "riskLevel": "" if event.level in (None, "None") else event.level,
        "riskDecision": "BLOCK" if event.decision == "Block" else "PASS",
        "challenges": [f"{name}:{result}" for name, result in event.challenges],
        "deviceName": event.device_name or "",
        "ipAddress": event.address or "",
        "requestId": event.request_id,
        "idpName": "",
        "compromisedCredentialDetected": str(event.is_compromised).lower(),
        "city": event.city or "",
        "country": event.country or "",
        "eventFeedbackValue": feedback.value if feedback else "",
        "eventFeedbackDate": _date(feedback.date) if feedback else "",
        "eventFeedbackProvider": feedback.provider if feedback else "",
        "hasContextData": str(event.has_context).lower(),
    }


def _date(time: int) -> str:
    # The C locale's names, whatever the machine's own.
    moment = datetime.fromtimestamp(int(to_seconds(time)), UTC)
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    day, month = days[moment.weekday()], months[moment.month - 1]
    return f"{day} {month} {moment:%d %H:%M:%S} UTC {moment.year}"
