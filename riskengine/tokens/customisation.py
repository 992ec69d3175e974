"""What a PreTokenGeneration function changes in tokens, and the claims that nobody may touch."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from riskengine.tokens.claims import Claims, Subject

_GROUPS = "cognito:groups"
_OF_GROUPS = (_GROUPS, "cognito:roles", "cognito:preferred_role")
_OURS = "cognito:"
_SUPPRESSED_ONLY = "dev:"
# Claims that say who signed in, how and when: not for a function to say.
UNTOUCHABLE = frozenset(
    {
        "acr",
        "amr",
        "at_hash",
        "aud",
        "auth_time",
        "azp",
        "client_id",
        "device_key",
        "event_id",
        "exp",
        "iat",
        "identities",
        "iss",
        "jti",
        "nbf",
        "nonce",
        "origin_jti",
        "sub",
        "token_use",
        "username",
        "version",
    }
)


@dataclass(frozen=True, slots=True)
class Changes:
    """Claims to add or put in place of others, and claims to leave out, which wins."""

    add: Mapping[str, Any] = field(default_factory=dict)
    suppress: Collection[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups and roles as tokens tell them."""

    names: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    preferred_role: str | None = None


@dataclass(frozen=True, slots=True)
class Customisation:
    """All changes to the tokens of one answer. `groups` replace the user's own, in both tokens."""

    id: Changes = Changes()
    access: Changes = Changes()
    added_scopes: tuple[str, ...] = ()
    suppressed_scopes: Collection[str] = frozenset()
    groups: Groups | None = None

    def subject(self, subject: Subject) -> Subject:
        """The subject with the groups that the tokens shall tell."""
        if self.groups is None:
            return subject
        return replace(
            subject,
            groups=self.groups.names,
            roles=self.groups.roles,
            preferred_role=self.groups.preferred_role,
        )

    def scopes(self, scopes: tuple[str, ...]) -> tuple[str, ...]:
        """The access token's scopes, each once; what is suppressed is not added either."""
        wanted = dict.fromkeys((*scopes, *self.added_scopes))
        return tuple(scope for scope in wanted if scope not in self.suppressed_scopes)

    def id_claims(self, claims: Claims) -> Claims:
        """The ID token's claims."""
        return _changed(claims, self.id)

    def access_claims(self, claims: Claims) -> Claims:
        """The access token's; it may name the client as audience. Scopes have their own members."""
        audience = self.access.add.get("aud")
        changed = _changed({**claims}, self.access, own=("scope",))
        return {**changed, "aud": audience} if audience == claims["client_id"] else changed


UNCHANGED = Customisation()


def _changed(claims: Claims, changes: Changes, own: tuple[str, ...] = ()) -> Claims:
    added = {name: value for name, value in changes.add.items() if _may_add(name) and name not in own}
    gone = {name for name in changes.suppress if _may_suppress(name) and name not in own}
    if _GROUPS in gone:
        gone.update(_OF_GROUPS)
    return {name: value for name, value in {**claims, **added}.items() if name not in gone}


def _may_add(name: str) -> bool:
    return name not in UNTOUCHABLE and not name.startswith((_OURS, _SUPPRESSED_ONLY))


def _may_suppress(name: str) -> bool:
    return name == _GROUPS or (name not in UNTOUCHABLE and not name.startswith(_OURS))
