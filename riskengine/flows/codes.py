"""Codes that are sent to prove an address, or to allow a new password: one of a kind is out at a time.

A code counts once. How often it can be guessed is bounded by `rates`: 15 tries an hour and user,
so that a searcher of six digits finds one in a million tries, within years, not hours.
"""

from dataclasses import dataclass

from msgspec.structs import replace

from riskengine import api
from riskengine.base.clock import DAY, HOUR
from riskengine.base.secret import Secret
from riskengine.credentials.codes import code_digest, is_code, new_code
from riskengine.entities import Pool, SentCode, User
from riskengine.entities.message import Medium
from riskengine.flows import messages
from riskengine.flows.services import Services
from riskengine.storage.interface import Transaction

SIGN_UP = "SignUp"
PASSWORD = "ForgotPassword"  # noqa: S105 - a purpose
_MOST_FAILURES = 15  # of one code, whoever counts the tries beside


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a code is to be sent for. `user` is None where existence is hidden: nothing is sent then."""

    pool: Pool
    client: str
    subject: str
    user: User | None
    purpose: str
    message: str  # CustomMessage's name of it
    medium: Medium
    destination: str
    now: int
    metadata: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """A code that came back, and what it is said to be good for."""

    pool: Pool
    subject: str
    purpose: str
    code: Secret
    now: int


def verification(attribute: str) -> str:
    """The purpose of a code that proves an address."""
    return f"Verify:{attribute}"


async def issue(services: Services, tx: Transaction, request: Request) -> api.CodeDeliveryDetailsType:
    """Send a code in place of the one that is out; both are durable together, or neither."""
    code = new_code()
    pool, subject, purpose = request.pool, request.subject, request.purpose
    before = await tx.codes.find(pool.id, subject, purpose)
    lifetime = HOUR if purpose == PASSWORD else DAY
    tx.codes.save(
        SentCode(
            pool=pool.id,
            subject=subject,
            purpose=purpose,
            digest=code_digest(services.sealer, code, _context(pool, subject, purpose)),
            created=request.now,
            expires=request.now + lifetime,
            value=request.destination,
            version=before.version if before else 0,
        )
    )
    if request.user is not None:
        letter = messages.Letter(
            pool=request.pool,
            client=request.client,
            user=request.user,
            purpose=request.message,
            medium=request.medium,
            destination=request.destination,
            secret=code,
            now=request.now,
            metadata=request.metadata,
        )
        await messages.send(services, tx, letter)
    return messages.details(request.medium, request.destination)


async def pretend(services: Services, tx: Transaction, request: Request) -> api.CodeDeliveryDetailsType:
    """As `issue` to nobody looks from outside; but a code that is out stays good, and may be guessed at anew.

    So who is stopped can't take the owner's code away, nor tell by guessing whose name it is.
    """
    out = await tx.codes.find(request.pool.id, request.subject, request.purpose)
    if out is None or request.now >= out.expires:
        return await issue(services, tx, request)
    lifetime = out.expires - out.created
    tx.codes.save(replace(out, failures=0, created=request.now, expires=request.now + lifetime))
    return messages.details(request.medium, request.destination)


async def redeem(services: Services, tx: Transaction, presented: Presented) -> SentCode | api.ApiError:
    """The code that this one is, used up in this unit; else the error, its failure counted in this unit."""
    pool, subject, purpose = presented.pool, presented.subject, presented.purpose
    sent = await tx.codes.find(pool.id, subject, purpose)
    if sent is None or presented.now >= sent.expires or sent.failures >= _MOST_FAILURES:
        return api.errors.ExpiredCodeException("Invalid code provided, please request a code again.")
    typed = Secret(presented.code.reveal().strip())
    if not is_code(services.sealer, typed, _context(pool, subject, purpose), sent.digest):
        tx.codes.save(replace(sent, failures=sent.failures + 1))
        return api.errors.CodeMismatchException("Invalid verification code provided, please try again.")
    tx.codes.delete(sent)
    return sent


def _context(pool: Pool, subject: str, purpose: str) -> str:
    return f"{pool.id}/{subject}/{purpose}"
