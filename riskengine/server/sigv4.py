"""Signature Version 4 as a server checks it: pure functions over headers and bytes, time an argument.

The canonical request follows AWS' "Create a signed AWS API request"; botocore's signer is the test oracle.
"""

import hmac
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes

from riskengine.api.common_errors import (
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    UnrecognizedClientException,
)
from riskengine.base.clock import SECOND

ALGORITHM = "AWS4-HMAC-SHA256"
SERVICE = "cognito-idp"
_TERMINATOR = "aws4_request"
_PARTS = ("Credential", "SignedHeaders", "Signature")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")
_HEADER_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
_STAMP = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_UNRESERVED = "-_.~"
# Headers that change what a request means: signed whenever they are sent.
_MEANINGFUL = ("x-amz-target", "x-amz-content-sha256")
_MISMATCH = (
    "The signature does not match the request: check the secret key, the signing and what changed on the way."
)


class SignedRequest(NamedTuple):
    """A request as it came over the wire; path and query still percent-encoded."""

    method: str
    path: str
    query: str
    headers: Iterable[tuple[str, str]]
    body: bytes


class Claim(NamedTuple):
    """What a request says of its own signature; nothing of it is verified yet."""

    key: str
    date: str  # yyyymmdd, of the credential scope
    region: str
    signed_headers: tuple[str, ...]
    signature: str
    headers: dict[str, str]  # all of the request's, in canonical form


def read_claim(request: SignedRequest) -> Claim:
    """The claim in the Authorization header.

    Raises:
        MissingAuthenticationTokenException: the request is not signed.
        IncompleteSignatureException: a part of the signature is missing or malformed.
        UnrecognizedClientException: temporary credentials, which nobody issues here.
    """
    headers = _canonical_headers(request.headers)
    if "x-amz-signature" in request.query.lower():
        raise IncompleteSignatureException(
            "Sign with headers: a signature in the query string is not accepted."
        )
    authorization = headers.get("authorization")
    if authorization is None:
        raise MissingAuthenticationTokenException("Missing Authentication Token")
    if "x-amz-security-token" in headers:
        raise UnrecognizedClientException("The security token included in the request is invalid.")
    return _parse(authorization, headers)


def check(request: SignedRequest, claim: Claim, secret: bytes, *, now: int, skew_seconds: int) -> None:
    """Refuse a signature that the secret did not make, or not about now (microseconds).

    Raises:
        IncompleteSignatureException: the request has no usable date.
        InvalidSignatureException: too old, too new, or of another request or secret.
    """
    stamp, moment = _moment(claim.headers)
    if stamp[:8] != claim.date:
        raise InvalidSignatureException("The credential's date is not the date of the request.")
    if abs(now - moment) > skew_seconds * SECOND:
        raise InvalidSignatureException(f"The request was signed at {stamp}, too far from the server's time.")
    body_hash = sha256(request.body).hexdigest()
    if claim.headers.get("x-amz-content-sha256", body_hash) != body_hash:
        raise InvalidSignatureException("X-Amz-Content-Sha256 is not the hash of the body.")
    scope = f"{claim.date}/{claim.region}/{SERVICE}/{_TERMINATOR}"
    canonical = sha256(_canonical_request(request, claim, body_hash)).hexdigest()
    text = f"{ALGORITHM}\n{stamp}\n{scope}\n{canonical}"
    key = signing_key(secret, claim.date, claim.region)
    if not hmac.compare_digest(hmac.digest(key, text.encode(), "sha256").hex(), claim.signature):
        raise InvalidSignatureException(_MISMATCH)


@lru_cache(maxsize=256)
def signing_key(secret: bytes, date: str, region: str) -> bytes:
    """The key of one day and region, derived from a secret; the last few are kept."""
    key = b"AWS4" + secret
    for part in (date, region, SERVICE, _TERMINATOR):
        key = hmac.digest(key, part.encode("utf-8", "surrogateescape"), "sha256")
    return key


def _parse(authorization: str, headers: dict[str, str]) -> Claim:
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != ALGORITHM:
        raise IncompleteSignatureException(f"The Authorization header must name the algorithm {ALGORITHM}.")
    pairs = [part.strip().partition("=") for part in rest.split(",")]
    parts = {name: value for name, _, value in pairs}
    if len(pairs) != len(_PARTS) or not all(map(parts.get, _PARTS)):
        raise IncompleteSignatureException(
            f"The Authorization header must have {', '.join(_PARTS)}, each once."
        )
    key, date, region = _scope(parts["Credential"])
    signature = parts["Signature"]
    if not _SIGNATURE.fullmatch(signature):
        raise IncompleteSignatureException("A Signature is 64 lower-case hexadecimal digits.")
    signed = _signed_headers(parts["SignedHeaders"], headers)
    return Claim(key, date, region, signed, signature, headers)


