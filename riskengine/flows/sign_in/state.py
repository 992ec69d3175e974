"""The state of a sign-in: what one request knows (`SignIn`, `Visit`), what travels sealed (`Ticket`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from msgspec import Struct

from riskengine import api
from riskengine.base.secret import Secret
from riskengine.context.attempt import Observed, RawContext
from riskengine.entities import AuthEvent, Client, Device, Group, Lockout, Pool, User
from riskengine.flows.observing import subject_key
from riskengine.flows.services import Services
from riskengine.flows.test_mode import NOTHING, Forced
from riskengine.flows.threat import ThreatPolicy
from riskengine.flows.token_issuer import NewSession
from riskengine.risk import Assessment
from riskengine.storage.interface import NO_PROFILE, GuessKind, StoredProfile, Transaction

Afterwards = Callable[[], None]
PASSWORD_FLOWS = ("USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH")
# Challenges whose answer may be the first proof of who somebody is.
_PROOFS = (
    "ADMIN_NO_SRP_AUTH",
    "PASSWORD",
    "PASSWORD_VERIFIER",
    "EMAIL_OTP",
    "SMS_OTP",
    "WEB_AUTHN",
    "CUSTOM_CHALLENGE",
)
MfaSetup = Literal["", "offered", "associated", "verified", "address"]
FirstFactor = Literal[
    "", "PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN", "CUSTOM", "CONFIRMATION"
]


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
    is_recorded: bool = True  # the event is in the store
    first_factor: FirstFactor = ""  # by which the user has proved who they are
    is_decided: bool = False
    must_challenge: bool = False
    mfa_setup: MfaSetup = ""
    is_second_factor_passed: bool = False
    device_key: str = ""
    asked: "Asked | None" = None
    custom: "CustomRun | None" = None


class SrpExchange(Struct, frozen=True, array_like=True, tag="srp"):
    """The server's side of an SRP run."""

    challenge: bytes  # srp.Challenge
    client_public: bytes


class AskedCode(Struct, frozen=True, array_like=True, tag="code"):
    """A code that was sent: its digest, and the attribute and address it went to."""

    digest: bytes
    attribute: str
    destination: str


class AskedPasskey(Struct, frozen=True, array_like=True, tag="passkey"):
    """The random bytes that a passkey has to sign."""

    challenge: bytes


Asked = SrpExchange | AskedCode | AskedPasskey


class CustomRound(Struct, frozen=True, array_like=True):
    """One challenge of CUSTOM_AUTH that was answered, as DefineAuthChallenge is told of it."""

    name: str
    is_passed: bool
    metadata: str | None = None


class CustomRun(Struct, frozen=True, array_like=True):
    """The challenges of CUSTOM_AUTH so far, and what the outstanding one must be held against."""

    rounds: tuple[CustomRound, ...] = ()
    private: dict[str, str] = {}
    metadata: str | None = None  # of the outstanding challenge


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request of a sign-in as the API took it, admin or public."""

    services: Services
    now: int
    request_id: str
    pool: Pool
    client: Client
    is_admin: bool
    answers: Mapping[str, Secret]
    context: RawContext
    metadata: Mapping[str, str] = field(default_factory=dict)  # ClientMetadata
    session: str | None = None  # of ConfirmSignUp, which USER_AUTH takes as a first proof


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
    metadata: Mapping[str, str]  # ClientMetadata of this request
    session: str | None = None  # that a sign-in begins with
    forced: Forced = NOTHING  # by a request in test mode

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
    asked: Asked | None = None  # what the awaited challenge keeps to judge the answer by
    custom: CustomRun | None = None
    presents_proof: bool = False  # this request brings the first proof of who somebody is
    is_admitted: bool = False
    is_announced: bool = False  # to the PreAuthentication trigger
    device_key: str = ""  # the client says it speaks from this device
    device: Device | None = None  # the device of that key; its secret is proved later
    is_device_looked_up: bool = False
    is_device_proved: bool = False
    guess_kind: GuessKind = "password"  # whose failures the first factor counts with
    has_lock_checked: bool = False
    lockout: Lockout = Lockout()  # of the failures that the first factor counts with
    assessment: Assessment | None = None
    profile: StoredProfile = NO_PROFILE
    groups: tuple[Group, ...] = ()
    is_assessed: bool = False
    is_scored_now: bool = False  # by this request
    first_factor: FirstFactor = ""
    is_account_checked: bool = False
    is_password_screened: bool = False
    is_decided: bool = False
    must_challenge: bool = False
    notifies: bool = False  # this request decided, and the user is to hear of it
    mfa_setup: MfaSetup = ""
    is_second_factor_passed: bool = False
    is_approved: bool = False  # by the PostAuthentication trigger
    afterwards: tuple[Afterwards, ...] = ()

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


def brings_proof(flow: str, awaited: str, answers: Mapping[str, Secret]) -> bool:
    """Whether a request that nobody has proved anything in yet brings a first proof, right or wrong."""
    if awaited in _PROOFS or (not awaited and flow in PASSWORD_FLOWS):
        return True
    chooses = flow == "USER_AUTH" and awaited in {"", "SELECT_CHALLENGE"}
    return chooses and bool(answers.get("PASSWORD") or answers.get("CREDENTIAL"))


@dataclass(frozen=True, slots=True)
class Challenge:
    """The next question to the client. `session` is None where the parameters carry the state.

    `available` are the first factors to choose from, where the flow offers a choice.
    """

    name: str
    parameters: dict[str, str]
    session: Secret | None = None
    available: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The tokens, signed while the session is written; good once the request's unit is durable."""

    begun: NewSession
    new_device: api.NewDeviceMetadataType | None = None


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
