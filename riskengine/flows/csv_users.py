"""Users out of lines of a CSV file, by the rules of Cognito's import."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from riskengine import api
from riskengine.credentials.password_hashes import is_hash
from riskengine.entities import Pool, User
from riskengine.entities.user import HashAlgorithm
from riskengine.flows import accounts, attributes
from riskengine.flows.passwords import foreign_hash
from riskengine.flows.services import Services

USERNAME, MFA, HASH = "cognito:username", "cognito:mfa_enabled", "cognito:password_hash"
LONGEST_LINE = 16_000  # characters
_COMMA = re.compile(r"(?<!\\),")


class BadLineError(ValueError):
    """A line that makes no user; the text says why, and repeats nothing of it."""


def header_of(pool: Pool) -> list[str]:
    """The columns of a file for this pool; a job with a hashing algorithm takes HASH beside them."""
    names = [each.name for each in pool.description.schema_attributes or () if each.name]
    standard = [name for name in names if ":" not in name and name != "sub"]
    own = [name for name in names if ":" in name]
    return [*standard, MFA, USERNAME, *own]


def columns(pool: Pool, algorithm: HashAlgorithm | None, line: bytes) -> list[str]:
    """The columns as a file's first line names them, in any order.

    Raises:
        BadLineError: one is missing, unknown or there twice.
    """
    named = [name.strip() for name in _fields(line.removeprefix(b"\xef\xbb\xbf"))]
    wanted = {*header_of(pool), *([HASH] if algorithm else [])}
    if len(set(named)) < len(named):
        raise BadLineError("The header names a column twice.")
    if missing := sorted(wanted - set(named)):
        raise BadLineError(f"The header lacks {', '.join(missing)}.")
    if set(named) - wanted:
        raise BadLineError("The header names a column that the user pool does not have.")
    return named


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A user to be made, and the names that nobody else may have."""

    user: User
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class UserLines:
    """Reads the lines behind a file's header; `named` are its columns."""

    services: Services
    pool: Pool
    algorithm: HashAlgorithm | None
    named: Sequence[str]

    def newcomer(self, line: bytes, now: int) -> Newcomer:
        """The user of a line, not stored yet.

        Raises:
            BadLineError: the line is malformed, or breaks a rule of the pool.
        """
        values = _fields(line)
        if len(values) != len(self.named):
            raise BadLineError(f"The line has {len(values)} columns where the header has {len(self.named)}.")
        row = dict(zip(self.named, (value.strip() for value in values), strict=True))
        username, mfa, hash_ = row.pop(USERNAME), row.pop(MFA), row.pop(HASH, "")
        given = {name: value for name, value in row.items() if value}
        try:
            user = _user(self.pool, username, given, has_hash=bool(hash_), now=now)
        except api.ApiError as error:
            raise BadLineError(error.message) from None
        _require_verified(self.pool, user.attributes)
        if mfa:
            user = _with_mfa(user, mfa)
        if self.algorithm is not None and hash_:
            if not is_hash(self.algorithm, hash_):
                raise BadLineError(f"{HASH} is no {self.algorithm} hash, or too costly to compute.")
            kept = foreign_hash(self.services, self.algorithm, user.sub, hash_, now)
            user = replace(user, foreign_hash=kept)
        key, aliases = self.pool.username_key(user.username), accounts.aliases_of(self.pool, user)
        return Newcomer(user, frozenset((key, *aliases)))


def _user(pool: Pool, username: str, given: Mapping[str, str], *, has_hash: bool, now: int) -> User:
    kinds = pool.description.username_attributes or ()
    if not username and kinds:
        username = next((given[kind] for kind in kinds if given.get(kind)), "")
    if not username:
        raise BadLineError(f"{USERNAME} is empty.")
    if len(username) > 128:
        raise BadLineError(f"{USERNAME} is longer than 128 characters.")
    user = accounts.new_user(pool, username, given, "CONFIRMED" if has_hash else "RESET_REQUIRED", now)
    attributes.require_complete(pool, user.attributes)
    return user


def _require_verified(pool: Pool, of: Mapping[str, str]) -> None:
    flags = [attributes.VERIFIED_FLAGS[name] for name in pool.description.auto_verified_attributes or ()]
    if flags and not any(of.get(flag) == "true" for flag in flags):
        raise BadLineError(f"One of {', '.join(flags)} must be true.")


def _with_mfa(user: User, told: str) -> User:
    if told.lower() not in {"true", "false"}:
        raise BadLineError(f"{MFA} must be true or false.")
    if told.lower() == "false":
        return user
    if user.attributes.get("phone_number_verified") != "true":
        raise BadLineError(f"{MFA} is true, but there is no verified phone_number.")
    return replace(user, mfa_enabled=("SMS_MFA",), mfa_preferred="SMS_MFA")


def _fields(line: bytes) -> list[str]:
    try:
        text = line.decode()
    except UnicodeDecodeError:
        raise BadLineError("The line is not UTF-8.") from None
    if len(text) > LONGEST_LINE:
        raise BadLineError(f"The line is longer than {LONGEST_LINE} characters.")
    return [field.replace("\\,", ",") for field in _COMMA.split(text)]
