"""A mixed crowd for long runs: everything that people, their apps and operators do, each answer looked at."""

import asyncio
import json
import random  # noqa: TID251 - who does what next needs no secrecy
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import aiohttp
from people import People, address_of, operators_call

_TARGET = "AWSCognitoIdentityProviderService."
_BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/{}.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0",
)
_MOST_WRONG = 2  # passwords in a row: people mistype, but are not locked out
_AWAY = 0.1  # of calls come from one of two other places of theirs
_GUESSES = 500
SIGN_IN, ADMIN_SIGN_IN, REFRESH = "sign-in", "operator's sign-in", "refresh"
_WRONG, _UNKNOWN = "wrong password", "unknown user"
# Of a hundred calls.
MIX = {
    SIGN_IN: 30,
    REFRESH: 20,
    "GetUser": 15,
    _WRONG: 7,
    _UNKNOWN: 5,
    "AdminGetUser": 6,
    "AdminListUserAuthEvents": 5,
    "AdminUpdateAuthEventFeedback": 4,
    "RevokeToken": 5,
    ADMIN_SIGN_IN: 3,
}
# What may be answered besides 200, and then must be: nobody is let in with a wrong password.
_REFUSALS = {
    _WRONG: {"NotAuthorizedException", "TooManyRequestsException"},
    _UNKNOWN: {"NotAuthorizedException", "UserNotFoundException", "TooManyRequestsException"},
}
PASSWORD = "Corr3ct-horse-battery!"


@dataclass
class Person:
    """Somebody with a password, and what their app holds."""

    name: str
    number: int
    refresh_token: str = ""
    access_token: str = ""
    event: str = ""
    wrong: int = 0


@dataclass
class Heard:
    """What was answered, in the order of the answers."""

    kinds: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    unexpected: list[str] = field(default_factory=list)

    def add(self, kind: str, seconds: float, outcome: str) -> None:
        """One answer."""
        self.kinds.append(kind)
        self.seconds.append(seconds)
        self.outcomes.setdefault(kind, Counter())[outcome] += 1
        if outcome not in _REFUSALS.get(kind, {"200"}):
            self.unexpected.append(f"{kind}: {outcome}")


class Crowd:
    """People who share one pool; each connection has its own, so that nobody gets in their own way."""

    def __init__(self, people: People, strangers: int, addresses: int) -> None:
        self.people = people
        self.heard = Heard()
        self._strangers, self._addresses = strangers, addresses
        pairs = zip(people.users, people.refresh_tokens, strict=True)
        self._everybody = [Person(name, number, token) for number, (name, token) in enumerate(pairs)]
        self._chance = random.Random(11)

    async def play(self, calls: int, connections: int, progress: Callable[[int], None]) -> None:
        """So many calls, as fast as they are answered."""
        numbers = iter(range(calls))
        connector = aiohttp.TCPConnector(limit=connections)
        timeout = aiohttp.ClientTimeout(total=60)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            shares = (self._everybody[n::connections] for n in range(connections))
            await asyncio.gather(*(self._lane(session, each, numbers, progress) for each in shares))

    async def _lane(
        self,
        session: aiohttp.ClientSession,
        share: list[Person],
        numbers: Iterator[int],
        progress: Callable[[int], None],
    ) -> None:
        kinds, weights = list(MIX), list(MIX.values())
        for number in numbers:
            person = self._chance.choice(share)
            (kind,) = self._chance.choices(kinds, weights)
            await self._do(session, _possible(kind, person), person)
            progress(number)

    async def _do(self, session: aiohttp.ClientSession, kind: str, person: Person) -> None:
        request = self._request(kind, person)
        before = perf_counter()
        try:
            async with session.post(
                self.people.server.url + "/", data=request["body"], headers=request["headers"]
            ) as answer:
                text, status = await answer.read(), answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            self.heard.add(kind, perf_counter() - before, type(error).__name__)
            return
        outcome = "200" if status == 200 else str(json.loads(text).get("__type", status))
        self.heard.add(kind, perf_counter() - before, outcome)
        _remember(kind, person, json.loads(text) if status == 200 and text else {})

    def _request(self, kind: str, person: Person) -> dict[str, Any]:
        client, pool = self.people.client, self.people.pool
        if kind == ADMIN_SIGN_IN:
            return self.people.request("AdminInitiateAuth", person.number)
        if kind.startswith("Admin"):
            members = {"UserPoolId": pool, "Username": person.name}
            if kind == "AdminUpdateAuthEventFeedback":
                value = "Valid"
                if self._chance.random() < 0.1:
                    # It ends the session that the event opened.
                    value, person.refresh_token, person.access_token = "Invalid", "", ""
                members |= {"EventId": person.event, "FeedbackValue": value}
            return operators_call(self.people.server, kind, **members)
        if kind == "GetUser":
            return self._public(kind, person, AccessToken=person.access_token)
        if kind == "RevokeToken":
            return self._public(kind, person, ClientId=client, Token=person.refresh_token)
        if kind == REFRESH:
            answers = {"REFRESH_TOKEN": person.refresh_token}
            return self._public(
                "InitiateAuth", person, ClientId=client, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=answers
            )
        answers = {"USERNAME": person.name, "PASSWORD": PASSWORD}
        if kind == _UNKNOWN:
            answers["USERNAME"] = f"nobody{self._chance.randrange(self._strangers)}@example.com"
        if kind != SIGN_IN:
            answers["PASSWORD"] = f"Guess-{self._chance.randrange(_GUESSES)}!aA1"
        return self._public(
            "InitiateAuth", person, ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=answers
        )

    def _public(self, operation: str, person: Person, **members: Any) -> dict[str, Any]:
        """A call of a person's own browser, at home or away."""
        number = person.number
        place = number
        if self._chance.random() < _AWAY:
            place = len(self._everybody) + (2 * number + self._chance.randrange(2)) % self._addresses
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": _TARGET + operation,
            "User-Agent": _BROWSERS[number % 2].format(120 + number % 25),
            "Accept-Language": "nb-NO,nb;q=0.9,en;q=0.8",
            "X-Forwarded-For": address_of(place),
        }
        return {"headers": headers, "body": json.dumps(members)}


def _possible(kind: str, person: Person) -> str:
    """What was meant, or a sign-in where it needs one first."""
    needs = {
        REFRESH: person.refresh_token,
        "RevokeToken": person.refresh_token,
        "GetUser": person.access_token,
        "AdminUpdateAuthEventFeedback": person.event,
        _WRONG: person.wrong < _MOST_WRONG,
    }
    return kind if needs.get(kind, True) else SIGN_IN


def _remember(kind: str, person: Person, answer: dict[str, Any]) -> None:
    tokens = answer.get("AuthenticationResult")
    if kind == _WRONG:
        person.wrong += 1
    elif kind == "RevokeToken":
        person.refresh_token = person.access_token = ""
    elif tokens is not None:
        person.access_token = tokens["AccessToken"]
        person.refresh_token = tokens.get("RefreshToken", person.refresh_token)
        if kind != REFRESH:
            person.wrong, person.event = 0, _event_of(tokens["AccessToken"])


def _event_of(token: str) -> str:
    payload = token.split(".")[1]
    return str(json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["event_id"])
