"""Passwords: what a pool accepts, and the one credential (an SRP verifier, sealed) that proves them."""

from msgspec.structs import replace

from riskengine import api
from riskengine.base.secret import Secret
from riskengine.credentials import srp
from riskengine.credentials.decoys import decoy_salt, decoy_verifier
from riskengine.credentials.password_hashes import proves
from riskengine.credentials.password_policy import PasswordPolicy, complaint
from riskengine.entities import Credential, ForeignHash, Pool, User
from riskengine.entities.user import HashAlgorithm
from riskengine.flows.services import Services

_PURPOSE = "verifier"
_FOREIGN = "foreign-hash"


def policy_of(pool: Pool) -> PasswordPolicy:
    """The pool's rules, Cognito's defaults where it has none."""
    policies = pool.description.policies
    policy = policies.password_policy if policies else None
    if policy is None:
        return PasswordPolicy()
    return PasswordPolicy(
        minimum_length=policy.minimum_length or 8,
        require_uppercase=bool(policy.require_uppercase),
        require_lowercase=bool(policy.require_lowercase),
        require_numbers=bool(policy.require_numbers),
        require_symbols=bool(policy.require_symbols),
    )


def require_conforming(pool: Pool, password: Secret) -> None:
    """Raises InvalidPasswordException with the first rule that the password breaks."""
    text = complaint(password, policy_of(pool))
    if text:
        raise api.errors.InvalidPasswordException(text)


def new_credential(services: Services, pool: Pool, username: str, password: Secret, now: int) -> Credential:
    """A credential that proves this password of this user name."""
    salt = srp.new_salt()
    identity = srp.Identity(pool.short_name, username)
    verifier = srp.new_verifier(identity, password, salt)
    sealed = services.sealer.seal(_PURPOSE, verifier, _context(pool, username))
    return Credential(salt=salt, verifier=sealed, set_at=now)


def with_password(services: Services, pool: Pool, user: User, password: Secret, now: int) -> User:
    """The user with another password; as many former ones are remembered as the pool's policy says."""
    former = (user.credential, *user.former_credentials) if user.credential else user.former_credentials
    return replace(
        user,
        credential=new_credential(services, pool, user.username, password, now),
        foreign_hash=None,
        former_credentials=former[: _history_size(pool)],
        modified=now,
    )


def require_unused(services: Services, pool: Pool, user: User, password: Secret) -> None:
    """Raises PasswordHistoryPolicyViolationException for one of the user's last passwords."""
    size = _history_size(pool)
    last = (user.credential, *user.former_credentials) if user.credential else user.former_credentials
    identity = srp.Identity(pool.short_name, user.username)
    for credential in last[:size]:
        verifier = services.sealer.open(_PURPOSE, credential.verifier, _context(pool, user.username))
        if srp.proves(identity, password, credential.salt, verifier):
            raise api.errors.PasswordHistoryPolicyViolationException("Password has previously been used.")


def _history_size(pool: Pool) -> int:
    policies = pool.description.policies
    policy = policies.password_policy if policies else None
    return (policy.password_history_size if policy else None) or 0


def verifier_of(services: Services, pool: Pool, username: str, user: User | None) -> tuple[str, bytes]:
    """Salt (hex) and verifier of a user, or of the decoy that stands for nobody."""
    credential = user.credential if user else None
    if credential is None:
        key = services.sealer.derived("decoy", pool.id)
        return decoy_salt(key, pool.id, username), decoy_verifier(key, pool.id, username)
    return credential.salt, services.sealer.open(_PURPOSE, credential.verifier, _context(pool, username))


def is_right(services: Services, pool: Pool, username: str, user: User | None, password: Secret) -> bool:
    """Whether it is the user's password; nobody's costs the same time."""
    salt, verifier = verifier_of(services, pool, username, user)
    identity = srp.Identity(pool.short_name, username)
    # A tenth of a millisecond from a table: less than going to a thread and back.
    proven = srp.proves(identity, password, salt, verifier)
    return proven and user is not None and user.credential is not None


def foreign_hash(services: Services, algorithm: HashAlgorithm, sub: str, text: str, now: int) -> ForeignHash:
    """Another system's hash as it is stored."""
    sealed = services.sealer.seal(_FOREIGN, text.encode(), sub.encode())
    return ForeignHash(algorithm=algorithm, sealed=sealed, set_at=now)


async def is_right_by_foreign_hash(services: Services, user: User, password: Secret) -> bool:
    """Whether it is the password behind another system's hash; on a thread, for it takes long."""
    if user.foreign_hash is None:
        return False
    text = services.sealer.open(_FOREIGN, user.foreign_hash.sealed, user.sub.encode()).decode()
    return await services.offload.run(proves, user.foreign_hash.algorithm, text, password)


def _context(pool: Pool, username: str) -> bytes:
    return f"{pool.id}/{username}".encode()
