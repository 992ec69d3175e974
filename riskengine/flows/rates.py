"""What may be done so often an hour: sending codes, guessing them, changing passwords (a sliding hour)."""

from msgspec.structs import replace

from riskengine import api
from riskengine.base.clock import HOUR
from riskengine.storage.interface import Transaction

# Per user and hour; the service names a range for recovery, and lets ten a minute pass elsewhere.
LIMITS = {
    "ForgotPassword": 5,
    "ConfirmForgotPassword": 15,
    "ResendConfirmationCode": 5,
    "ConfirmSignUp": 15,
    "GetUserAttributeVerificationCode": 5,
    "VerifyUserAttribute": 15,
    "ChangePassword": 5,
    "Authentication": 15,  # codes sent to sign in with
    "SecondFactor": 30,
}


async def count(tx: Transaction, pool: str, subject: str, kind: str, now: int) -> None:
    """Count one use in this unit.

    Raises:
        LimitExceededException: there were too many within the hour; this one is not counted.
    """
    window = await tx.rates.find(pool, subject, kind)
    recent = tuple(time for time in window.times if time > now - HOUR)
    if len(recent) >= LIMITS[kind]:
        raise api.errors.LimitExceededException("Attempt limit exceeded, please try after some time.")
    tx.rates.save(pool, subject, kind, replace(window, times=(*recent, now)), expires=now + HOUR)
