"""What an operator chooses for a pool beyond Cognito's own settings: tags that begin with `riskengine:`.

Tags travel with every tool that manages user pools; Cognito's shapes have no other room.
"""

from collections.abc import Mapping
from typing import Final

from riskengine.risk import PRESETS, Stance

PREFIX: Final = "riskengine:"
_PRESET: Final = f"{PREFIX}preset"
# Of the pool; followed by a colon and a client id, of that client.
_SENSITIVITY: Final = f"{PREFIX}sensitivity"
_REVOKES: Final = f"{PREFIX}revoke-on-invalid"
# Lets requests say what threat protection finds in them: never where real people sign in.
_TEST_MODE: Final = f"{PREFIX}test-mode"
_SENSITIVITIES: Final[Mapping[str, int]] = {"low": -10, "normal": 0, "high": 10}  # points

# Name of the tag -> the values it takes.
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    _PRESET: PRESETS,
    _SENSITIVITY: tuple(_SENSITIVITIES),
    _REVOKES: ("true", "false"),
    _TEST_MODE: ("off", "on"),
}


def fault_of(name: str, value: str) -> str | None:
    """Why a tag of ours can't be taken, None if it can or is none of ours."""
    if not name.startswith(PREFIX):
        return None
    known = CHOICES.get(_SENSITIVITY if name.startswith(f"{_SENSITIVITY}:") else name)
    if known is None:
        return f"Unknown tag {name}: the tags with that prefix are {', '.join(CHOICES)}."
    return None if value in known else f"The value of tag {name} must be one of {', '.join(known)}."


def stance_of(tags: Mapping[str, str], client: str) -> Stance:
    """Where the levels of one client begin; its own sensitivity wins over the pool's."""
    sensitivity = tags.get(f"{_SENSITIVITY}:{client}") or tags.get(_SENSITIVITY, "normal")
    return Stance(tags.get(_PRESET, PRESETS[0]), _SENSITIVITIES.get(sensitivity, 0))


def revokes_on_invalid(tags: Mapping[str, str]) -> bool:
    """Whether an Invalid verdict ends its event's sessions: yes, unless the tag says false."""
    return tags.get(_REVOKES) != "false"


def is_test(tags: Mapping[str, str]) -> bool:
    """Whether requests may force what is found in them (`riskengine:test-mode` = `on`)."""
    return tags.get(_TEST_MODE) == "on"
