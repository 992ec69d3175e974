"""Logs and the counters of sign-ins; names of people, secrets and bodies go into neither."""

import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from typing import Any, Literal, TextIO, cast

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from riskengine.base.clock import SECOND
from riskengine.entities import AuthEvent

Deed = Literal["SignUp", "SignIn", "TokenRefresh", "Federation"]

_MASK = "***"
_SENSITIVE = ("password", "secret", "token", "session", "authorization", "code", "verifier", "credential")

# One registry of our own: the library's default one would be shared with a host application.
REGISTRY = CollectorRegistry(auto_describe=True)

SIGN_INS = Counter(
    "riskengine_sign_ins",
    "Requests of sign-ins by their end, risk level and the action taken",
    ("outcome", "level", "action"),
    registry=REGISTRY,
)

# The pool and client dimensions of Cognito's own metrics, under names of Prometheus' style.
_BY_LEVEL = ("operation", "user_pool_id", "risk_level")
_BY_OPERATION = ("operation", "user_pool_id")
_BY_CLIENT = ("deed", "user_pool", "user_pool_client")
COMPROMISED_CREDENTIAL_RISK = Counter(
    "cognito_compromised_credential_risk", "Compromised passwords seen", _BY_LEVEL, registry=REGISTRY
)
ACCOUNT_TAKEOVER_RISK = Counter(
    "cognito_account_takeover_risk", "Attempts with a risk of account takeover", _BY_LEVEL, registry=REGISTRY
)
OVERRIDE_BLOCK = Counter(
    "cognito_override_block", "Attempts refused by the operator's own lists", _BY_LEVEL, registry=REGISTRY
)
RISK = Counter("cognito_risk", "Attempts with a risk", _BY_OPERATION, registry=REGISTRY)
NO_RISK = Counter("cognito_no_risk", "Attempts without a risk", _BY_OPERATION, registry=REGISTRY)
MESSAGES = Counter(
    "riskengine_messages", "Messages that left the outbox", ("medium", "outcome"), registry=REGISTRY
)
PASSWORDS_SCREENED = Counter(
    "riskengine_passwords_screened",
    "Passwords looked up, by who knows them: common, pool, list, api, nobody; unscreened: no answer",
    ("known_to",),
    registry=REGISTRY,
)
BREACH_CALLS = Counter(
    "riskengine_breach_calls",
    "Questions to the range API: answered, remembered, failed, paused",
    ("outcome",),
    registry=REGISTRY,
)
BREACH_LIST_ENTRIES = Gauge(
    "riskengine_breach_list_entries", "Hashes in the loaded list of breached passwords", registry=REGISTRY
)
BREACH_LIST_TIME = Gauge(
    "riskengine_breach_list_timestamp_seconds", "When the source of that list was made", registry=REGISTRY
)
TROUBLES = Counter(
    "riskengine_troubles",
    "What a stage could not do, and how that went on: closed (refused) or open (without it)",
    ("stage", "mode"),
    registry=REGISTRY,
)
HELD_BACK = Counter(
    "riskengine_held_back",
    "Sign-ins refused before anything was proved: their network fails too much",
    ("user_pool",),
    registry=REGISTRY,
)
SUCCESSES = Counter("cognito_successes", "What succeeded", _BY_CLIENT, registry=REGISTRY)
THROTTLES = Counter(
    "cognito_throttles", "What was refused for its request rate", _BY_CLIENT, registry=REGISTRY
)

INVALID = "Invalid"
ADMIN = "Admin"
_POOL_OF: dict[str, str] = {}  # of clients with a success, at most as many as there are


def count_sign_in(event: AuthEvent, *, is_scored: bool = True) -> None:
    """One request of a sign-in or sign-up, by the event that it leaves.

    `is_scored`: in this request; later ones of the same sign-in carry the score that was counted.
    """
    SIGN_INS.labels(event.response, event.level or "None", event.action or "none").inc()
    if event.response == "Pass" and event.type == "SignIn":
        count_success(event.type, event.pool, event.client)
    if event.score is not None:
        if is_scored:
            _count_score(event)
    elif event.decision == "Block" and not event.is_compromised:
        OVERRIDE_BLOCK.labels(event.type, event.pool, "high").inc()


def count_compromised(pool: str, operation: str) -> None:
    """One password found among known ones, at a SignIn, SignUp or PasswordChange; always a high risk."""
    RISK.labels(operation, pool).inc()
    COMPROMISED_CREDENTIAL_RISK.labels(operation, pool, "high").inc()


