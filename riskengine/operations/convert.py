"""What is stored, in the shapes of the API."""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from riskengine import api
from riskengine.base.clock import to_seconds
from riskengine.base.secret import Secret
from riskengine.entities import AuthEvent, Client, ClientSecret, Group, Pool, User
from riskengine.flows import linked
from riskengine.operations import extensions

_UNKNOWN = "null"  # what the service writes for a place it does not know


def pool_arn(region: str, account: str, pool: str) -> str:
    """The resource name of a user pool."""
    return f"arn:aws:cognito-idp:{region}:{account}:userpool/{pool}"


def pool(stored: Pool, *, users: int) -> api.UserPoolType:
    """A pool as DescribeUserPool answers it; `users` is an estimate."""
    return replace(
        stored.description,
        creation_date=to_seconds(stored.created),
        last_modified_date=to_seconds(stored.modified),
        estimated_number_of_users=users,
    )


def pool_summary(stored: Pool) -> api.UserPoolDescriptionType:
    """A pool as a line of ListUserPools."""
    return api.UserPoolDescriptionType(
        id=stored.id,
        name=stored.description.name,
        lambda_config=stored.description.lambda_config,
        creation_date=to_seconds(stored.created),
        last_modified_date=to_seconds(stored.modified),
    )


def client(stored: Client, secret: Secret | None) -> api.UserPoolClientType:
    """An app client with its opened secret."""
    return replace(
        stored.description,
        client_secret=secret,
        client_type="REGULAR",  # nobody can register a client of their own
        creation_date=to_seconds(stored.created),
        last_modified_date=to_seconds(stored.modified),
    )


def client_secret(stored: ClientSecret) -> api.ClientSecretDescriptorType:
    """A secret's id and date, without its value."""
    return api.ClientSecretDescriptorType(
        client_secret_id=stored.id, client_secret_create_date=to_seconds(stored.created)
    )


def client_summary(stored: Client) -> api.UserPoolClientDescription:
    """A client as a line of ListUserPoolClients."""
    return api.UserPoolClientDescription(
        client_id=stored.id, user_pool_id=stored.pool, client_name=stored.description.client_name
    )


def attributes(sub: str, named: Mapping[str, str]) -> list[api.AttributeType]:
    """A user's attributes as a list, `sub` first."""
    listed = [api.AttributeType(name="sub", value=sub)]
    return listed + [api.AttributeType(name=name, value=value) for name, value in sorted(named.items())]


def mfa_options(stored: User) -> list[api.MFAOptionType] | None:
    """Where SMS codes go, as SetUserSettings said it."""
    options = [api.MFAOptionType(delivery_medium="SMS", attribute_name=name) for name in stored.mfa_options]
    return options or None


def user(stored: User, only: Iterable[str] | None = None) -> api.UserType:
    """A user as a line of a list; `only` names the attributes that are asked for."""
    listed = attributes(stored.sub, {**stored.attributes, **linked.attribute(stored)})
    if only is not None:
        wanted = frozenset(only)
        listed = [attribute for attribute in listed if attribute.name in wanted]
    return api.UserType(
        username=stored.username,
        attributes=listed,
        user_create_date=to_seconds(stored.created),
        user_last_modified_date=to_seconds(stored.modified),
        enabled=stored.is_enabled,
        user_status=stored.status,
        mfa_options=mfa_options(stored),
    )


def group(stored: Group) -> api.GroupType:
    """A group."""
    return api.GroupType(
        group_name=stored.name,
        user_pool_id=stored.pool,
        description=stored.description,
        role_arn=stored.role_arn,
        precedence=stored.precedence,
        creation_date=to_seconds(stored.created),
        last_modified_date=to_seconds(stored.modified),
    )


def auth_event(event: AuthEvent, *, is_extended: bool = False) -> api.AuthEventType:
    """An authentication event; a level of None is left out, as nothing was found."""
    risk = api.EventRiskType(
        risk_decision=event.decision,
        risk_level=None if event.level == "None" else event.level,
        compromised_credentials_detected=event.is_compromised,
    )
    told = api.AuthEventType(
        event_id=event.id,
        event_type=event.type,
        creation_date=to_seconds(event.time),
        event_response=event.response,
        event_risk=extensions.event_risk(event, risk) if is_extended else risk,
        challenge_responses=[
            api.ChallengeResponseType(challenge_name=name, challenge_response=response)
            for name, response in event.challenges
        ],
        event_context_data=api.EventContextDataType(
            ip_address=event.address,
            device_name=event.device_name,
            timezone=event.timezone,
            city=event.city or _UNKNOWN,
            country=event.country or _UNKNOWN,
        ),
        event_feedback=_feedback(event),
    )
    return extensions.auth_event(event, told) if is_extended else told


def _feedback(event: AuthEvent) -> api.EventFeedbackType | None:
    if event.feedback is None:
        return None
    return api.EventFeedbackType(
        feedback_value=event.feedback.value,
        provider=event.feedback.provider,
        feedback_date=to_seconds(event.feedback.date),
    )
