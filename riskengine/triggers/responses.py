"""The `response` of each trigger's answer, as types; what a function leaves null it does not say."""

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

import msgspec

from riskengine import api


class Response(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Members that a type does not know are ignored."""


T = TypeVar("T", bound=Response)


class PreSignUpResponse(Response, frozen=True, kw_only=True):
    """What PreSignUp decides."""

    auto_confirm_user: bool | None = None
    auto_verify_email: bool | None = None
    auto_verify_phone: bool | None = None


class DefineResponse(Response, frozen=True, kw_only=True):
    """What DefineAuthChallenge decides."""

    challenge_name: str | None = None
    issue_tokens: bool | None = None
    fail_authentication: bool | None = None


class CreateResponse(Response, frozen=True, kw_only=True):
    """The challenge that CreateAuthChallenge made."""

    public_challenge_parameters: dict[str, str] | None = None
    private_challenge_parameters: dict[str, str] | None = None
    challenge_metadata: str | None = None


class VerifyResponse(Response, frozen=True, kw_only=True):
    """The judgement of VerifyAuthChallengeResponse, which has to be one."""

    answer_correct: bool


class MigrationResponse(Response, frozen=True, kw_only=True):
    """The user that UserMigration brings."""

    user_attributes: dict[str, str] | None = None
    final_user_status: Literal["CONFIRMED", "RESET_REQUIRED"] | None = None
    message_action: str | None = None
    desired_delivery_mediums: list[str] | None = None
    force_alias_creation: bool | None = None
    enable_sms_mfa: bool | None = msgspec.field(default=None, name="enableSMSMFA")


class CustomMessageResponse(Response, frozen=True, kw_only=True):
    """The texts of CustomMessage."""

    sms_message: str | None = None
    email_message: str | None = None
    email_subject: str | None = None


class GroupOverride(Response, frozen=True, kw_only=True):
    """Groups and roles in place of the user's own; what it leaves out is nothing."""

    groups_to_override: list[str] | None = None
    iam_roles_to_override: list[str] | None = None
    preferred_role: str | None = None


class ClaimsV1(Response, frozen=True, kw_only=True):
    """Changes to the ID token; values are strings."""

    claims_to_add_or_override: dict[str, str] | None = None
    claims_to_suppress: list[str] | None = None
    group_override_details: GroupOverride | None = None


class TokenResponseV1(Response, frozen=True, kw_only=True):
    """What PreTokenGeneration V1 answers."""

    claims_override_details: ClaimsV1 | None = None


class TokenChanges(Response, frozen=True, kw_only=True):
    """Changes to one token; values are any JSON. Scopes are the access token's."""

    claims_to_add_or_override: dict[str, Any] | None = None
    claims_to_suppress: list[str] | None = None
    scopes_to_add: list[str] | None = None
    scopes_to_suppress: list[str] | None = None


class ClaimsV2(Response, frozen=True, kw_only=True):
    """Changes to both tokens."""

    id_token_generation: TokenChanges | None = None
    access_token_generation: TokenChanges | None = None
    group_override_details: GroupOverride | None = None


class TokenResponseV2(Response, frozen=True, kw_only=True):
    """What PreTokenGeneration V2 and V3 answer."""

    claims_and_scope_override_details: ClaimsV2 | None = None


def read(kind: type[T], response: Mapping[str, Any]) -> T:
    """A response as its type.

    Raises:
        InvalidLambdaResponseException: a member has another type.
    """
    try:
        return msgspec.convert(response, kind)
    except msgspec.ValidationError:
        raise unrecognizable() from None


def unrecognizable() -> api.errors.InvalidLambdaResponseException:
    """The answer is no event of this trigger."""
    return api.errors.InvalidLambdaResponseException("Unrecognizable lambda output")
