"""Customers' functions around accounts, one typed function per trigger; those of a sign-in build on it."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from riskengine import api
from riskengine.base.secret import Secret
from riskengine.entities import Pool, User
from riskengine.flows.services import Services
from riskengine.triggers import responses
from riskengine.triggers.interface import TriggerCall
from riskengine.triggers.once import Once

if TYPE_CHECKING:
    # Messages call these hooks to be composed.
    from riskengine.flows.messages import Letter

ERRORS = (
    api.errors.UserLambdaValidationException,
    api.errors.UnexpectedLambdaException,
    api.errors.InvalidLambdaResponseException,
)
_USERNAME_PLACEHOLDER = "{username}"
_LINK_PLACEHOLDER = "{##Click Here##}"
# Where a source is not called as its trigger is.
_EVENT_NAMES: Mapping[str, str] = {"PreTokenGeneration": "TokenGeneration"}
_SENDERS: Mapping[str, tuple[str, str]] = {
    "EMAIL": ("CustomEmailSender", "customEmailSenderRequestV1"),
    "SMS": ("CustomSMSSender", "customSMSSenderRequestV1"),
}

Metadata = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """Whom a function is told of. `user` is None for a name that nobody has (userNotFound)."""

    pool: Pool
    client: str
    username: str
    user: User | None


@dataclass(frozen=True, slots=True)
class PreSignUp:
    """What PreSignUp decided of a new user."""

    auto_confirm: bool = False
    verify_email: bool = False
    verify_phone: bool = False


@dataclass(frozen=True, slots=True)
class Migrated:
    """A user of somewhere else, as UserMigration describes them."""

    attributes: Mapping[str, str]
    status: Literal["CONFIRMED", "RESET_REQUIRED"]
    is_welcomed: bool
    mediums: tuple[str, ...]
    takes_aliases: bool
    has_sms_mfa: bool


@dataclass(frozen=True, slots=True)
class CustomMessage:
    """Texts in place of the pool's own; None where the function left them."""

    sms: str | None
    email: str | None
    subject: str | None


def once(services: Services) -> Services:
    """The same house for one request: a unit that starts over calls no function twice for the same event."""
    return dataclasses.replace(services, triggers=Once(services.triggers))


async def pre_sign_up(  # noqa: PLR0913 - one fact each
    services: Services,
    pool: Pool,
    client_id: str,
    user: User,
    *,
    source: Literal["SignUp", "AdminCreateUser", "ExternalProvider"],
    validation: Metadata,
    metadata: Metadata,
) -> PreSignUp:
    """Ask whether somebody may sign up; what it decides is ignored for AdminCreateUser.

    Raises:
        UserLambdaValidationException, UnexpectedLambdaException, InvalidLambdaResponseException:
            as every function here may.
    """
    told = Told(pool, client_id, user.username, user)
    request = {"validationData": dict(validation) or None, **filled(clientMetadata=metadata)}
    form = {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False}
    answer = await call(services, told, "PreSignUp", request, form, source=source)
    if answer is None:
        return PreSignUp()
    response = responses.read(responses.PreSignUpResponse, answer)
    if source == "AdminCreateUser":
        return PreSignUp()
    return PreSignUp(
        auto_confirm=bool(response.auto_confirm_user),
        verify_email=bool(response.auto_verify_email),
        verify_phone=bool(response.auto_verify_phone),
    )


async def post_confirmation(  # noqa: PLR0913 - one fact each
    services: Services,
    pool: Pool,
    client_id: str,
    user: User,
    *,
    source: Literal["ConfirmSignUp", "ConfirmForgotPassword"],
    metadata: Metadata,
) -> None:
    """Tell of a user who has confirmed, or chosen a new password."""
    told = Told(pool, client_id, user.username, user)
    await call(services, told, "PostConfirmation", filled(clientMetadata=metadata), {}, source=source)


