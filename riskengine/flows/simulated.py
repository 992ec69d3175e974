"""Where a code for a name that nobody has would have gone: the same answer for the same name."""

from riskengine.entities import Pool
from riskengine.entities.message import Medium
from riskengine.flows.attributes import is_email, is_phone_number
from riskengine.flows.services import Services

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def simulated_address(services: Services, pool: Pool, username: str) -> tuple[Medium, str]:
    """An address such as a user would have; one given as the name is its own."""
    if is_email(username):
        return "EMAIL", username
    if is_phone_number(username):
        return "SMS", username
    key = f"{pool.id}/{pool.username_key(username)}".encode("utf-8", "surrogatepass")
    seed = services.sealer.digest("simulated", key)
    verified = pool.description.auto_verified_attributes or ["email"]
    if "email" in verified:
        local, domain = _LETTERS[seed[0] % 26], _LETTERS[seed[1] % 26]
        return "EMAIL", f"{local}@{domain}"
    return "SMS", f"+{int.from_bytes(seed[:4], 'big') % 10_000:04}"
