"""The parts of made-up lives that need no address space: browsers, devices, leases, clocks, rates."""

import ast
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from riskengine.context.agent import parse_agent
from riskengine.context.fingerprint import read_fields
from riskengine.context.headers import hints_contradict, is_bare, read_headers
from riskengine.training.simulate import rates
from riskengine.training.simulate.browsers import COMPUTERS, DAY, PHONES, TABLETS, accepted, bare_lines
from riskengine.training.simulate.devices import Device, new_device, zone_text
from riskengine.training.simulate.homes import Home, Lease
from riskengine.training.simulate.space import Network, address, address6
from riskengine.training.simulate.world import Town, is_summer

BEGAN = 1_771_200_000.0
MAKES = [make for make, _ in (*COMPUTERS, *PHONES, *TABLETS)]
NAMES = {
    "chrome": "Chrome",
    "edge": "Edge",
    "safari": "Safari",
    "firefox": "Firefox",
    "opera": "Opera",
    "samsung": "Samsung Internet",
    "brave": "Chrome",
    "webview": "Chrome Mobile WebView",
}


def _time(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def _device(make, **over):
    kind = "phone" if make.system in {"android", "ios"} else "computer"
    values = {"languages": ("nb-NO",), "has_collector": True, "id": "aaaa:1"} | over
    return Device(make, kind, **values)


@pytest.mark.parametrize("make", MAKES, ids=lambda make: f"{make.name}-{make.system}")
def test_a_browser_is_what_it_says_and_contradicts_itself_nowhere(make):
    look = _device(make).look(BEGAN, 60, "aaaa:1")
    headers = read_headers(look.headers)
    agent = parse_agent(headers.agent)

    assert agent.browser is not None
    assert NAMES[make.name] in agent.browser
    assert not hints_contradict(headers, agent)
    assert not is_bare(headers, agent)
    assert headers.languages[0] == "nb-no"
    assert look.fields["UserAgent"] == headers.agent
    assert read_fields(look.fields, b"key").device.timezone_minutes == 60


def test_browsers_age_forward_and_some_never():
    times = [BEGAN + day * DAY for day in range(120)]
    make = next(make for make in MAKES if make.name == "chrome" and make.system == "windows")
    kept, pinned = _device(make, lag=3 * DAY), _device(make, pinned=9)
    versions = [int(kept.version(time)) for time in times]

    assert versions == sorted(versions)
    assert versions[-1] - versions[0] == 4
    assert len({pinned.version(time) for time in times}) == 1


def test_safari_forgets_a_page_after_a_week_and_chrome_does_not(monkeypatch):
    monkeypatch.setattr(rates, "NOW_PRIVATE", 0.0)

    def ids(name, gap):
        device = _device(next(make for make in MAKES if make.name == name))
        looks = [device.use(BEGAN + at * gap * DAY, 60, Random(at)) for at in range(3)]
        return len({look.fields["DeviceId"] for look in looks})

    assert ids("safari", 3) == 1
    assert ids("safari", 8) == 3
    assert ids("chrome", 8) == 1


def test_private_windows_show_a_new_id_every_time():
    device = _device(MAKES[0], is_private=True)

    assert len({device.use(BEGAN + at, 60, Random(at)).fields["DeviceId"] for at in range(5)}) == 5


@pytest.mark.parametrize("seed", range(40))
def test_new_devices_are_read_whole(seed):
    """Every device, the service's own apps included, tells the engine its id, clock and language."""
    rng = Random(seed)
    device = new_device("phone", ("es-ES",), rng, has_collector=True, time=BEGAN)
    look = device.use(BEGAN, 120, rng)
    if look.fields is None:
        assert not device.has_collector
        return
    read = read_fields(look.fields, b"key").device

    assert read.id is not None
    assert read.born <= BEGAN
    assert (read.language, read.timezone_minutes) == ("es-es", 120)


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "00:00"), (330, "05:30"), (-210, "-03:30"), (720, "12:00")]
)
def test_clocks_are_written_as_the_collector_does(minutes, text):
    assert zone_text(minutes) == text


@pytest.mark.parametrize(
    ("country", "day", "summer"),
    [
        ("NO", "2026-03-28", False),
        ("NO", "2026-03-29", True),
        ("NO", "2026-10-25", False),
        ("US", "2026-03-07", False),
        ("US", "2026-03-08", True),
        ("US", "2026-11-01", False),
    ],
)
def test_clocks_go_forward_on_the_right_sunday(country, day, summer):
    assert is_summer(country, _time(day)) is summer


def test_languages_are_asked_for_as_each_browser_does():
    by_name = {make.name: make for make in MAKES if make.system in {"windows", "mac"}}

    assert accepted(by_name["chrome"], ("nb-NO", "en-US")) == "nb-NO,nb;q=0.9,en-US;q=0.8,en;q=0.7"
    assert accepted(by_name["safari"], ("nb-NO", "en-US")) == "nb-NO,nb;q=0.9"
    assert accepted(by_name["firefox"], ("de-DE",)) == "de-DE,de;q=0.7"


def test_a_home_has_the_lease_of_the_time():
    network, town = Network(2119, "NO", "Telenor"), Town("NO", "Oslo", 10.7, {})
    leases = [
        Lease(begins, network, town, f"84.208.0.{at}", None) for at, begins in enumerate((100.0, 200.0))
    ]
    home = Home(leases)

    assert [home.ip(time, Random(1)) for time in (50.0, 100.0, 199.0, 200.0)] == [
        *["84.208.0.0"] * 3,
        "84.208.0.1",
    ]


def test_addresses_lie_in_their_blocks():
    rng = Random(5)
    network = Network(1, "NO", "", blocks=[(0x0A000000, 4), (0x0B000000, 1)], blocks6=[(0x2A01 << 112, 32)])

    prefixes = {network.prefix(rng) for _ in range(200)}
    assert prefixes == {0x0A000000, 0x0A000100, 0x0A000200, 0x0A000300, 0x0B000000}
    assert address(0x0A000100, rng).startswith("10.0.1.")
    prefix = network.prefix6(rng)
    assert prefix >> 96 == 0x2A010000
    assert address6(prefix, 3, rng).startswith("2a01:0:")


def test_a_program_sends_no_language():
    headers = read_headers(bare_lines(_device(MAKES[0]).look(BEGAN, 0, "a:1").headers[1][1]))

    assert is_bare(headers, parse_agent(headers.agent))


def test_every_rate_says_where_it_is_from():
    """A source in brackets stands beside every number that the generator uses."""
    path = Path(rates.__file__)
    lines = path.read_text(encoding="utf-8").splitlines()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = [
        (lines[node.lineno - 1], "\n".join(lines[node.lineno - 1 : node.end_lineno]))
        for node in tree.body
        if isinstance(node, ast.AnnAssign)
    ]

    assert len(told) > 80
    assert [name for name, text in told if "[" not in text.partition("#")[2]] == []
