"""A pool's rules for passwords, in Cognito's words; and temporary passwords that keep them."""

import secrets
import string
from dataclasses import dataclass

from riskengine.base.secret import Secret

LONGEST_PASSWORD = 256
SYMBOLS = frozenset("^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+-")
_UPPERCASE = frozenset(string.ascii_uppercase)
_LOWERCASE = frozenset(string.ascii_lowercase)
_NUMBERS = frozenset(string.digits)

# A temporary password is read from a mail and typed: no look-alikes, nothing that mark-up changes.
_TYPED_UPPERCASE = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_TYPED_LOWERCASE = "abcdefghijkmnopqrstuvwxyz"
_TYPED_NUMBERS = "23456789"
_TYPED_SYMBOLS = "!@#%^*-_=+?"
_SHORTEST_TEMPORARY = 12


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """What a password must have; the defaults are Cognito's."""

    minimum_length: int = 8
    require_uppercase: bool = True
    require_lowercase: bool = True
    require_numbers: bool = True
    require_symbols: bool = True


def violations(password: Secret, policy: PasswordPolicy) -> tuple[str, ...]:
    """The rules a password breaks, in Cognito's words and order; empty if it conforms."""
    text = password.reveal()
    characters = set(text)
    # A space inside counts as a symbol, one at an end does not.
    has_symbol = not characters.isdisjoint(SYMBOLS) or " " in text.strip()
    checks = (
        (len(text) < policy.minimum_length, "Password not long enough"),
        (len(text) > LONGEST_PASSWORD, "Password too long"),
        (
            policy.require_uppercase and characters.isdisjoint(_UPPERCASE),
            "Password must have uppercase characters",
        ),
        (
            policy.require_lowercase and characters.isdisjoint(_LOWERCASE),
            "Password must have lowercase characters",
        ),
        (policy.require_numbers and characters.isdisjoint(_NUMBERS), "Password must have numeric characters"),
        (policy.require_symbols and not has_symbol, "Password must have symbol characters"),
    )
    return tuple(text for is_broken, text in checks if is_broken)


def complaint(password: Secret, policy: PasswordPolicy) -> str | None:
    """The message of InvalidPasswordException, which names the first broken rule; or None."""
    broken = violations(password, policy)
    return f"Password did not conform with policy: {broken[0]}" if broken else None


def generate_temporary(policy: PasswordPolicy) -> Secret:
    """A random password of at least 12 characters that conforms."""
    classes = [_TYPED_UPPERCASE, _TYPED_LOWERCASE, _TYPED_NUMBERS]
    if policy.require_symbols:
        classes.append(_TYPED_SYMBOLS)
    length = max(policy.minimum_length, _SHORTEST_TEMPORARY)
    characters = [secrets.choice(each) for each in classes]
    alphabet = "".join(classes)
    characters += [secrets.choice(alphabet) for _ in range(length - len(characters))]
    secrets.SystemRandom().shuffle(characters)
    return Secret("".join(characters))
