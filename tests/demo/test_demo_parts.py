"""What the demo is made of: a believable past, honest clients, a readable table."""

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from riskengine.base.clock import DAY, HOUR, MINUTE
from riskengine.base.secret import Secret
from riskengine.context.address import parse_address
from riskengine.context.agent import parse_agent
from riskengine.context.fingerprint import Expected, read_fingerprint
from riskengine.context.geo import Geo
from riskengine.context.recorded import AttemptLine, read_lines
from riskengine.demo.browsers import (
    CHROME_ANDROID,
    CHROME_MAC,
    CHROME_WINDOWS,
    EDGE_WINDOWS,
    FIREFOX_LINUX,
    SAFARI_IPHONE,
    SAFARI_MAC,
)
from riskengine.demo.client import AppIds, Visit, encoded_data
from riskengine.demo.clock import PlayClock, last_morning
from riskengine.demo.history import DAYS, recorded
from riskengine.demo.people import BRAZIL, NORWAY, PEOPLE, SPAIN, VPN_EXITS
from riskengine.demo.play import Decided, Note, Reason
from riskengine.demo.scenes import ACTS, MINUTES, Guesses, Scene
from riskengine.demo.table import json_of, table_of
from riskengine.risk.level import Budget

OPENING = 20_000 * DAY + 7 * HOUR
BROWSERS = (
    CHROME_ANDROID,
    CHROME_MAC,
    CHROME_WINDOWS,
    EDGE_WINDOWS,
    FIREFOX_LINUX,
    SAFARI_IPHONE,
    SAFARI_MAC,
)


class Standstill:
    """A machine's clock that stands."""

    def __init__(self, time: int) -> None:
        self.time = time

    def now(self) -> int:
        return self.time


@pytest.fixture(scope="module")
def lines() -> list:
    return list(read_lines(io.BytesIO(b"\n".join(recorded(OPENING)))))


@pytest.fixture(scope="module")
def geo() -> Geo:
    return Geo()


def test_past_is_an_attempts_file_in_order(lines):
    assert all(isinstance(line, AttemptLine) for line in lines)
    times = [line.attempt.raw.time for line in lines]
    assert times == sorted(times)
    assert times[0] > OPENING - (DAYS + 1) * DAY
    assert times[-1] < OPENING


def test_past_is_the_same_in_every_run():
    assert recorded(OPENING) == recorded(OPENING)


def test_past_suffices_for_thresholds_of_the_pools_own(lines):
    assert sum(line.attempt.password_ok for line in lines) >= 2 * Budget.LEAST


def test_past_is_everybodys(lines):
    counts = [sum(line.attempt.user == person.name for line in lines) for person in PEOPLE]
    assert min(counts) >= 20


@pytest.mark.parametrize(
    ("country", "code"), [(NORWAY, "NO"), (SPAIN, "ES"), (BRAZIL, "BR")], ids=["NO", "ES", "BR"]
)
def test_addresses_are_where_people_are(geo, country, code):
    for person in PEOPLE:
        if person.country is country:
            for address in (person.home_address, country.office):
                assert geo.find(parse_address(address)).country == code


def test_vpn_exits_are_one_company_in_several_countries(geo):
    places = [geo.find(parse_address(f"{block}.40")) for block in VPN_EXITS]
    assert {place.asn for place in places} == {9009}
    assert len({place.country for place in places}) >= 4


@pytest.mark.parametrize("browser", BROWSERS, ids=lambda browser: browser.words)
def test_agents_are_what_they_say(browser):
    agent = parse_agent(browser.agent_text(0))
    assert agent.kind in ("desktop", "mobile")
    family = browser.words.split()[0]
    assert agent.browser is not None
    assert family in agent.browser


def test_browsers_grow_older_into_the_past():
    versions = [CHROME_WINDOWS.version(days_ago) for days_ago in range(DAYS)]
    assert versions == sorted(versions, reverse=True)
    assert len(set(versions)) == 3