async def migrated(  # noqa: PLR0913 - one fact each
    services: Services,
    pool: Pool,
    client_id: str,
    username: str,
    *,
    source: Literal["Authentication", "ForgotPassword"],
    password: Secret | None,
    validation: Metadata,
    metadata: Metadata,
) -> Migrated | None:
    """The user whom the function knows by this name (and password); None where it knows nobody."""
    request: dict[str, Any] = {"validationData": dict(validation) or None, **filled(clientMetadata=metadata)}
    if password is not None:
        request["password"] = password.reveal()
    form = {
        "userAttributes": None,
        "forceAliasCreation": None,
        "enableSMSMFA": None,
        "finalUserStatus": None,
        "messageAction": None,
        "desiredDeliveryMediums": None,
    }
    told = Told(pool, client_id, username, None)
    answer = await call(services, told, "UserMigration", request, form, source=source)
    if answer is None:
        return None
    response = responses.read(responses.MigrationResponse, answer)
    if not response.user_attributes:
        return None
    return Migrated(
        attributes=response.user_attributes,
        status=response.final_user_status or "RESET_REQUIRED",
        is_welcomed=response.message_action != "SUPPRESS",
        mediums=tuple(response.desired_delivery_mediums or ()),
        takes_aliases=bool(response.force_alias_creation),
        has_sms_mfa=bool(response.enable_sms_mfa),
    )


async def custom_message(
    services: Services, letter: "Letter", *, code_placeholder: str = "{####}"
) -> CustomMessage | None:
    """Texts for a message, if the function has any, with the placeholders still in them."""
    is_invitation = letter.purpose == "AdminCreateUser"
    told = Told(letter.pool, letter.client, letter.user.username, letter.user)
    request = {
        "codeParameter": code_placeholder,
        "linkParameter": _LINK_PLACEHOLDER,
        "usernameParameter": _USERNAME_PLACEHOLDER if is_invitation else None,
        **filled(clientMetadata=letter.metadata),
    }
    form = {"smsMessage": None, "emailMessage": None, "emailSubject": None}
    answer = await call(services, told, "CustomMessage", request, form, source=letter.purpose)
    if answer is None:
        return None
    response = responses.read(responses.CustomMessageResponse, answer)
    return CustomMessage(
        sms=response.sms_message or None,
        email=response.email_message or None,
        subject=response.email_subject or None,
    )


async def custom_sender(services: Services, letter: "Letter") -> bool:
    """Hand a message to the customer's own sender; False where the pool names none for the medium.

    There is no KMS here: `code` is in the clear, which is why the hook is signed and wants TLS.
    """
    trigger, kind = _SENDERS[letter.medium]
    told = Told(letter.pool, letter.client, letter.user.username, letter.user)
    request = {"type": kind, "code": letter.secret.reveal(), **filled(clientMetadata=letter.metadata)}
    return await call(services, told, trigger, request, {}, source=letter.purpose) is not None


async def call(  # noqa: PLR0913 - one fact each
    services: Services,
    told: Told,
    trigger: str,
    request: Mapping[str, Any],
    form: Mapping[str, Any],
    *,
    source: str,
    version: str = "1",
) -> dict[str, Any] | None:
    """What the pool's function answered; None, at no cost, where it names none."""
    if not services.triggers.has(told.pool, trigger):
        return None
    name = _EVENT_NAMES.get(trigger, trigger)
    return await services.triggers.call(
        TriggerCall(
            pool=told.pool,
            client=told.client,
            trigger=trigger,
            source=f"{name}_{source}",
            username=told.username,
            request={"userAttributes": attributes_of(told.user), **request},
            response=form,
            version=version,
        )
    )


def filled(**members: Mapping[str, str]) -> dict[str, Any]:
    """Those members of a request that have something in them; empty ones are left out."""
    return {name: dict(value) for name, value in members.items() if value}


def attributes_of(user: User | None) -> dict[str, str]:
    """A user's attributes as functions see them: all strings, the sub and the status among them."""
    if user is None:
        return {}
    return {"sub": user.sub, "cognito:user_status": user.status, **user.attributes}
