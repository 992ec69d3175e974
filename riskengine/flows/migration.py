"""Users come over from another directory, one by one, as the UserMigration trigger describes them."""

from msgspec.structs import replace

from riskengine.base.ids import new_uuid
from riskengine.base.secret import Secret
from riskengine.entities import Pool, User
from riskengine.flows import accounts, attributes
from riskengine.flows.hooks import Migrated
from riskengine.flows.passwords import new_credential
from riskengine.flows.services import Services

# Functions may tell the user name among the attributes, where somebody signs in by an address.
_USERNAME = "username"


def newcomer(  # noqa: PLR0913 - one fact each
    services: Services, pool: Pool, username: str, migrated: Migrated, now: int, *, password: Secret | None
) -> User:
    """The user to be stored (`accounts.add`, taking aliases over if `migrated` says so).

    Without a password the user has no credential yet.

    Raises:
        InvalidParameterException: the name or an attribute breaks the pool's rules.
    """
    given = {name: value for name, value in migrated.attributes.items() if name != _USERNAME}
    name = _name(pool, username, migrated)
    user = accounts.new_user(pool, name, given, migrated.status, now)
    if migrated.has_sms_mfa and "phone_number" in user.attributes:
        user = replace(user, mfa_enabled=("SMS_MFA",))
    if password is None:
        return user
    return replace(user, credential=new_credential(services, pool, user.username, password, now))


def _name(pool: Pool, username: str, migrated: Migrated) -> str:
    """What the user is called: an alias that somebody typed is an attribute, and no name."""
    told = migrated.attributes.get(_USERNAME)
    if told and not pool.description.username_attributes:
        return told
    aliases = pool.description.alias_attributes or ()
    is_email = "email" in aliases and attributes.is_email(username)
    is_phone_number = "phone_number" in aliases and attributes.is_phone_number(username)
    return new_uuid() if is_email or is_phone_number else username