def test_encoded_data_is_as_the_collector_makes_it():
    person = PEOPLE[0]
    visit = Visit(person.name, Secret(""), "", (), person.laptop.context(OPENING, 0), OPENING)
    app = AppIds("us-east-1_abc", "client")

    read = read_fingerprint(
        encoded_data(app, visit), Expected(app.client, app.pool, (person.name,), OPENING, b"key")
    )

    assert read.device.faults == ()
    assert read.device.collector == "JS20171115"
    assert read.agent == person.laptop.browser.agent_text(0)
    assert encoded_data(app, replace(visit, context=None)) is None


def test_clock_only_moves_forward_and_ends_in_the_present():
    machine = Standstill(100 * DAY)
    clock = PlayClock(60 * DAY, machine)
    assert clock.now() == 60 * DAY
    clock.move_to(70 * DAY)
    clock.move_to(65 * DAY)
    assert clock.now() == 70 * DAY
    machine.time += MINUTE
    assert clock.now() == 70 * DAY + MINUTE
    clock.move_to(200 * DAY)
    assert clock.now() == machine.time
    clock.catch_up()
    assert clock.now() == machine.time


@pytest.mark.parametrize("hour", range(24))
def test_play_is_over_when_it_is_shown(hour):
    now = 20_000 * DAY + hour * HOUR
    opening = last_morning(now, MINUTES * MINUTE)
    assert opening % DAY == 7 * HOUR
    assert opening + MINUTES * MINUTE <= now < opening + MINUTES * MINUTE + DAY


def test_acts_are_in_order_and_fit_into_the_play():
    begins = [act.at for act in ACTS]
    assert begins == sorted(begins)
    ends = [act.at + act.minutes if isinstance(act, Guesses) else act.at for act in ACTS]
    assert max(ends) <= MINUTES
    titles = [act.title for act in ACTS if isinstance(act, Scene)]
    assert len(titles) == len(set(titles)) >= 12


def a_decision(**over) -> Decided:
    scene = next(act for act in ACTS if isinstance(act, Scene))
    reasons = (Reason("NEW_DEVICE", 12, "a new device"), Reason("HOUR", -5, "as usual"))
    given = {"scene": scene, "number": 1, "score": 7, "level": "Low", "decision": "AccountTakeover"}
    given |= {"action": "NO_ACTION", "reasons": reasons, "outcome": "tokens", "event": "e1"}
    return Decided(**{**given, **over})


def shown(*things) -> str:
    console = Console(width=120, file=io.StringIO())
    console.print(table_of(things, lambda _: "a network (NO)"))
    return console.file.getvalue()


def test_table_shows_who_where_why_and_what():
    text = shown(a_decision(), Note("Verdict on 1", "It was her."))
    for part in ("Known user at home", "astrid", "a network (NO)", "+12 a new device", "-5 as usual"):
        assert part in text
    for part in ("+7 points", "low risk", "tokens", "Verdict on 1", "It was her."):
        assert part in text
    assert max(map(len, text.splitlines())) <= 120


def test_table_says_why_there_are_no_points():
    blocked = a_decision(score=None, level=None, reasons=())
    assert "no risk is computed" in shown(blocked)
    assert "no such account" in shown(replace(blocked, event=""))


def test_json_keeps_the_order_of_the_reasons():
    assert json.loads(json_of(a_decision())) == {
        "scene": "Known user at home",
        "user": "astrid",
        "ip": PEOPLE[0].home_address,
        "scored": True,
        "score": 7,
        "level": "Low",
        "decision": "AccountTakeover",
        "action": "NO_ACTION",
        "outcome": "tokens",
        "reasons": [
            {"code": "NEW_DEVICE", "points": 12, "text": "a new device"},
            {"code": "HOUR", "points": -5, "text": "as usual"},
        ],
    }
