"""What the demo plays, as a table: sign-ins that tell something, and what happens between them."""

from dataclasses import dataclass
from typing import Literal

from riskengine.demo.browsers import CHROME_WINDOWS, SAFARI_IPHONE, STUFFING_TOOL, Device
from riskengine.demo.client import Door
from riskengine.demo.people import (
    ASTRID,
    BJORN,
    CARMEN,
    DAG,
    EVA,
    GRETA,
    HENRIK,
    INGRID,
    LUCIA,
    MARCOS,
    NORWAY,
    PEOPLE,
    address_in,
    device,
)
from riskengine.demo.stage import SPRAYED_PASSWORD

MINUTES = 360  # that the whole play takes

Code = Literal["right", "wrong"]


@dataclass(frozen=True, slots=True)
class Scene:
    """One sign-in with the right password, unless another is given; `at` is minutes after the opening."""

    title: str
    at: int
    user: str
    address: str
    device: Device
    told: str
    password: str = ""
    code: Code = "right"  # what is answered where a code of the authenticator app is asked for
    door: Door = "app"


@dataclass(frozen=True, slots=True)
class Guesses:
    """Wrong passwords, one a user, address after address; `password` where it is the same for all."""

    title: str
    at: int
    minutes: int
    users: tuple[str, ...]
    addresses: tuple[str, ...]
    device: Device
    password: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An operator's word on the event of the last scene."""

    at: int
    value: Literal["Valid", "Invalid"]
    told: str


Act = Scene | Guesses | Verdict

_OTHERS = tuple(person.name for person in PEOPLE[11:] if person.name not in ("frode", "mette"))
_MADE_UP = ("admin", "info", "oslo1", "post", "test", "tor.h", "webmaster", "xavi77")
_STUFFER = "104.248.10.77"
_SPRAYERS = tuple(
    address_in(block, "sprayer", at)
    for at in range(8)
    for block in ("5.12", "86.120", "109.99", "88.88", "189.60")  # home connections in three countries
)
_THIEF = device("the thief", CHROME_WINDOWS, NORWAY, born_days=2)
_TOOL = Device(STUFFING_TOOL, "")

ACTS: tuple[Act, ...] = (
    Scene(
        "Known user at home",
        at=0,
        user=ASTRID.name,
        address=ASTRID.home_address,
        device=ASTRID.laptop,
        told="Usual address, usual browser: nobody is bothered.",
    ),
    Scene(
        "By the app's own server",
        at=10,
        user=LUCIA.name,
        address=LUCIA.home_address,
        device=LUCIA.laptop,
        told="AdminInitiateAuth: the server passes on her address, headers and device.",
        door="server",
    ),
    Scene(
        "New phone at home",
        at=20,
        user=BJORN.name,
        address=BJORN.home_address,
        device=device("bjorn's new one", SAFARI_IPHONE, NORWAY, born_days=0),
        told="A device never seen, where he always is.",
    ),
    Scene(
        "VPN user, new exit",
        at=30,
        user=DAG.name,
        address="146.70.170.40",
        device=DAG.laptop,
        told="He comes through another one every time: nothing new for him.",
    ),
    Scene(
        "The same VPN, first time",
        at=35,
        user=EVA.name,
        address="146.70.170.40",
        device=EVA.laptop,
        told="She never used one: the very same exit costs her more.",
    ),
    Scene(
        "Impossible travel",
        at=50,
        user=LUCIA.name,
        address="188.24.40.9",
        device=Device(CHROME_WINDOWS, "en-US,en;q=0.9"),
        told="40 minutes ago she was at home in Spain.",
        code="wrong",
    ),
    Scene(
        "Traveller",
        at=60,
        user=CARMEN.name,
        address="189.60.77.20",
        device=CARMEN.laptop,
        told="Her own laptop, a hotel in Brazil: a code settles it.",
    ),
    Verdict(at=65, value="Valid", told="AdminUpdateAuthEventFeedback: Valid. It was her."),
    Scene(
        "Traveller, an hour later",
        at=130,
        user=CARMEN.name,
        address="189.60.77.31",
        device=CARMEN.laptop,
        told="The code and the verdict taught it: the place is hers now.",
    ),
    Scene(
        "Targeted takeover",
        at=160,
        user=GRETA.name,
        address="80.202.140.23",
        device=_THIEF,
        told="Phished password, her country, a popular browser. The thief has no code.",
        code="wrong",
    ),
    Verdict(at=165, value="Invalid", told="AdminUpdateAuthEventFeedback: Invalid. It was not her."),
    Scene(
        "The same thief again",
        at=175,
        user=GRETA.name,
        address="80.202.140.23",
        device=_THIEF,
        told="One word of an operator changed the answer.",
        code="wrong",
    ),
    Scene(
        "And she herself",
        at=180,
        user=GRETA.name,
        address=GRETA.home_address,
        device=GRETA.laptop,
        told="At home on her own laptop she still gets in.",
    ),
    Scene(
        "Blocked addresses",
        at=200,
        user=HENRIK.name,
        address="185.220.101.4",
        device=HENRIK.laptop,
        told="A Tor exit on the operator's block list: refused unscored.",
    ),
    Scene(
        "Skipped addresses",
        at=205,
        user=INGRID.name,
        address="193.71.80.21",
        device=device("a partner's desk", CHROME_WINDOWS, NORWAY, has_collector=False),
        told="A partner's network on the skip list: never scored.",
    ),
    Scene(
        "Compromised password",
        at=210,
        user=MARCOS.name,
        address=MARCOS.home_address,
        device=MARCOS.laptop,
        told="It is really him, but everybody knows that password: he must choose another.",
    ),
    Guesses(
        "Credential stuffing",
        at=240,
        minutes=4,
        users=(*_OTHERS[:-1], *_MADE_UP, _OTHERS[-1]),
        addresses=(_STUFFER,),
        device=_TOOL,
    ),
    Scene(
        "Stuffing: a hit",
        at=245,
        user="frode",
        address=_STUFFER,
        device=_TOOL,
        told="The next password of the list is right.",
        code="wrong",
    ),
    Guesses(
        "Password spraying",
        at=300,
        minutes=30,
        users=(*_OTHERS[:-1], *_MADE_UP, _OTHERS[-1]),
        addresses=_SPRAYERS,
        device=Device(CHROME_WINDOWS, NORWAY.language),
        password=SPRAYED_PASSWORD,
    ),
    Scene(
        "Spraying: a hit",
        at=332,
        user="mette",
        address=address_in("86.120.200", "sprayer"),
        device=Device(CHROME_WINDOWS, NORWAY.language),
        told="Her password is the one that was tried on everybody.",
        code="wrong",
    ),
    Scene(
        "Unknown user name",
        at=335,
        user="mette.k",
        address=address_in("5.12.201", "sprayer"),
        device=Device(CHROME_WINDOWS, NORWAY.language),
        told="Refused like a wrong password, and as fast. No account, so no account's event to show.",
        password=SPRAYED_PASSWORD,
    ),
)
