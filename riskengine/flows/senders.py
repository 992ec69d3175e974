"""Which sender a customer may name: the identity of its ARN vouches for it, as in Amazon SES."""

from email.utils import parseaddr

_IDENTITY = ":identity/"


def may_send_as(source_arn: str, sender: str) -> bool:
    """Whether an identity's ARN covers a From: its own address, or one in its domain."""
    head, found, identity = source_arn.partition(_IDENTITY)
    address = parseaddr(sender)[1].lower()
    local, at, domain = address.rpartition("@")
    if not found or not head.startswith("arn:") or not local or not at or not domain:
        return False
    identity = identity.lower()
    if "@" in identity:
        return address == identity
    return domain == identity or domain.endswith(f".{identity}")
