"""The people of the demo, the networks they come through and the devices they hold: tables, no surprises.

Addresses are real address space, picked by arithmetic: nobody behind them did any of this.
"""

from dataclasses import dataclass
from hashlib import blake2b

from riskengine.demo.browsers import (
    CHROME_ANDROID,
    CHROME_MAC,
    CHROME_WINDOWS,
    EDGE_WINDOWS,
    FIREFOX_LINUX,
    SAFARI_IPHONE,
    SAFARI_MAC,
    Browser,
    Device,
)


def roll(*what: object) -> float:
    """Chance that is the same in every run: a number below 1 for each thing that is asked about."""
    digest = blake2b("/".join(map(str, what)).encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / 2**48


def pick(options: tuple[str, ...], *what: object) -> str:
    """One of some texts, the same in every run."""
    return options[int(roll(*what) * len(options))]


def address_in(block: str, *what: object) -> str:
    """An IPv4 address in a block that is written as its first two or three octets."""
    missing = 4 - len(block.split("."))
    rest = (str(1 + int(roll(*what, place) * 253)) for place in range(missing))
    return ".".join((block, *rest))


@dataclass(frozen=True, slots=True)
class Country:
    """How people of one country come in: blocks of providers, and an office with one address for all."""

    homes: tuple[str, ...]
    mobiles: tuple[str, ...]
    office: str
    language: str
    zone: str
    hours_behind: int = 0  # of central Europe


NORWAY = Country(
    homes=(
        "84.208",
        "84.209",
        "88.88",
        "88.89",
        "80.202",
        "109.247",
        "81.166",
    ),  # Telia, Telenor, NextGenTel, Lyse
    mobiles=("77.16", "46.15"),  # Telenor, Telia
    office="195.159.10.14",  # GlobalConnect
    language="nb-NO,nb;q=0.9,no;q=0.8,nn;q=0.7,en-US;q=0.6,en;q=0.5",
    zone="01:00",
)
SPAIN = Country(
    homes=("83.58", "83.59", "90.160", "95.16", "84.127"),  # Telefónica, Orange, Vodafone ONO
    mobiles=("77.224", "188.84"),  # Vodafone
    office="213.0.44.9",  # Telefónica
    language="es-ES,es;q=0.9,en;q=0.8",
    zone="01:00",
)
BRAZIL = Country(
    homes=("201.17", "189.60", "191.32"),  # Claro, Telefónica Brasil
    mobiles=("189.40", "187.26"),  # TIM, Claro
    office="186.204.31.77",  # Claro
    language="pt-BR,pt;q=0.9,en-US;q=0.8,en;q=0.7",
    zone="-03:00",
    hours_behind=4,
)

# Exits that one VPN company rents from M247: Sweden, the Netherlands, Denmark, Germany, Britain.
VPN_EXITS = ("146.70.122", "146.70.145", "146.70.86", "146.70.106", "146.70.80", "146.70.82", "146.70.69")


@dataclass(frozen=True, slots=True)
class Person:
    """A user with habits. `exits` are the blocks of a VPN that is on more often than not."""

    name: str
    country: Country
    home: str  # block of the provider at home
    laptop: Device
    phone: Device | None
    has_totp: bool = False
    is_commuter: bool = True  # comes to the office on working days
    exits: tuple[str, ...] = ()
    is_settled: bool = True  # no new phone and no trip before the demo

    @property
    def home_address(self) -> str:
        """Where the router at home is now."""
        return address_in(self.home, self.name, "home")

    @property
    def devices(self) -> tuple[Device, ...]:
        """All of them."""
        return (self.laptop,) if self.phone is None else (self.laptop, self.phone)


def device(
    owner: str, what: Browser, country: Country, *, has_collector: bool = True, born_days: int = 0
) -> Device:
    """A device of somebody; the collector's id is the same in every run."""
    text = "".join(
        pick(tuple("abcdefghijklmnopqrstuvwxyz0123456789"), owner, what.words, at) for at in range(20)
    )
    age = born_days or 60 + int(roll(owner, what.words, "age") * 300)
    return Device(what, country.language, country.zone, text if has_collector else "", age)


def _people(country: Country, names: str, laptops: tuple[Browser, ...]) -> tuple[Person, ...]:
    return tuple(
        _person(name, country, laptops[at % len(laptops)], at) for at, name in enumerate(names.split())
    )


def _person(name: str, country: Country, laptop: Browser, at: int) -> Person:
    phone = SAFARI_IPHONE if roll(name, "phone") < 0.5 else CHROME_ANDROID
    has_collector = at % 4 != 3  # some came before the page had one
    return Person(
        name=name,
        country=country,
        home=f"{pick(country.homes, name, 'provider')}.{1 + int(roll(name, 'street') * 250)}",
        laptop=device(name, laptop, country, has_collector=has_collector),
        phone=device(name, phone, country, has_collector=has_collector) if at % 5 != 4 else None,
        has_totp=at % 3 == 0,
        is_commuter=roll(name, "commuter") < 0.6,
        is_settled=False,
    )


_OFFICE_LAPTOPS = (CHROME_WINDOWS, CHROME_WINDOWS, EDGE_WINDOWS, CHROME_MAC, SAFARI_MAC)

# Those whom the scenes are about.
ASTRID = Person(
    "astrid", NORWAY, "84.208.10", device("astrid", CHROME_WINDOWS, NORWAY), None, is_commuter=False
)
BJORN = Person(
    "bjorn", NORWAY, "88.88.12", device("bjorn", CHROME_MAC, NORWAY), device("bjorn", CHROME_ANDROID, NORWAY)
)
CARMEN = Person(
    "carmen",
    SPAIN,
    "83.58.1",
    device("carmen", SAFARI_MAC, SPAIN),
    device("carmen", SAFARI_IPHONE, SPAIN),
    has_totp=True,
)
DAG = Person(
    "dag", NORWAY, "80.202.3", device("dag", FIREFOX_LINUX, NORWAY), None, is_commuter=False, exits=VPN_EXITS
)
EVA = Person(
    "eva",
    NORWAY,
    "84.209.40",
    device("eva", EDGE_WINDOWS, NORWAY),
    device("eva", SAFARI_IPHONE, NORWAY),
    has_totp=True,
)
GRETA = Person(
    "greta",
    NORWAY,
    "109.247.20",
    device("greta", CHROME_WINDOWS, NORWAY),
    device("greta", SAFARI_IPHONE, NORWAY),
    has_totp=True,
)
HENRIK = Person("henrik", NORWAY, "88.89.7", device("henrik", CHROME_WINDOWS, NORWAY), None)
INGRID = Person("ingrid", NORWAY, "81.166.9", device("ingrid", CHROME_MAC, NORWAY), None)
JAVIER = Person(
    "javier",
    SPAIN,
    "90.160.1",
    device("javier", CHROME_WINDOWS, SPAIN),
    device("javier", CHROME_ANDROID, SPAIN),
)
LUCIA = Person(
    "lucia",
    SPAIN,
    "84.127.33",
    device("lucia", CHROME_WINDOWS, SPAIN),
    device("lucia", SAFARI_IPHONE, SPAIN),
    has_totp=True,
)
MARCOS = Person(
    "marcos", BRAZIL, "201.17.20", device("marcos", CHROME_ANDROID, BRAZIL), None, is_commuter=False
)

PEOPLE: tuple[Person, ...] = (
    *(ASTRID, BJORN, CARMEN, DAG, EVA, GRETA, HENRIK, INGRID, JAVIER, LUCIA, MARCOS),
    *_people(
        NORWAY,
        "anders berit daniel elin frode gunnhild hakon ida jonas kari lars mette nils oda per "
        "ragnhild sindre tone",
        _OFFICE_LAPTOPS,
    ),
    *_people(SPAIN, "alba bruno clara diego elena fermin gloria hugo", _OFFICE_LAPTOPS),
    *_people(BRAZIL, "ana breno celia davi", (CHROME_WINDOWS, CHROME_MAC)),
)
