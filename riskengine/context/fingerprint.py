"""Cognito's EncodedData: what the collector in the client's page or app says of its device.

Its key is public, so a right signature proves form and nothing else; a wrong one is a weak signal.
Anything at all may arrive here: it becomes facts, faults or "unreadable", never an error.
"""

import binascii
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac_digest
from typing import Any

import msgspec

from riskengine.base.clock import DAY
from riskengine.context.digest import keyed_digest
from riskengine.context.timezones import parse_offset
from riskengine.risk.attempt import Device

JAVASCRIPT = "JS20171115"
ANDROID = "ANDROID20171114"
IOS = "IOS20171114"
FLUTTER = "FLUTTER20230306"
DIALECTS = (JAVASCRIPT, ANDROID, IOS, FLUTTER)

LARGEST = 16_384
_MOST_BRACKETS = 64
_MOST_FIELDS = 64
_LONGEST_FIELD = 2048
# Amplify for Android writes the time once per process, so only pages must be prompt.
_STALE = {JAVASCRIPT: DAY}
_STALE_ELSEWHERE = 90 * DAY
_EARLY = DAY
# What collectors write instead of a user name they do not know.
_NO_NAMES = ("", "unknown")
_URLSAFE = bytes.maketrans(b"-_", b"+/")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the call itself says, to hold the collector's words against."""

    client_id: str | None
    pool_id: str | None
    names: tuple[str, ...]  # every name of the user that the call knows
    time: int  # microseconds
    key: bytes  # the pool's, for digests


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The device as risk compares it, and the texts that other facts are checked against."""

    device: Device
    agent: str | None = None


class _Envelope(msgspec.Struct):
    payload: str | dict[str, Any]
    signature: str = ""
    version: str = ""


class _Payload(msgspec.Struct, rename={"context": "contextData", "pool": "userPoolId"}):
    context: dict[str, Any]
    username: Any = None
    pool: Any = None
    timestamp: Any = None


_envelope = msgspec.json.Decoder(_Envelope)
_payload = msgspec.json.Decoder(_Payload)
NO_FINGERPRINT = Fingerprint(Device())
UNREADABLE = Fingerprint(Device(faults=("unreadable",)))


def read_fingerprint(encoded: str | None, expected: Expected) -> Fingerprint:
    """Facts and faults of an EncodedData text; None or an empty one says nothing."""
    if not encoded:
        return NO_FINGERPRINT
    try:
        envelope, payload = _decode(encoded)
    except (ValueError, TypeError, RecursionError, msgspec.MsgspecError):
        return UNREADABLE
    dialect = envelope.version if envelope.version in DIALECTS else _dialect(payload.context)
    faults = _faults(envelope, payload, dialect, expected)
    return _fingerprint(payload.context, dialect, expected.key, faults)


def read_fields(fields: Mapping[str, Any] | None, key: bytes) -> Fingerprint:
    """Facts of contextData that is already decoded, as in a file of attempts."""
    if not fields:
        return NO_FINGERPRINT
    return _fingerprint(fields, _dialect(fields), key, ())


def _decode(encoded: str) -> tuple[_Envelope, _Payload]:
    if len(encoded) > LARGEST:
        raise ValueError("too large")
    text = _unbase64(encoded)
    # The payload's brackets stand in the envelope's text; escaped ones stop at the decoder's own limit.
    if text.count(b"{") + text.count(b"[") > _MOST_BRACKETS:
        raise ValueError("too deep")
    envelope = _envelope.decode(text)
    if isinstance(envelope.payload, dict):
        return envelope, msgspec.convert(envelope.payload, _Payload)
    return envelope, _payload.decode(envelope.payload)


def _unbase64(text: str) -> bytes:
    """Decode base64 with or without line breaks and padding, in either alphabet."""
    packed = text.encode("ascii").translate(_URLSAFE, b"\r\n\t =")
    return binascii.a2b_base64(packed + b"=" * (-len(packed) % 4), strict_mode=True)


def _faults(envelope: _Envelope, payload: _Payload, dialect: str, expected: Expected) -> tuple[str, ...]:
    checks = (
        ("signature", _is_signed(envelope, expected.client_id)),
        ("username", _is_named(payload.username, expected.names)),
        ("pool", expected.pool_id is None or payload.pool in (None, expected.pool_id)),
        ("timestamp", _is_timely(payload.timestamp, dialect, expected.time)),
    )
    return tuple(fault for fault, is_right in checks if not is_right)


def _is_signed(envelope: _Envelope, client_id: str | None) -> bool:
    if client_id is None:
        return True
    if not isinstance(envelope.payload, str):
        return False
    return compare_digest(
        sign(client_id, envelope.version, envelope.payload),
        "".join(envelope.signature.split()).encode("utf-8", "replace"),
    )


def sign(client_id: str, version: str, payload: str) -> bytes:
    """The signature that a collector writes for a payload, base64."""
    message = (version + payload).encode("utf-8", "surrogatepass")
    return b64encode(hmac_digest(client_id.encode("utf-8", "surrogatepass"), message, sha256))


def _is_named(username: object, names: tuple[str, ...]) -> bool:
    if not names or username is None or not isinstance(username, str):
        return True
    claimed = username.casefold()
    return claimed in _NO_NAMES or any(claimed == name.casefold() for name in names)


def _is_timely(timestamp: object, dialect: str, now: int) -> bool:
    millis = _millis(timestamp)
    if millis is None:
        return False
    age = now - millis * 1000
    return -_EARLY <= age <= _STALE.get(dialect, _STALE_ELSEWHERE)


def _millis(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 16:
        return int(value)
    return value if isinstance(value, int) and 0 <= value < 10**16 else None


def _dialect(fields: Mapping[str, Any]) -> str:
    platform = str(fields.get("Platform", "")).casefold()
    if "android" in platform:
        return ANDROID
    if platform.startswith(("ios", "iphone", "ipad")):
        return IOS
    return JAVASCRIPT if "UserAgent" in fields or "DevicePlatform" in fields else FLUTTER


def _fingerprint(fields: Mapping[str, Any], dialect: str, key: bytes, faults: tuple[str, ...]) -> Fingerprint:
    if len(fields) > _MOST_FIELDS:
        return UNREADABLE
    text = _Fields(fields)
    device_id, print_ = text.get("DeviceId"), text.get("DeviceFingerprint")
    language = text.get("DeviceLanguage", 35)
    device = Device(
        collector=dialect,
        id=keyed_digest(key, "device", device_id) if device_id else None,
        born=_born(device_id) if device_id else None,
        fingerprint=keyed_digest(key, "fingerprint", print_) if print_ else None,
        platform=text.get("DevicePlatform", 64) or text.get("Platform", 64) or text.get("DeviceName", 64),
        language=language.replace("_", "-").lower() if language else None,
        timezone_minutes=parse_offset(text.get("ClientTimezone", 16)),
        screen=_screen(text),
        faults=faults,
    )
    return Fingerprint(device, text.get("UserAgent"))


class _Fields:
    """The collector's texts, each cut to a length; other types count as absent."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = fields

    def get(self, name: str, longest: int = _LONGEST_FIELD) -> str | None:
        value = self._fields.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**16:
            value = str(value)
        return value[:longest].strip() or None if isinstance(value, str) else None


def _screen(text: _Fields) -> str | None:
    width, height = text.get("ScreenWidthPixels", 6), text.get("ScreenHeightPixels", 6)
    return f"{width}x{height}" if width and height and (width + height).isdigit() else None


def _born(device_id: str) -> float | None:
    """When the DeviceId says it was made: milliseconds, or an ISO time, behind its first colon."""
    _, _, text = device_id.partition(":")
    if text.isascii() and text.isdigit() and len(text) <= 16:
        return int(text) / 1000
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
