"""Lets the UserMigration trigger bring a user whom nobody here knows."""

from msgspec.structs import replace

from riskengine import api
from riskengine.base.secret import Secret
from riskengine.entities import Lockout
from riskengine.flows import accounts
from riskengine.flows.hooks import ERRORS, Migrated, migrated
from riskengine.flows.migration import newcomer
from riskengine.flows.sign_in.endings import refused
from riskengine.flows.sign_in.factors.guess import wrong
from riskengine.flows.sign_in.state import Ended, SignIn, Visit


def needed(sign_in: SignIn) -> bool:
    """When a sign-in begins with the password of a name that nobody has."""
    return sign_in.user is None and sign_in.ticket is None and sign_in.presents_proof


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """The user comes into being in the unit of this request."""
    username, password = visit.answer("USERNAME").reveal(), visit.answers.get("PASSWORD")
    if not password:
        return sign_in
    try:
        found = await migrated(
            visit.services,
            visit.pool,
            visit.client.id,
            username,
            source="Authentication",
            password=password,
            validation=visit.metadata,
            metadata={},
        )
    except api.errors.UserLambdaValidationException as error:
        # The function said no to this password: a guess like any other.
        return wrong(sign_in, visit, sign_in.guess_kind, sign_in.lockout, error)
    except ERRORS as error:
        return refused(sign_in, error)
    if found is None:
        return sign_in
    try:
        return await _arrived(sign_in, visit, username, found, password)
    except api.ApiError as error:
        return refused(sign_in, error)


async def _arrived(sign_in: SignIn, visit: Visit, username: str, found: Migrated, password: Secret) -> SignIn:
    user = newcomer(visit.services, visit.pool, username, found, visit.now, password=password)
    await accounts.add(visit.tx, visit.pool, user, takes_over=found.takes_aliases)
    event = replace(sign_in.event, sub=user.sub, username=user.username)
    # Failures so far were those of a name; the user's own are none yet.
    return replace(sign_in, user=user, username=user.username, event=event, lockout=Lockout())
