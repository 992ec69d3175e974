"""The PreTokenGeneration trigger: asked whenever tokens of a user are about to be made."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from riskengine.entities import Client, Pool
from riskengine.flows.hooks import Told, call, filled
from riskengine.flows.services import Services
from riskengine.flows.token_issuer import Grant, groups_of
from riskengine.tokens.customisation import UNCHANGED, Changes, Customisation, Groups
from riskengine.triggers import responses
from riskengine.triggers.functions import token_version

TokenSource = Literal[
    "Authentication", "NewPasswordChallenge", "AuthenticateDevice", "RefreshTokens", "TokenExchange"
]

_SCOPE = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")  # RFC 6749, 3.3


async def customised(
    services: Services,
    grant: Grant,
    *,
    source: TokenSource,
    scopes: Sequence[str],
    metadata: Mapping[str, str],
) -> Customisation:
    """What the function changes in the tokens of a grant; UNCHANGED where the pool names none.

    Raises:
        UserLambdaValidationException, UnexpectedLambdaException, InvalidLambdaResponseException:
            of the trigger.
    """
    version, groups = token_version(grant.pool), groups_of(grant)
    request: dict[str, Any] = {
        "groupConfiguration": {
            "groupsToOverride": list(groups.names),
            "iamRolesToOverride": list(groups.roles),
            "preferredRole": groups.preferred_role,
        },
        **filled(clientMetadata=metadata),
    }
    if version != "1":
        request["scopes"] = list(scopes)
    form = {"claimsOverrideDetails" if version == "1" else "claimsAndScopeOverrideDetails": None}
    told = Told(grant.pool, grant.client.id, grant.user.username, grant.user)
    answer = await call(services, told, "PreTokenGeneration", request, form, source=source, version=version)
    if answer is None:
        return UNCHANGED
    return _first_version(answer) if version == "1" else _later_version(answer)


async def customised_machine(
    services: Services,
    pool: Pool,
    client: Client,
    *,
    scopes: Sequence[str],
    metadata: Mapping[str, str],
) -> Customisation:
    """What the function changes in a client's own token; only its third version is asked.

    Raises:
        UserLambdaValidationException, UnexpectedLambdaException, InvalidLambdaResponseException:
            of the trigger.
    """
    if token_version(pool) != "3":
        return UNCHANGED
    told = Told(pool, client.id, client.id, None)
    request = {"scopes": list(scopes), **filled(clientMetadata=metadata)}
    form = {"claimsAndScopeOverrideDetails": None}
    answer = await call(
        services, told, "PreTokenGeneration", request, form, source="ClientCredentials", version="3"
    )
    return UNCHANGED if answer is None else _later_version(answer)


def _first_version(answer: Mapping[str, Any]) -> Customisation:
    details = responses.read(responses.TokenResponseV1, answer).claims_override_details
    if details is None:
        return UNCHANGED
    changes = Changes(details.claims_to_add_or_override or {}, frozenset(details.claims_to_suppress or ()))
    return Customisation(id=changes, groups=_groups(details.group_override_details))


def _later_version(answer: Mapping[str, Any]) -> Customisation:
    details = responses.read(responses.TokenResponseV2, answer).claims_and_scope_override_details
    if details is None:
        return UNCHANGED
    access = details.access_token_generation or responses.TokenChanges()
    added = tuple(access.scopes_to_add or ())
    if not all(_SCOPE.fullmatch(scope) for scope in added):
        raise responses.unrecognizable()
    return Customisation(
        id=_changes(details.id_token_generation or responses.TokenChanges()),
        access=_changes(access),
        added_scopes=added,
        suppressed_scopes=frozenset(access.scopes_to_suppress or ()),
        groups=_groups(details.group_override_details),
    )


def _changes(changes: responses.TokenChanges) -> Changes:
    return Changes(changes.claims_to_add_or_override or {}, frozenset(changes.claims_to_suppress or ()))


def _groups(override: responses.GroupOverride | None) -> Groups | None:
    # What the override leaves out is dropped: an empty one leaves no groups at all.
    if override is None:
        return None
    return Groups(
        names=tuple(override.groups_to_override or ()),
        roles=tuple(override.iam_roles_to_override or ()),
        preferred_role=override.preferred_role,
    )
