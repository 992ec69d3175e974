"""kill -9 in the middle of sign-ins: what was answered is there, and still good, after the next start."""

import json
import secrets
import signal
import threading
import time
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, HTTPClientError
from people import CHROME, HOME, PASSWORD, People
from serving import extended

pytestmark = pytest.mark.slow

ROUNDS = 2
GUESSERS = 4


@dataclass
class Told:
    """What a client was answered before the server was gone."""

    user: str
    events: list[str] = field(default_factory=list)
    refresh_tokens: list[str] = field(default_factory=list)
    failures: int = 0
    faults: list[str] = field(default_factory=list)


class Load:
    """Threads that sign in, rightly and wrongly, until nobody answers."""

    def __init__(self, people: People, users: list[str]) -> None:
        self.told = [Told(user) for user in users]
        # The first one is never wrong and comes from home; the others guess in turn.
        works = [lambda told: people.sign_in_from(HOME, CHROME, told.user)]
        works += [lambda told: self._in_turn(people, told)] * (len(users) - 1)
        self._threads = [
            threading.Thread(target=_repeat, args=(work, told))
            for work, told in zip(works, self.told, strict=True)
        ]

    @staticmethod
    def _in_turn(people: People, told: Told):
        is_wrong = (len(told.events) + told.failures) % 3 == 2
        return people.sign_in(told.user, "wrong-Passw0rd!") if is_wrong else people.sign_in(told.user)

    def run_until_killed(self, server) -> list[Told]:
        """Kill the server once so many were answered, whatever it is doing then."""
        for thread in self._threads:
            thread.start()
        enough = 60 + secrets.randbelow(60)
        while sum(len(told.events) + told.failures for told in self.told) < enough:
            time.sleep(0.001)
        server.end(signal.SIGKILL)
        for thread in self._threads:
            thread.join(30)
        return self.told


def _repeat(work, told: Told) -> None:
    while True:
        try:
            tokens = work(told)["AuthenticationResult"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "NotAuthorizedException":
                told.faults.append(error.response["Error"]["Code"])
            told.failures += 1
        except (HTTPClientError, EndpointConnectionError):  # cut off, or nobody answers
            return
        else:
            told.events.append(event_of(tokens["AccessToken"]))
            told.refresh_tokens.append(tokens["RefreshToken"])


def event_of(token: str) -> str:
    payload = token.split(".")[1]
    return json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["event_id"]


def all_events(people: People, user: str) -> list[dict]:
    pages = people.api.get_paginator("admin_list_user_auth_events").paginate(
        UserPoolId=people.pool, Username=user
    )
    return [event for page in pages for event in page["AuthEvents"]]


def newest_risk(server, people: People, user: str) -> dict:
    listed = extended(
        server, "AdminListUserAuthEvents", server.key, UserPoolId=people.pool, Username=user, MaxResults=1
    )
    return listed["AuthEvents"][0]["EventRisk"]


def test_what_was_answered_outlives_a_kill(own_server):
    people = People(own_server)
    users = [people.user() for _ in range(1 + GUESSERS)]
    for _ in range(5):
        people.sign_in_from(HOME, CHROME, users[0])
    usual = newest_risk(own_server, people, users[0])
    for _ in range(ROUNDS):
        failed_before = {user: failures(people, user) for user in users}

        told = Load(people, users).run_until_killed(own_server)
        own_server.start()

        assert sum(len(each.events) for each in told) > 20
        assert sum(each.failures for each in told) > 5
        for each in told:
            require_kept(people, each, failed_before[each.user])
        people.sign_in_from(HOME, CHROME, users[0])
        risk = newest_risk(own_server, people, users[0])
        assert risk["RiskDecision"] == "NoRisk"
        assert risk["RiskScore"] <= usual["RiskScore"] < newcomer_score(own_server, people)


def require_kept(people: People, told: Told, failed_before: int) -> None:
    stored = all_events(people, told.user)
    assert told.faults == []
    assert set(told.events) <= {event["EventId"] for event in stored if event["EventResponse"] == "Pass"}
    # One more may have been written without being answered.
    assert told.failures <= failures(people, told.user) - failed_before <= told.failures + 1
    for token in told.refresh_tokens[-20:]:
        assert event_of(refreshed(people, token)) in told.events


def failures(people: People, user: str) -> int:
    return sum(event["EventResponse"] == "Fail" for event in all_events(people, user))


def newcomer_score(server, people: People) -> int:
    """What somebody without a history gets at the same place: more."""
    user = people.user()
    people.sign_in_from(HOME, CHROME, user)
    return newest_risk(server, people, user)["RiskScore"]


def refreshed(people: People, token: str) -> str:
    answer = people.api.initiate_auth(
        ClientId=people.client, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": token}
    )
    return answer["AuthenticationResult"]["AccessToken"]


class Newcomers:
    """Threads that sign people up, until nobody answers."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.answered: list[str] = []
        self._threads = [threading.Thread(target=self._sign_up, args=(lane,)) for lane in range(4)]

    def _sign_up(self, lane: int) -> None:
        for number in range(10_000):
            name = f"new{lane}x{number}"
            try:
                self.people.api.sign_up(
                    ClientId=self.people.client,
                    Username=name,
                    Password=PASSWORD,
                    UserAttributes=[{"Name": "email", "Value": f"{name}@example.com"}],
                )
            except (HTTPClientError, EndpointConnectionError):
                return
            self.answered.append(name)

    def run_until_killed(self, server) -> None:
        for thread in self._threads:
            thread.start()
        while len(self.answered) < 40:
            time.sleep(0.001)
        server.end(signal.SIGKILL)
        for thread in self._threads:
            thread.join(30)


def test_no_user_is_half_created(own_server):
    """Whoever signed up before a kill is there with event and code; whoever is there has both."""
    people = People(own_server)
    people.pool_with(AutoVerifiedAttributes=["email"])
    newcomers = Newcomers(people)
    newcomers.run_until_killed(own_server)
    own_server.start()

    pages = people.api.get_paginator("list_users").paginate(UserPoolId=people.pool)
    there = {user["Username"]: user["UserStatus"] for page in pages for user in page["Users"]}
    assert set(newcomers.answered) <= set(there)
    assert set(there.values()) == {"UNCONFIRMED"}
    for name in there:
        assert [event["EventType"] for event in all_events(people, name)] == ["SignUp"]
    # The last ones are the likeliest to be cut in two.
    for name in sorted(there, key=lambda name: int(name.partition("x")[2]))[-3:]:
        told = own_server.command("outbox", "latest", f"{name}@example.com")
        assert told.returncode == 0, told.stderr
        people.api.confirm_sign_up(
            ClientId=people.client, Username=name, ConfirmationCode=told.stdout.strip()
        )
        assert people.status(name) == "CONFIRMED"
        assert "AuthenticationResult" in people.sign_in(name)
