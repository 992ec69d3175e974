"""A flood of failures from one network is refused early; who is known there gets in."""

import pytest
from botocore.exceptions import ClientError
from people import AWAY, CHROME, FIREFOX, HOME, PASSWORD, People
from structlog.testing import capture_logs

from riskengine import api
from riskengine.base.clock import SECOND
from riskengine.flows.floods import HeldBack
from riskengine.flows.gate import IP, PREFIX, STRANGERS, Buckets, Gate, Place
from riskengine.jobs import tell_floods
from riskengine.telemetry import REGISTRY

NEIGHBOUR = "41.58.1.200"
POOL = "us-east-1_pool"


class Clock:
    def __init__(self):
        self.time = 10**15

    def now(self):
        return self.time

    def pass_(self, seconds):
        self.time += round(seconds * SECOND)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def gate(clock):
    return Gate(clock, lambda pool: pool.encode())


async def nobody():
    return False


async def everybody():
    return True


async def passes(gate, place, name="ann", is_familiar=nobody):
    try:
        await gate.admit(POOL, place, name, is_familiar)
    except api.errors.TooManyRequestsException:
        return False
    return True


async def exhaust(gate, place):
    """Use up what strangers may."""
    while await passes(gate, place, "stranger"):
        pass


class TestBuckets:
    def test_a_bucket_refills_with_time_and_is_never_more_than_full(self, clock):
        buckets = Buckets(IP, clock)
        for _ in range(100):
            buckets.change("a", -1.0)
        assert buckets.left("a") == -10.0
        clock.pass_(40)
        assert buckets.left("a") == pytest.approx(10.0)
        clock.pass_(10**6)
        assert buckets.left("a") == buckets.left("never seen") == IP.burst

    def test_a_clock_that_goes_back_gives_nothing(self, clock):
        buckets = Buckets(IP, clock)
        buckets.change("a", -50.0)
        clock.pass_(-3600)
        assert buckets.left("a") == IP.burst - 50


class TestGate:
    async def test_one_address_is_held_back_and_its_neighbours_are_not(self, gate):
        bad, neighbour = Place("1", "net"), Place("2", "net")
        for _ in range(int(IP.burst)):
            gate.failed(bad)
        await exhaust(gate, bad)

        assert not await passes(gate, bad)
        assert await passes(gate, neighbour)

    async def test_a_thousand_at_once_do_not_all_find_the_gate_open(self, gate):
        place = Place("1", "net")

        found = [await passes(gate, place, f"name{number}") for number in range(1000)]

        assert sum(found) == IP.burst + STRANGERS.burst
        for _ in range(int(IP.burst)):
            gate.release(place)
        assert await passes(gate, place)

    async def test_many_addresses_of_a_network_are_held_back_together(self, gate):
        for number in range(int(PREFIX.burst)):
            gate.failed(Place(str(number), "net"))
        fresh = Place("fresh", "net")
        await exhaust(gate, fresh)

        assert not await passes(gate, fresh)
        assert await passes(gate, Place("fresh", "elsewhere"))

    async def test_who_signed_in_from_there_passes_and_so_does_the_familiar(self, gate):
        place = Place("1", "net")
        gate.remember(POOL, place, "ann")
        for _ in range(int(IP.burst)):
            gate.failed(place)
        await exhaust(gate, place)

        assert await passes(gate, place, "ann")
        assert not await passes(gate, place, "ben")
        assert await passes(gate, place, "ben", everybody)
        assert not await passes(gate, Place("1", "net"), "ann ")

    async def test_a_few_strangers_pass_each_second(self, gate, clock):
        place = Place("1", "net")
        for _ in range(int(IP.burst) + 9):
            gate.failed(place)
        await exhaust(gate, place)
        clock.pass_(2.0 / STRANGERS.per_second)

        found = [await passes(gate, place, f"name{number}") for number in range(5)]

        assert found == [True, True, False, False, False]

    async def test_good_users_make_up_for_failures_but_one_account_does_not(self, gate):
        place = Place("1", "net")
        for number in range(int(IP.burst) * 3):
            gate.failed(place)
            gate.succeeded(place, f"user{number}")
        assert await passes(gate, place)

        for _ in range(int(IP.burst) + 1):
            gate.failed(place)
            gate.succeeded(place, "the attacker's own")
        await exhaust(gate, place)
        assert not await passes(gate, place)

    @pytest.mark.parametrize("address", [None, "", "127.0.0.1", "10.1.2.3", "fe80::1", "nonsense"])
    def test_a_private_address_is_no_place(self, gate, address):
        assert gate.place(POOL, address) is None

    def test_a_place_is_of_its_pool(self, gate):
        assert gate.place(POOL, HOME) == gate.place(POOL, f"::ffff:{HOME}")
        assert gate.place(POOL, HOME) != gate.place("us-east-1_other", HOME)


def fail_often(people, address, count):
    refused = 0
    for number in range(count):
        try:
            people.sign_in_from(address, "stuffer/1.0", f"name{number}", PASSWORD)
        except ClientError as error:
            refused += error.response["Error"]["Code"] == "TooManyRequestsException"
    return refused


def test_a_flood_is_refused_and_who_is_known_there_signs_in(new_service):
    people = People(new_service())
    local, newcomer, elsewhere = people.user(), people.user(), people.user()
    for _ in range(2):
        people.sign_in_from(AWAY, CHROME, local)
    assert held_back(people) == 0.0

    refused = fail_often(people, AWAY, 120)
    assert refused > 20

    assert "AuthenticationResult" in people.sign_in_from(AWAY, CHROME, local)
    assert "AuthenticationResult" in people.sign_in_from(HOME, CHROME, elsewhere)
    assert "AuthenticationResult" in people.sign_in_from(NEIGHBOUR, FIREFOX, newcomer)
    assert held_back(people) >= refused
    with capture_logs() as logs:
        people.service.do(tell_floods.perform)
        people.service.do(tell_floods.perform)
    [line] = [each for each in logs if each["event"] == "network_held_back"]
    assert (line["pool"], line["network"], line["count"]) == (people.pool, "41.58.1.0/24", held_back(people))
    assert line["first"] <= line["last"]


def test_it_can_be_turned_off(new_service):
    people = People(new_service(hold_back_floods=False))

    assert fail_often(people, AWAY, 90) == 0


def held_back(people):
    return REGISTRY.get_sample_value("riskengine_held_back_total", {"user_pool": people.pool}) or 0.0


def test_a_thousand_networks_have_a_line_each_and_the_rest_one_together():
    held_back = HeldBack()
    for number in range(1500):
        held_back.add(POOL, f"10.0.{number}.0/24", 1)
        held_back.add(POOL, f"10.0.{number}.0/24", 2)

    lines = held_back.drain()

    assert len(lines) == 1001
    assert (lines[0].network, lines[0].count, lines[0].first, lines[0].last) == ("others", 1000, 1, 2)
    assert sum(line.count for line in lines) == 3000
    assert held_back.drain() == []


def test_a_new_process_knows_who_is_known_there_by_the_profile(new_service, sqlite_url):
    people = People(new_service(database=sqlite_url))
    local = people.user()
    for _ in range(2):
        people.sign_in_from(AWAY, CHROME, local)
    people.service.stop()
    people.service = new_service(database=sqlite_url)
    people.api = people.service.boto3()

    assert fail_often(people, AWAY, 90) > 5

    assert "AuthenticationResult" in people.sign_in_from(AWAY, CHROME, local)
