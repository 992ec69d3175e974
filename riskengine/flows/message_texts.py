"""What a message says: the pool's own texts, or plain ones of ours, with the code put in."""

from dataclasses import dataclass, field

from riskengine import api
from riskengine.base.secret import Secret
from riskengine.entities import Pool
from riskengine.entities.message import Medium

CODE = "{####}"
USERNAME = "{username}"


@dataclass(frozen=True, slots=True)
class Text:
    """A text before or after its placeholders were filled; an SMS has no subject."""

    body: str = field(repr=False)
    subject: str = ""


_DEFAULTS: dict[str, Text] = {
    "SignUp": Text(f"Your confirmation code is {CODE}.", "Your verification code"),
    "ResendCode": Text(f"Your confirmation code is {CODE}.", "Your verification code"),
    "ForgotPassword": Text(f"Your password reset code is {CODE}.", "Your password reset code"),
    "AdminCreateUser": Text(
        f"Your user name is {USERNAME} and your temporary password is {CODE}", "Your temporary password"
    ),
    "UpdateUserAttribute": Text(f"Your verification code is {CODE}.", "Your verification code"),
    "VerifyUserAttribute": Text(f"Your verification code is {CODE}.", "Your verification code"),
    "Authentication": Text(f"Your authentication code is {CODE}.", "Your authentication code"),
}


def text_of(pool: Pool, purpose: str, medium: Medium) -> Text:
    """The text with its placeholders, as the pool words it."""
    own = _own(pool.description, pool, purpose, medium)
    default = _DEFAULTS[purpose]
    body = own.body or default.body
    return Text(body, (own.subject or default.subject) if medium == "EMAIL" else "")


def filled(text: Text, username: str, secret: Secret) -> Text:
    """The text as it is sent."""
    return Text(_fill(text.body, username, secret), _fill(text.subject, username, secret))


def _fill(text: str, username: str, secret: Secret) -> str:
    # The user name first: what a user calls itself must not be read as a placeholder of the code.
    parts = text.split(CODE)
    return secret.reveal().join(part.replace(USERNAME, username) for part in parts)


def _own(description: api.UserPoolType, pool: Pool, purpose: str, medium: Medium) -> Text:
    match purpose:
        case "AdminCreateUser":
            admin = description.admin_create_user_config
            invite = (admin.invite_message_template if admin else None) or api.MessageTemplateType()
            return _by(medium, invite.sms_message, invite.email_message, invite.email_subject)
        case "Authentication":
            sms, email = pool.sms_mfa_configuration, pool.email_mfa_configuration
            own_sms = (sms.sms_authentication_message if sms else None) or (
                description.sms_authentication_message
            )
            return _by(medium, own_sms, email.message if email else None, email.subject if email else None)
        case _:
            template = description.verification_message_template or api.VerificationMessageTemplateType()
            return _by(
                medium,
                template.sms_message or description.sms_verification_message,
                template.email_message or description.email_verification_message,
                template.email_subject or description.email_verification_subject,
            )


def _by(medium: Medium, sms: str | None, email: str | None, subject: str | None) -> Text:
    return Text(sms or "") if medium == "SMS" else Text(email or "", subject or "")
