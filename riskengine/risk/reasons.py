"""Reasons with their points, the assessment they add up to, and the table of their codes."""

from dataclasses import dataclass
from typing import Final, Literal, Self

from riskengine.risk.level import Level, Thresholds

Sign = Literal["POSITIVE", "NEGATIVE", "UNKNOWN"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a score. POSITIVE raises the risk, NEGATIVE lowers it, UNKNOWN could not be told."""

    code: str  # of CODES
    points: int  # 10 double the odds of an attack
    text: str
    sign: Sign

    @classmethod
    def of(cls, code: str, points: int, text: str) -> Self:
        """A reason, its sign told by its points."""
        return cls(code, points, text, "NEGATIVE" if points < 0 else "POSITIVE" if points else "UNKNOWN")


@dataclass(frozen=True, slots=True)
class Assessment:
    """A scored attempt; `score` is exactly the sum of the reasons' points."""

    score: int
    level: Level
    reasons: tuple[Reason, ...]
    thresholds: Thresholds

    @property
    def evidence(self) -> int:
        """Points of the reasons that are no novelty: reputation, contradictions, feedback."""
        return sum(reason.points for reason in self.reasons if reason.code in EVIDENCE)


LEARNED: Final = "LEARNED"
TRAINED: Final = "TRAINED"

CODES: Final = {
    "FIRST_SIGN_IN": "Nothing is known of this user yet.",
    "COLD_START": "Novelty counts less while a user has hardly any history.",
    "USUAL_NETWORK": "The address, its neighbourhood or its provider belongs to the user's habits.",
    "NEW_NETWORK": "A provider the user never came from, in a country the user did.",
    "NEW_COUNTRY": "A country the user never came from.",
    "UNKNOWN_NETWORK": "The address is private or in no table: nothing is concluded from it.",
    "COMMON_NETWORK": "The new network is one that many users of the pool share.",
    "RARE_NETWORK": "The new network is hardly ever seen in the pool.",
    "HOSTING_NETWORK": "A data centre, VPN, Tor or listed network, against the user's habits.",
    "USUAL_EXIT": "The user often comes through this kind of network.",
    "KNOWN_DEVICE": "A device the user signed in with before.",
    "USUAL_AGENT": "The browser the user signed in with before.",
    "NEW_DEVICE": "A device the user never signed in with.",
    "NEW_AGENT": "A browser or system the user never signed in with.",
    "DEVICE_COPIED": "A known device id that arrives in another browser.",
    "UNKNOWN_DEVICE": "Neither the agent nor a collector tells of the device.",
    "COMMON_AGENT": "The new browser is one that many users of the pool share.",
    "RARE_AGENT": "The new browser is hardly ever seen in the pool.",
    "AUTOMATED_AGENT": "A program or bot instead of a browser, new to the user.",
    "AGENT_DOWNGRADE": "An older version of a browser the user has already left behind.",
    "MISSING_COLLECTOR": "No device data from a user who always sends it.",
    "DEVICE_ON_OTHER_ACCOUNTS": "Other accounts came with the same device.",
    "DEVICE_BIRTH": "The device id claims an impossible date of birth.",
    "DEVICE_FAULT": "The collector's data is unsigned, for another user or pool, stale or broken.",
    "HEADER_MISMATCH": "What the client says of itself contradicts itself.",
    "LANGUAGE": "The language, against the user's habits.",
    "TIME_ZONE": "The time zone, against the user's habits.",
    "HEADER_ORDER": "The order of the headers, against the user's habits with that browser.",
    "RARE_HEADERS": "An order of headers that this browser hardly ever sends in the pool.",
    "PLATFORM": "The platform, against the user's habits.",
    "SCREEN": "The screen, against the user's habits.",
    "DISTANCE": "How far the place is from the nearest the user is known at.",
    "IMPOSSIBLE_TRAVEL": "Faster than an airliner since the last good sign-in.",
    "HOUR": "The hour of the day, against the user's habits.",
    "IP_FAILURES": "Failed sign-ins from this address.",
    "PREFIX_FAILURES": "Failed sign-ins from the neighbourhood of this address.",
    "ASN_FAILURES": "Failed sign-ins from this provider, against its good ones.",
    "WIDE_ATTEMPTS": "Many users tried from one address or its neighbourhood: stuffing.",
    "WIDE_PASSWORD": "One password tried on many users: spraying.",
    "AGENT_FAILURES": "Failed sign-ins of this very client, against its good ones.",
    "ACCOUNT_FAILURES": "Failed sign-ins of this user.",
    "ATTACK_WAVE": "More of the pool's sign-ins fail than usual; counts for unfamiliar ones only.",
    "TAINTED": "This user, or an operator, called a sign-in like this one an attack.",
    "TAINTED_ELSEWHERE": "Sign-ins of the pool like this one were called attacks.",
    "RECENT_ALARM": "A sign-in of this user was called an attack lately.",
    "TEST_MODE": "Forced by the request, in a pool in test mode; it teaches nothing.",
    "TRAINED": "What training on made-up sign-ins says the other reasons are worth together.",
    "LEARNED": "What verdicts on the pool's sign-ins say the other reasons are worth here.",
}

# Counted fully however short the history: none of these is mere novelty.
EVIDENCE: Final = frozenset(
    {
        "DEVICE_ON_OTHER_ACCOUNTS",
        "DEVICE_BIRTH",
        "DEVICE_FAULT",
        "HEADER_MISMATCH",
        "IP_FAILURES",
        "PREFIX_FAILURES",
        "ASN_FAILURES",
        "WIDE_ATTEMPTS",
        "WIDE_PASSWORD",
        "AGENT_FAILURES",
        "ACCOUNT_FAILURES",
        "ATTACK_WAVE",
        "TAINTED",
        "TAINTED_ELSEWHERE",
        "RECENT_ALARM",
    }
)


# Evidence by where it comes from.
FAMILIES: Final = {
    "network": frozenset(
        {"USUAL_NETWORK", "NEW_NETWORK", "NEW_COUNTRY", "COMMON_NETWORK", "RARE_NETWORK"}
        | {"HOSTING_NETWORK", "USUAL_EXIT"}
    ),
    "device": frozenset(
        {
            "KNOWN_DEVICE",
            "USUAL_AGENT",
            "NEW_DEVICE",
            "NEW_AGENT",
            "DEVICE_COPIED",
            "COMMON_AGENT",
            "RARE_AGENT",
        }
        | {"AUTOMATED_AGENT", "AGENT_DOWNGRADE", "MISSING_COLLECTOR", "DEVICE_BIRTH", "DEVICE_FAULT"}
        | {"HEADER_MISMATCH", "DEVICE_ON_OTHER_ACCOUNTS"}
    ),
    "habits": frozenset(
        {"LANGUAGE", "TIME_ZONE", "HEADER_ORDER", "RARE_HEADERS", "PLATFORM", "SCREEN", "HOUR"}
    ),
    "travel": frozenset({"DISTANCE", "IMPOSSIBLE_TRAVEL"}),
    "reputation": frozenset(
        {"IP_FAILURES", "PREFIX_FAILURES", "ASN_FAILURES", "WIDE_ATTEMPTS", "WIDE_PASSWORD"}
        | {"AGENT_FAILURES", "ACCOUNT_FAILURES", "ATTACK_WAVE"}
    ),
    "feedback": frozenset({"TAINTED", "TAINTED_ELSEWHERE", "RECENT_ALARM", "LEARNED"}),
}


def explain(assessment: Assessment) -> list[str]:
    """The assessment in lines a person reads, weightiest reason first."""
    limits = assessment.thresholds
    head = (
        f"{assessment.level.value} risk, {assessment.score:+d} points "
        f"(Low from {limits.low}, Medium from {limits.medium}, High from {limits.high})"
    )
    ranked = sorted(assessment.reasons, key=lambda reason: -abs(reason.points))
    return [head, *(f"{reason.points:+4d}  {reason.code}: {reason.text}" for reason in ranked)]
