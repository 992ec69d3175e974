"""Whether an attempt comes from where its user is known: the path that a stranger's lock-out leaves open."""

from riskengine.risk.attempt import Attempt
from riskengine.risk.profile import Profile, facts, habit_in


def is_familiar(attempt: Attempt, profile: Profile) -> bool:
    """Whether this device, or this network together with this very agent, brought accepted sign-ins before.

    A device id is random and stays in its browser. Addresses and agents can be guessed, but an
    address can't be answered from elsewhere: somebody else's attempt is familiar only from inside
    the owner's own network. What feedback called bad is never familiar, nor what is hours old and
    was not proven.
    """
    values = facts(attempt)

    def is_known(name: str) -> bool:
        value = values.get(name)
        is_tainted = profile.taints.get(f"{name}:{value}", (0.0, 0.0))[1] > attempt.time
        return not is_tainted and habit_in(profile, name, value, attempt.time) > 0

    if "device" in values:
        return is_known("device")
    return is_known("prefix") and is_known("agent")
