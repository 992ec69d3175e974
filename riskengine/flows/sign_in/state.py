"""The state of a sign-in: what one request knows (`SignIn`, `Visit`), what travels sealed (`Ticket`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from msgspec import Struct

from riskengine import api
from riskengine.base.secret import Secret
from riskengine.context.attempt import Observed
from riskengine.entities import AuthEvent, Client, Lockout, Pool, User
from riskengine.flows.observing import subject_key
from riskengine.flows.services import Services
from riskengine.flows.threat import ThreatPolicy
from riskengine.risk import Assessment
from riskengine.storage.interface import StoredProfile, Transaction

Afterwards = Callable[[], None]
PASSWORD_FLOWS = ("USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH")
MfaSetup = Literal["", "offered", "associated", "verified"]


class Ticket(Struct, frozen=True, kw_only=True, array_like=True):
    """What a challenge seals into `Session` or SECRET_BLOCK: where the sign-in stands, and what it awaits."""

    id: str  # spent once
    pool: str
    client: str
    flow: str
    is_admin: bool
    username: str
    sub: str  # empty: nobody has this user name
    event: str
    expires: int
    awaits: str
    credential_set_at: int  # another password since then ends the sign-in
    is_password_verified: bool = False
    is_decided: bool = False
    must_challenge: bool = False
    mfa_setup: MfaSetup = ""
    exchange: "SrpExchange | None" = None


class SrpExchange(Struct, frozen=True, array_like=True):
    """The server's side of an SRP run."""

    challenge: bytes  # srp.Challenge
    client_public: bytes


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a sign-in, as it came in. The same for all steps."""

    services: Services
    now: int
    request_id: str
    pool: Pool
    client: Client
    is_admin: bool
    answers: Mapping[str, Secret]
    observed: Observed
    threat: ThreatPolicy
    tx: Transaction  # collects the writes of this request

    def answer(self, name: str) -> Secret:
        """An answer that must be there.

        Raises:
            InvalidParameterException: naming the missing answer.
        """
        answer = self.answers.get(name)
        if answer is None:
            raise api.errors.InvalidParameterException(f"Missing required parameter {name}")
        return answer


class SignIn(Struct, frozen=True, kw_only=True):
    """Where a sign-in stands within one request; each step answers with a new one."""

    flow: str
    username: str  # as given; the stored one once the user is known
    user: User | None
    event: AuthEvent
    is_event_stored: bool = False
    awaited: str = ""  # the challenge that this request answers
    ticket: Ticket | None = None  # what this request answers with
    exchange: SrpExchange | None = None
    is_admitted: bool = False
    has_lock_checked: bool = False
    lockout: Lockout | None = None
    assessment: Assessment | None = None
    profile: StoredProfile | None = None
    is_assessed: bool = False
    is_password_verified: bool = False
    is_account_checked: bool = False
    is_password_screened: bool = False
    is_decided: bool = False
    must_challenge: bool = False
    mfa_setup: MfaSetup = ""
    is_second_factor_passed: bool = False
    was_challenged: bool = False
    afterwards: tuple[Afterwards, ...] = ()

    @property
    def presents_password(self) -> bool:
        """Whether this request brings a proof of the password, right or wrong."""
        return self.awaited == "PASSWORD_VERIFIER" or (not self.awaited and self.flow in PASSWORD_FLOWS)

    @property
    def guess_key(self) -> str:
        """Whose failures count together: the user's, or those of a name that nobody has."""
        return subject_key(self.username, self.user)

    @property
    def credential_set_at(self) -> int:
        """When the user's password was set; 0 for nobody's."""
        credential = self.user.credential if self.user else None
        return credential.set_at if credential else 0

    @property
    def known_user(self) -> User:
        """The user, once the password has been proved."""
        if self.user is None:
            raise AssertionError("a step after the first factor has a user")
        return self.user


@dataclass(frozen=True, slots=True)
class Challenge:
    """The next question to the client. `session` is None where the parameters carry the state."""

    name: str
    parameters: dict[str, str]
    session: Secret | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The tokens."""

    tokens: api.AuthenticationResultType


@dataclass(frozen=True, slots=True)
class Refusal:
    """The error that the client sees."""

    error: api.ApiError


Outcome = Challenge | SignedIn | Refusal


class Ended(Struct, frozen=True):
    """The end of one request: the state to make durable, and the answer.

    `is_spent`: the session that was answered is good no more (a wrong code leaves it open for another).
    `is_recorded`: there is something to record (nothing has been tried before SRP's first proof).
    """

    sign_in: SignIn
    outcome: Outcome
    is_spent: bool = True
    is_recorded: bool = True
