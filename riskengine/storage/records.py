"""Entities to rows: the columns a row is found by, and the entity itself as `body`."""

from collections.abc import Mapping
from typing import TypeVar

from msgspec import structs

from riskengine.api import wire
from riskengine.base.clock import DAY
from riskengine.entities import (
    AccessKey,
    AuthEvent,
    Branding,
    Client,
    Device,
    Domain,
    Group,
    IdentityProvider,
    ImportJob,
    Learned,
    Lockout,
    LogLine,
    Message,
    Observation,
    Passkey,
    Pool,
    RateWindow,
    ResourceServer,
    RiskConfiguration,
    SentCode,
    Session,
    SigningKey,
    Terms,
    UiCustomization,
    User,
    Worker,
)
from riskengine.storage.errors import Unstorable
from riskengine.storage.sql import LONGEST_KEY, Columns, Parameters, Row, is_storable_text

Versioned = TypeVar(
    "Versioned",
    Pool,
    Client,
    User,
    Group,
    AuthEvent,
    Session,
    Lockout,
    RateWindow,
    Message,
    Device,
    Passkey,
    ResourceServer,
    IdentityProvider,
    Domain,
    UiCustomization,
    Branding,
    Terms,
    ImportJob,
    Learned,
)

_LONGEST_SEARCHED = LONGEST_KEY // 2
_SEARCHED_ATTRIBUTES = (
    "email",
    "phone_number",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
)


def body(thing: object) -> bytes:
    """What a row keeps of an entity besides its keys: all of it.

    Raises:
        Unstorable: when a text in it is no Unicode (lone surrogates).
    """
    try:
        return wire.to_record(thing)
    except UnicodeEncodeError:
        raise Unstorable(type(thing).__name__) from None


def saved(thing: Versioned) -> Versioned:
    """The entity as it is after a save: one version on."""
    return structs.replace(thing, version=thing.version + 1)


def pool_row(pool: Pool) -> Parameters:
    """Columns of a pool."""
    return {"pool": pool.id, "version": pool.version, "body": body(pool)}


def client_row(client: Client) -> Parameters:
    """Columns of a client."""
    return {"pool": client.pool, "client": client.id, "version": client.version, "body": body(client)}


def searched(text: str | None) -> str | None:
    """An attribute as its index holds it: cut one past the longest term, so no term equals a cut one.

    A text that is no key (NUL, lone surrogate) can't be searched for.
    """
    cut = text[: _LONGEST_SEARCHED + 1] if text is not None else None
    return cut if cut is not None and is_storable_text(cut) else None


def is_search_term(text: str) -> bool:
    """Whether the index can hold such a text whole."""
    return len(text) <= _LONGEST_SEARCHED and is_storable_text(text)


def user_row(user: User) -> Columns:
    """Columns of a user, without the user name's compared form."""
    row: Columns = {
        "pool": user.pool,
        "sub": user.sub,
        "version": user.version,
        "body": body(user),
        "enabled": "Enabled" if user.is_enabled else "Disabled",
        "status": user.status,
    }
    return row | _searched_attributes(user.attributes)


def _searched_attributes(attributes: Mapping[str, str]) -> Columns:
    return {name: searched(attributes.get(name)) for name in _SEARCHED_ATTRIBUTES}


def lockout_row(lockout: Lockout) -> Columns:
    """Columns of a lockout, without its key; it is forgotten a day after it last mattered."""
    expires = max(lockout.last_failure, lockout.locked_until) + DAY
    return {"expires": expires, "body": body(lockout)}


def group_row(group: Group) -> Parameters:
    """Columns of a group."""
    return {
        "pool": group.pool,
        "name": group.name,
        "version": group.version,
        "precedence": group.precedence,
        "body": body(group),
    }


def risk_configuration_row(configuration: RiskConfiguration) -> Parameters:
    """Columns of a risk configuration."""
    return {"pool": configuration.pool, "client": configuration.client, "body": body(configuration)}


def event_row(event: AuthEvent) -> Parameters:
    """Columns of an event."""
    return {
        "pool": event.pool,
        "sub": event.sub,
        "time": event.time,
        "id": event.id,
        "version": event.version,
        "body": body(event),
    }


def session_row(session: Session) -> Parameters:
    """Columns of a session."""
    return {
        "pool": session.pool,
        "id": session.id,
        "sub": session.sub,
        "refresh_hash": session.refresh_hash,
        "previous_hash": session.previous_hash,
        # An access token lives a day at most, and may outlive the refresh token it came with.
        "expires": session.expires + DAY,
        "is_revoked": int(session.is_revoked),
        "version": session.version,
        "body": body(session),
    }


def session_of(row: Row) -> Session:
    """A session of its body, version and revocation."""
    session = wire.from_record(Session, row[0])
    return structs.replace(session, version=row[1], is_revoked=bool(row[2]))


def code_of(row: Row) -> SentCode:
    """A code of its body and version."""
    return structs.replace(wire.from_record(SentCode, row[0]), version=row[1])


def message_row(message: Message) -> Parameters:
    """Columns of a message; a destination that is too long to be searched for is cut."""
    return {
        "pool": message.pool,
        "id": message.id,
        "sub": message.sub,
        "created": message.created,
        "destination": searched(message.destination),
        "status": message.status,
        "due": message.due,
        "expires": message.expires,
        "version": message.version,
        "body": body(message),
    }


def import_job_row(job: ImportJob) -> Parameters:
    """Columns of an import job."""
    return {
        "pool": job.pool,
        "id": job.id,
        "created": job.created,
        "status": job.status,
        "due": job.due,
        "version": job.version,
        "body": body(job),
    }


def log_line_row(line: LogLine) -> Parameters:
    """Columns of a log line."""
    return {
        "pool": line.pool,
        "id": line.id,
        "source": line.source,
        "due": line.due,
        "expires": line.expires,
        "body": body(line),
    }


def observation_row(observation: Observation) -> Parameters:
    """Columns of an observation; its body is made by the flows."""
    return {
        "pool": observation.pool,
        "process": observation.process,
        "number": observation.number,
        "decided": observation.decided,
        "body": observation.body,
    }


def worker_row(worker: Worker) -> Parameters:
    """Columns of a serving process."""
    return {"process": worker.process, "expires": worker.expires, "body": body(worker)}


def device_row(device: Device) -> Parameters:
    """Columns of a device."""
    return {
        "pool": device.pool,
        "sub": device.sub,
        "device": device.key,
        "version": device.version,
        "body": body(device),
    }


def passkey_row(passkey: Passkey) -> Parameters:
    """Columns of a passkey."""
    return {
        "pool": passkey.pool,
        "sub": passkey.sub,
        "passkey": passkey.id,
        "version": passkey.version,
        "body": body(passkey),
    }


def signing_key_row(key: SigningKey) -> Parameters:
    """Columns of a signing key."""
    return {"pool": key.pool, "kid": key.kid, "created": key.created, "body": body(key)}


def access_key_row(key: AccessKey) -> Parameters:
    """Columns of an access key."""
    return {"id": key.id, "created": key.created, "body": body(key)}