def _scope(credential: str) -> tuple[str, str, str]:
    key, *scope = credential.rsplit("/", 4)
    if not key or len(scope) != 4 or not all(scope):
        raise IncompleteSignatureException("A Credential reads KEY/DATE/REGION/SERVICE/aws4_request.")
    date, region, service, terminator = scope
    if service != SERVICE or terminator != _TERMINATOR:
        raise InvalidSignatureException(f"The credential must be scoped to {SERVICE}/{_TERMINATOR}.")
    return key, date, region


def _signed_headers(text: str, headers: dict[str, str]) -> tuple[str, ...]:
    names = _names(text)
    dated = "x-amz-date" if "x-amz-date" in headers else "date"
    needed = ("host", dated, *[name for name in _MEANINGFUL if name in headers])
    if unsigned := [name for name in needed if name not in names]:
        raise IncompleteSignatureException(f"These headers must be signed: {', '.join(unsigned)}.")
    if not headers.keys() >= set(names):
        raise InvalidSignatureException(_MISMATCH)
    return names


@lru_cache(maxsize=256)
def _names(text: str) -> tuple[str, ...]:
    # A client signs the same headers again and again.
    names = tuple(text.split(";"))
    if list(names) != sorted(set(names)) or not all(map(_HEADER_NAME.fullmatch, names)):
        raise IncompleteSignatureException("SignedHeaders are lower case, sorted and each named once.")
    return names


def _canonical_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    canonical: dict[str, str] = {}
    for sent, text in headers:
        name, value = sent.lower(), " ".join(text.split())
        canonical[name] = f"{canonical[name]},{value}" if name in canonical else value
    return canonical


def _canonical_request(request: SignedRequest, claim: Claim, body_hash: str) -> bytes:
    headers = "\n".join([f"{name}:{claim.headers[name]}" for name in claim.signed_headers])
    text = (
        f"{request.method}\n{canonical_path(request.path)}\n{canonical_query(request.query)}\n"
        f"{headers}\n\n{';'.join(claim.signed_headers)}\n{body_hash}"
    )
    return text.encode("utf-8", "surrogateescape")


def canonical_path(path: str) -> str:
    """Dots and empty segments resolved, then encoded once more (as every service but S3 wants)."""
    if path == "/":
        return path
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in {"", "."}:
            kept.append(segment)
    tail = "/" if kept and path.endswith("/") else ""
    return quote(f"/{'/'.join(kept)}{tail}", safe="/~", errors="surrogateescape")


def canonical_query(query: str) -> str:
    """Names and values in one spelling of percent-encoding, sorted by name, then value."""
    if not query:
        return ""
    split = (pair.partition("=") for pair in query.split("&"))
    pairs = sorted((_encoded(name), _encoded(value)) for name, _, value in split)
    return "&".join(f"{name}={value}" for name, value in pairs)


def _encoded(text: str) -> str:
    return quote(unquote_to_bytes(text.encode("utf-8", "surrogateescape")), safe=_UNRESERVED)


def _moment(headers: dict[str, str]) -> tuple[str, int]:
    try:
        if "x-amz-date" in headers:
            return headers["x-amz-date"], _read_stamp(headers["x-amz-date"])
        when = _read_date(headers["date"])
        return when.strftime("%Y%m%dT%H%M%SZ"), int(when.timestamp()) * SECOND
    except (ValueError, TypeError, OverflowError, IndexError):
        raise IncompleteSignatureException("The request needs an X-Amz-Date like 20260131T235959Z.") from None


@lru_cache(maxsize=64)
def _read_stamp(text: str) -> int:
    if not _STAMP.fullmatch(text):
        raise ValueError(text)
    day, clock = text[:8], text[9:15]
    date = (int(day[:4]), int(day[4:6]), int(day[6:]))
    when = datetime(*date, int(clock[:2]), int(clock[2:4]), int(clock[4:]), tzinfo=UTC)
    return int(when.timestamp()) * SECOND


def _read_date(text: str) -> datetime:
    when = parsedate_to_datetime(text)
    # RFC 5322 writes "UTC, of no particular zone" as -0000, which Python reads as no zone.
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
