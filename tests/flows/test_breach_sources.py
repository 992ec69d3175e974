"""Who is asked about a password: the imported list, the range API, both, neither when it fails."""

import hashlib

import pytest
from botocore.exceptions import ClientError
from people import People
from range_server import RangeServer, prefix_of

from riskengine.breaches.filter import BreachFilter
from riskengine.breaches.importing import Order, import_list
from riskengine.telemetry import REGISTRY

LEAKED = [f"Leaked-password-{number}" for number in range(3000)]
RARE, KNOWN, FRESH = LEAKED[0], LEAKED[1], "Gr4vel-otter-picnic"
UNCHECKED = "The password can't be checked at present. Try again."


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A list of leaked passwords; all but one were seen a hundred times."""
    path = tmp_path_factory.mktemp("lists") / "leaked.txt"
    lines = sorted(
        f"{hashlib.sha1(text.encode()).hexdigest().upper()}:{1 if text == RARE else 100}" for text in LEAKED
    )
    path.write_text("\r\n".join(lines))
    return path


@pytest.fixture
def ranges():
    with RangeServer() as running:
        yield running


@pytest.fixture
def house(tmp_path, source, new_service):
    """A service with a list, a range API, or both; and people in it."""

    def make(ranges: RangeServer | None = None, *, has_list: bool = False, **settings) -> People:
        target = tmp_path / "breaches"
        if has_list:
            import_list(Order(source=source, target=target, has_checks=settings.pop("exact", False)), now=0)
        if ranges is not None:
            settings["breaches_api"] = ranges.url
        return People(new_service(breaches_file=str(target), **settings))

    return make


def signs_up(people: People, password: str, name: str) -> str:
    try:
        people.api.sign_up(ClientId=people.client, Username=name, Password=password)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "done"


def found_by_error(path) -> str:
    """A password that is in no list, but whose place in this one is taken."""
    known = BreachFilter.open(path)
    return next(
        text
        for text in (f"Innocent-password-{number}" for number in range(100_000))
        if known.has(hashlib.sha1(text.encode()).digest())
    )


def test_the_imported_list_alone(house, tmp_path):
    people = house(has_list=True)

    assert signs_up(people, KNOWN, "a") == "InvalidPasswordException"
    assert signs_up(people, FRESH, "b") == "done"
    # Nobody can say more: one in 512 is refused for nothing.
    assert signs_up(people, found_by_error(tmp_path / "breaches"), "c") == "InvalidPasswordException"


def test_an_exact_list_finds_nothing_by_error(house, tmp_path):
    people = house(has_list=True)
    innocent = found_by_error(tmp_path / "breaches")
    exact = house(has_list=True, exact=True)

    assert signs_up(people, innocent, "a") == "InvalidPasswordException"
    assert signs_up(exact, innocent, "a") == "done"
    assert signs_up(exact, KNOWN, "b") == "InvalidPasswordException"


def test_the_range_api_alone(house, ranges):
    ranges.known[KNOWN] = 3
    people = house(ranges)

    assert signs_up(people, KNOWN, "a") == "InvalidPasswordException"
    assert signs_up(people, FRESH, "b") == "done"
    assert ranges.prefixes == [prefix_of(KNOWN), prefix_of(FRESH)]


def test_the_range_api_rechecks_what_the_list_finds_and_nothing_else(house, ranges, tmp_path):
    ranges.known[KNOWN] = 3
    people = house(ranges, has_list=True)
    innocent = found_by_error(tmp_path / "breaches")

    assert signs_up(people, FRESH, "a") == "done"
    assert ranges.asked == []
    assert signs_up(people, KNOWN, "b") == "InvalidPasswordException"
    assert signs_up(people, innocent, "c") == "done"
    assert ranges.prefixes == [prefix_of(KNOWN), prefix_of(innocent)]

    # Without an answer the list's word counts.
    ranges.answer = lambda _: (503, b"")
    assert signs_up(people, LEAKED[2], "d") == "InvalidPasswordException"
    assert signs_up(people, FRESH, "e") == "done"


def test_a_list_with_a_threshold_holds_the_api_to_it(house, ranges, source, tmp_path):
    """What the list leaves out as rare, the API does not bring back."""
    ranges.known |= {KNOWN: 99, LEAKED[2]: 100}
    people = house(ranges)
    import_list(Order(source=source, target=tmp_path / "breaches", least_count=100), now=0)
    people.service.do(lambda services: services.offload.run(services.screening.local.refresh))

    assert signs_up(people, RARE, "a") == "done"
    assert signs_up(people, KNOWN, "b") == "done"
    assert signs_up(people, LEAKED[2], "c") == "InvalidPasswordException"


class TestFailure:
    """The range API has the last word, and gives none."""

    @pytest.fixture
    def broken(self, ranges):
        ranges.answer = lambda _: (500, b"")
        return ranges

    def screened(self, outcome: str) -> float:
        return REGISTRY.get_sample_value("riskengine_passwords_screened_total", {"known_to": outcome}) or 0

    def test_allow_lets_pass_and_counts(self, house, broken):
        people = house(broken)
        before = self.screened("unscreened")

        user = people.user(KNOWN)
        assert "AuthenticationResult" in people.sign_in(user, KNOWN)
        assert signs_up(people, KNOWN, "a") == "done"
        assert self.screened("unscreened") == before + 2

    def test_refuse_refuses_and_changes_nobody(self, house, broken):
        """An error that clients try again; the event says so; nobody has to reset anything."""
        people = house(broken, breaches_api_failure="refuse")
        user = people.user(KNOWN)

        with pytest.raises(ClientError, match=UNCHECKED) as caught:
            people.sign_in(user, KNOWN)
        assert caught.value.response["Error"]["Code"] == "InternalErrorException"
        assert people.status(user) == "CONFIRMED"
        event = people.events(user)[0]
        assert event["EventResponse"] == "Fail"
        assert event["EventRisk"]["CompromisedCredentialsDetected"] is False
        assert signs_up(people, KNOWN, "a") == "InternalErrorException"

        broken.answer = broken.usual
        people.service.clock.advance(6)
        assert "AuthenticationResult" in people.sign_in(user, KNOWN)

    @pytest.mark.parametrize("settings", [{"action": "NO_ACTION"}, {"mode": "AUDIT"}])
    def test_refuse_refuses_only_where_the_pool_blocks(self, house, broken, settings):
        people = house(broken, breaches_api_failure="refuse")
        mode = settings.get("mode", "ENFORCED")
        people.pool_with(UserPoolAddOns={"AdvancedSecurityMode": mode})
        people.api.set_risk_configuration(
            UserPoolId=people.pool,
            CompromisedCredentialsRiskConfiguration={
                "Actions": {"EventAction": settings.get("action", "BLOCK")}
            },
        )

        assert "AuthenticationResult" in people.sign_in(people.user(KNOWN), KNOWN)
        assert signs_up(people, KNOWN, "a") == "done"

    def test_a_slow_answer_is_none(self, house, ranges):
        ranges.answer = ranges.stall
        people = house(ranges, breaches_api_timeout=0.05)

        assert signs_up(people, KNOWN, "a") == "done"

    def test_what_the_house_knows_itself_needs_no_answer(self, house, broken):
        people = house(broken)

        assert signs_up(people, "Password123!", "a") == "InvalidPasswordException"
        assert broken.asked == []


def test_a_service_takes_up_a_list_that_was_imported_meanwhile(house, source, tmp_path):
    people = house()
    assert signs_up(people, KNOWN, "a") == "done"

    import_list(Order(source=source, target=tmp_path / "breaches"), now=0)
    assert people.service.do(lambda services: services.offload.run(services.screening.local.refresh))

    assert signs_up(people, KNOWN, "b") == "InvalidPasswordException"
    assert REGISTRY.get_sample_value("riskengine_breach_list_entries") == len(LEAKED)
