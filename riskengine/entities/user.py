"""A user of a pool, the credential, and the lock on guessing."""

from typing import Literal

from msgspec import Struct

UserStatus = Literal[
    "UNCONFIRMED", "CONFIRMED", "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED", "EXTERNAL_PROVIDER"
]
HashAlgorithm = Literal["BCRYPT", "SCRYPT", "ARGON2ID", "PBKDF2_SHA256"]
MfaFactor = Literal["SOFTWARE_TOKEN_MFA", "SMS_MFA", "EMAIL_OTP"]


class Credential(Struct, frozen=True, kw_only=True):
    """An SRP verifier, sealed, and its salt (hex)."""

    salt: str
    verifier: bytes
    set_at: int


class ForeignHash(Struct, frozen=True, kw_only=True):
    """A password hash that another system made, sealed; gone at the first sign-in that proves it."""

    algorithm: HashAlgorithm
    sealed: bytes
    set_at: int


class SoftwareToken(Struct, frozen=True, kw_only=True):
    """A TOTP generator: sealed secret, and the last time step that was used."""

    secret: bytes
    is_verified: bool = False
    last_step: int = 0
    device_name: str | None = None


class LinkedIdentity(Struct, frozen=True, kw_only=True):
    """Somebody at an identity provider who is this user: found by one attribute's value there."""

    provider: str
    type: str
    attribute: str  # "Cognito_Subject" for the provider's own id of them
    value: str
    created: int


class User(Struct, frozen=True, kw_only=True):
    """A user. `attributes` hold every attribute but `sub`, as the API writes them."""

    pool: str
    sub: str
    username: str
    created: int
    modified: int
    status: UserStatus
    is_enabled: bool = True
    attributes: dict[str, str] = {}
    unproved: dict[str, str] = {}  # new addresses that wait for their code; the old ones hold until then
    credential: Credential | None = None
    foreign_hash: ForeignHash | None = None  # of an imported user, until the first sign-in
    former_credentials: tuple[Credential, ...] = ()  # newest first, as many as the pool remembers
    temporary_until: int | None = None  # a temporary password's end
    software_token: SoftwareToken | None = None
    mfa_enabled: tuple[MfaFactor, ...] = ()
    mfa_preferred: MfaFactor | None = None
    mfa_options: tuple[str, ...] = ()  # SetUserSettings: attributes that SMS codes go to
    identities: tuple[LinkedIdentity, ...] = ()
    signed_out_at: int = 0  # tokens issued up to then are dead
    version: int = 0

    @property
    def has_password(self) -> bool:
        """Whether some password proves who the user is."""
        return self.credential is not None or self.foreign_hash is not None


class Lockout(Struct, frozen=True, kw_only=True):
    """Failures in a row of one user and one kind of guess, and the lock they brought."""

    failures: int = 0
    last_failure: int = 0
    locked_until: int = 0
    version: int = 0
