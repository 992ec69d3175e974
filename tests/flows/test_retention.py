"""Old events: first their context goes, then the rest; nobody's younger ones."""

import pytest
from msgspec.structs import replace
from people import AWAY, CHROME, FIREFOX, HOME, People
from service import Service, settings_for

from riskengine.base.clock import DAY
from riskengine.config import ConfigurationError, load
from riskengine.entities import AuthEvent
from riskengine.flows.retention import context_free
from riskengine.jobs import purge


@pytest.fixture
def kept(tmp_path):
    """A service that keeps little: contexts five days, events ten."""
    with Service(settings_for(tmp_path, context_days=5, event_days=10)) as running:
        yield People(running)


def stored(people: People, user: str) -> list:
    async def read(services):
        found = await services.storage.users.find(people.pool, user)
        return await services.storage.events.list_(people.pool, found.sub, before=None, limit=60)

    return people.service.do(read)


def test_context_goes_first_and_the_event_later(kept):
    user = kept.user()
    kept.sign_in_from(AWAY, FIREFOX, user)
    kept.service.clock.advance(5 * 86_400 - 60)
    kept.sign_in_from(HOME, CHROME, user)
    kept.service.do(purge.perform)
    assert all(event.attempt is not None for event in stored(kept, user))

    kept.service.clock.advance(120)
    kept.service.do(purge.perform)
    young, old = stored(kept, user)
    assert (young.address, young.attempt is not None) == (HOME, True)
    assert (old.address, old.attempt, old.timezone) == ("41.58.1.0", None, None)
    shown = kept.events(user)[1]
    assert shown["EventContextData"]["IpAddress"] == "41.58.1.0"
    assert shown["EventContextData"]["DeviceName"] == "Firefox 144, Linux"
    assert shown["EventContextData"]["Country"] == "Nigeria"
    assert shown["EventRisk"]["RiskDecision"] == "NoRisk"

    kept.service.clock.advance(5 * 86_400)
    kept.service.do(purge.perform)
    (left,) = stored(kept, user)
    assert (left.id, left.address) == (young.id, "88.88.12.0")
    kept.service.clock.advance(5 * 86_400)
    kept.service.do(purge.perform)
    assert stored(kept, user) == []


@pytest.mark.slow  # a service of its own
def test_verdict_on_a_context_free_event_is_written_down_and_teaches_nothing(kept):
    user = kept.user()
    kept.sign_in_from(AWAY, FIREFOX, user)
    kept.service.clock.advance(6 * 86_400)
    kept.service.do(purge.perform)

    async def profile(services):
        found = await services.storage.users.find(kept.pool, user)
        return (await services.storage.profiles.find(kept.pool, found.sub)).version

    before, event = kept.service.do(profile), kept.events(user)[0]["EventId"]
    kept.api.admin_update_auth_event_feedback(
        UserPoolId=kept.pool, Username=user, EventId=event, FeedbackValue="Invalid"
    )
    assert kept.events(user)[0]["EventFeedback"]["FeedbackValue"] == "Invalid"
    assert kept.service.do(profile) == before
    kept.service.do(purge.perform)
    assert kept.events(user)[0]["EventFeedback"]["FeedbackValue"] == "Invalid"


@pytest.mark.slow  # a service of its own
def test_more_than_a_batch_goes_in_one_turn(kept):
    user = kept.user()
    kept.sign_in_from(AWAY, FIREFOX, user)
    (one,) = stored(kept, user)

    async def add_many(services):
        async with services.storage.transaction() as tx:
            for number in range(1500):
                tx.events.add(replace(one, id=f"e{number}", time=one.time - 11 * DAY + number, version=0))

    async def count(services):
        return len([event async for event in services.storage.events.since(kept.pool, 0)])

    kept.service.do(add_many)
    assert kept.service.do(count) == 1501
    kept.service.do(purge.perform)
    assert kept.service.do(count) == 1


@pytest.mark.parametrize(
    ("address", "left"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        (None, None),
    ],
)
def test_addresses_keep_their_network_only(address, left):
    event = AuthEvent(
        pool="p",
        sub="s",
        id="e",
        time=0,
        type="SignIn",
        response="Pass",
        username="u",
        client="c",
        address=address,
    )
    assert context_free(event).address == left


@pytest.mark.parametrize("setting", ["event_days", "context_days"])
@pytest.mark.parametrize("value", ["0", "-1", "many", "40000"])
def test_senseless_periods_are_refused(setting, value):
    with pytest.raises(ConfigurationError, match=setting):
        load(None, {setting: value}, {})
