"""A lock-out by a stranger leaves the owner's own device and place a way in."""

import pytest
from botocore.exceptions import ClientError
from people import AWAY, CHROME, FIREFOX, HOME, PASSWORD, People

LOCKED = "Password attempts exceeded"


def lock(people: People, user: str, address: str = AWAY, agent: str = FIREFOX) -> None:
    for _ in range(9):
        with pytest.raises(ClientError):
            people.sign_in_from(address, agent, user, "wrong")


@pytest.fixture
def settled(people: People) -> str:
    """A user whose habits are known; nothing is done about risk here."""
    people.actions("NO_ACTION", "NO_ACTION", "NO_ACTION")
    user = people.user()
    people.habits(user)
    return user


def test_owner_gets_in_where_they_are_known(people, settled, refused):
    lock(people, settled)
    with refused("NotAuthorizedException", LOCKED):
        people.sign_in_from(AWAY, FIREFOX, settled)
    assert "AuthenticationResult" in people.sign_in_from(HOME, CHROME, settled)


@pytest.mark.parametrize(("address", "agent"), [(AWAY, CHROME), (HOME, FIREFOX), (AWAY, FIREFOX)])
def test_half_of_a_place_is_none(people, settled, refused, address, agent):
    """The owner's agent from elsewhere, or another agent at home, is a stranger."""
    lock(people, settled)
    with refused("NotAuthorizedException", LOCKED):
        people.sign_in_from(address, agent, settled)


def test_guesses_are_bounded_at_home_too(people, settled, refused):
    lock(people, settled)
    for _ in range(5):
        with refused("NotAuthorizedException", "Incorrect username or password."):
            people.sign_in_from(HOME, CHROME, settled, "wrong")
    with refused("NotAuthorizedException", LOCKED):
        people.sign_in_from(HOME, CHROME, settled, PASSWORD)


def test_stranger_learns_no_way_in(people, settled, refused):
    """Failing from a place does not make it familiar."""
    lock(people, settled, AWAY, FIREFOX)
    people.service.clock.advance(2000)
    lock(people, settled, AWAY, FIREFOX)
    with refused("NotAuthorizedException", LOCKED):
        people.sign_in_from(AWAY, FIREFOX, settled)


def test_place_called_bad_is_no_way_in(people, settled, refused):
    """Who once got in from there, and was called an attacker, has not made it a place of the owner's."""
    people.sign_in_from(AWAY, FIREFOX, settled)
    event = people.events(settled)[0]["EventId"]
    people.api.admin_update_auth_event_feedback(
        UserPoolId=people.pool, Username=settled, EventId=event, FeedbackValue="Invalid"
    )
    people.service.clock.advance(3 * 86_400)
    lock(people, settled)
    with refused("NotAuthorizedException", LOCKED):
        people.sign_in_from(AWAY, FIREFOX, settled)
    assert "AuthenticationResult" in people.sign_in_from(HOME, CHROME, settled)