def _count_score(event: AuthEvent) -> None:
    if event.level in {None, "None"}:
        NO_RISK.labels(event.type, event.pool).inc()
        return
    RISK.labels(event.type, event.pool).inc()
    ACCOUNT_TAKEOVER_RISK.labels(event.type, event.pool, str(event.level).lower()).inc()


def count_success(deed: Deed, pool: str, client: str) -> None:
    """One success; the client is `Admin` for an operator's act."""
    SUCCESSES.labels(deed, pool, client).inc()
    if client != ADMIN:
        _POOL_OF.setdefault(client, pool)


def count_throttle(deed: Deed, client: str) -> None:
    """One request refused for its rate, of a client that has had a success here, or of an `Invalid` one.

    Anybody can make client ids up: none is looked up in the database, and none becomes a label.
    """
    pool = _POOL_OF.get(client)
    THROTTLES.labels(deed, pool or INVALID, client if pool else INVALID).inc()


def count_trouble(stage: str, mode: Literal["open", "closed"]) -> None:
    """One thing that a stage could not do."""
    TROUBLES.labels(stage, mode).inc()


def count_held_back(pool: str) -> None:
    """One attempt that the gate refused; it leaves no event."""
    HELD_BACK.labels(pool).inc()


def count_message(medium: str, outcome: str) -> None:
    """One message at its end: sent, kept (nothing sends it) or failed."""
    MESSAGES.labels(medium, outcome).inc()


def count_screened(known_to: str) -> None:
    """One password looked up: who knows it."""
    PASSWORDS_SCREENED.labels(known_to).inc()


def count_breach_call(outcome: str) -> None:
    """One question to the range API."""
    BREACH_CALLS.labels(outcome).inc()


def tell_breach_list(entries: int, date: int) -> None:
    """Which list of breached passwords is loaded; its date in microseconds."""
    BREACH_LIST_ENTRIES.set(entries)
    BREACH_LIST_TIME.set(date // SECOND)


def configure(level: str = "info", form: str = "text", stream: TextIO | None = None) -> None:
    """Send log lines of `level` and above to `stream` (standard error), as text or json.

    Raises:
        ValueError: on an unknown level or form.
    """
    numeric = logging.getLevelNamesMapping().get(level.upper())
    if numeric is None:
        raise ValueError(f"log_level {level!r} is unknown")
    if form not in {"text", "json"}:
        raise ValueError(f"log_format {form!r} is unknown: text or json")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            mask,
            _renderer(form, stream or sys.stderr),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        # Standard error is looked up at each line: whoever runs us may have put another in its place.
        logger_factory=lambda *_: structlog.PrintLogger(cast("TextIO", _Careful(stream or sys.stderr))),
        cache_logger_on_first_use=False,
    )
    _adopt_library_logs(numeric)


class _Careful:
    """A stream that a full disk or a closed pipe does not stop us at: the line is lost, the call is not."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        """Write what can be written."""
        with suppress(OSError, ValueError):
            self._stream.write(text)

    def flush(self) -> None:
        """Send it on, if that is possible."""
        with suppress(OSError, ValueError):
            self._stream.flush()


def _renderer(form: str, stream: TextIO) -> Any:
    if form == "json":
        return structlog.processors.JSONRenderer(default=str)
    return structlog.dev.ConsoleRenderer(
        colors=stream.isatty(), timestamp_key="time", exception_formatter=structlog.dev.plain_traceback
    )


def mask(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """A log processor: values under names that sound sensitive are hidden."""
    for name in event:
        lowered = name.lower()
        if any(word in lowered for word in _SENSITIVE):
            event[name] = _MASK
    return event


def frames(error: BaseException) -> list[str]:
    """Where an error came from, without its text: that may quote what a caller sent."""
    return [
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
    ]


class _LibraryLogs(logging.Handler):
    """Passes libraries' log records on; of an error its type and place only."""

    def emit(self, record: logging.LogRecord) -> None:
        details: dict[str, Any] = {"source": record.name, "text": record.getMessage()}
        if record.exc_info and record.exc_info[1] is not None:
            details |= {"error": type(record.exc_info[1]).__name__, "at": frames(record.exc_info[1])}
        structlog.get_logger().log(record.levelno, "library", **details)


def _adopt_library_logs(level: int) -> None:
    root = logging.getLogger()
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, _LibraryLogs)]
    root.addHandler(_LibraryLogs())
    root.setLevel(max(level, logging.WARNING))
