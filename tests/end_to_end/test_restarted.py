"""What attacks taught outlives the process: an attacker gains nothing by a restart of ours."""

import signal

import pytest
from people import AWAY, CHROME, PASSWORD, People
from serving import extended

pytestmark = pytest.mark.slow

ELSEWHERE = "102.89.23.7"  # MTN Nigeria
QUIET = "197.210.64.3"


def score_from(server, people: People, address: str) -> int:
    """What a newcomer's right password from there comes to."""
    user = people.user()
    people.sign_in_from(address, CHROME, user)
    listed = extended(
        server, "AdminListUserAuthEvents", server.key, UserPoolId=people.pool, Username=user, MaxResults=1
    )
    return listed["AuthEvents"][0]["EventRisk"]["RiskScore"]


def stuff(people: People, address: str) -> None:
    """Thirty names, one wrong password each, from one address."""
    for number in range(30):
        with pytest.raises(people.api.exceptions.UserNotFoundException):
            people.sign_in_from(address, CHROME, f"name{number}", f"{PASSWORD}{number}")


def test_failures_still_count_after_a_restart_and_after_a_kill(own_server):
    people = People(own_server)
    before = score_from(own_server, people, AWAY)
    stuff(people, AWAY)
    attacked = score_from(own_server, people, AWAY)
    assert attacked > before + 10

    own_server.restart()
    assert score_from(own_server, people, AWAY) == pytest.approx(attacked, abs=3)

    stuff(people, ELSEWHERE)
    elsewhere = score_from(own_server, people, ELSEWHERE)
    own_server.restart(signal.SIGKILL)
    assert score_from(own_server, people, AWAY) == pytest.approx(attacked, abs=3)
    assert score_from(own_server, people, ELSEWHERE) == pytest.approx(elsewhere, abs=3)
    assert score_from(own_server, people, QUIET) < elsewhere - 10
