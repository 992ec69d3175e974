"""Replaying recorded sign-ins gives the scores that the live ones got, attempt by attempt."""

import base64
import json
from contextlib import closing, nullcontext
from http.client import HTTPConnection

import pytest
from people import AWAY, CHROME, FIREFOX, PASSWORD, People
from recorded_sign_ins import judged
from service import Service, settings_for

from riskengine.context.fingerprint import sign

pytestmark = pytest.mark.slow  # its own processes

DAY = 86_400
NEIGHBOUR = "88.88.12.99"
COLLECTED = {
    "UserAgent": CHROME,
    "DeviceId": "ft7ybs4ul023p02swu0f:1601851221518",
    "DeviceLanguage": "nb-NO",
    "DevicePlatform": "Win32",
    "ClientTimezone": "01:00",
    "ScreenWidthPixels": "1920",
    "ScreenHeightPixels": "1080",
}
AT_HOME = (("User-Agent", CHROME), ("Accept", "*/*"), ("Accept-Language", "nb-NO,nb;q=0.9"))
ABROAD = (("Accept-Language", "en-US"), ("User-Agent", FIREFOX), ("Accept", "*/*"))
SCRIPT = (("User-Agent", CHROME), ("Accept-Encoding", "gzip"), ("Accept", "*/*"))


@pytest.fixture(scope="module")
def proxied(tmp_path_factory):
    """A service behind a proxy on this machine, which says where callers come from."""
    settings = settings_for(tmp_path_factory.mktemp("live"), trusted_proxies=("127.0.0.1/32",))
    with Service(settings) as running:
        yield running


class Recorder:
    """Signs people in, and writes each attempt down as an operator's own log would have it."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.lines = []
        self.events = []
        self.totps = {}

    def sign_in(self, user, address, headers, password=None, collected=None, passes=True):
        """To its end: a second factor that is asked for is passed, or failed."""
        # Everybody's own password: one that fails for many is a sign that no file tells of.
        parameters = {"USERNAME": user, "PASSWORD": password or f"{PASSWORD}{user}"}
        body = {
            "ClientId": self.people.client,
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": parameters,
        }
        if collected:
            body["UserContextData"] = {"EncodedData": self._encoded(user, collected)}
        status, answer = self._post(body, [*headers, ("X-Forwarded-For", address)])
        is_asked = "ChallengeName" in answer
        if is_asked:
            self._respond(user, answer, passes)
        event = self._newest(user)
        self.events.append(event)
        self.lines.append(
            {
                "id": event.id,
                "time": event.time / 1_000_000,
                # As the pool counts people: how many share a thing is an estimate that depends on their keys.
                "user": event.sub,
                "ip": address,
                "headers": headers,
                "device": collected,
                "password_ok": status == 200,
                "challenge_passed": passes if is_asked else None,
            }
        )
        return answer

    def judge(self, event, value):
        self.people.api.admin_update_auth_event_feedback(
            UserPoolId=self.people.pool, Username=event.username, EventId=event.id, FeedbackValue=value
        )
        now = self.people.service.clock.now() / 1_000_000
        self.lines.append({"time": now, "feedback": {"id": event.id, "value": value}})

    def _respond(self, user, answer, passes):
        code = self.people.code(self.totps[user]) if passes else "000000"
        with nullcontext() if passes else pytest.raises(self.people.api.exceptions.CodeMismatchException):
            self.people.answer(answer, user, SOFTWARE_TOKEN_MFA_CODE=code)

    def _newest(self, user):
        async def newest(services):
            found = await services.storage.users.find(self.people.pool, user)
            return (await services.storage.events.list_(self.people.pool, found.sub, before=None, limit=1))[0]

        return self.people.service.do(newest)

    def _sub(self, user):
        found = self.people.api.admin_get_user(UserPoolId=self.people.pool, Username=user)
        return next(each["Value"] for each in found["UserAttributes"] if each["Name"] == "sub")

    def _encoded(self, user, collected):
        now = self.people.service.clock.now() // 1000
        pool = self.people.pool
        content = {
            "contextData": collected,
            "username": self._sub(user),
            "userPoolId": pool,
            "timestamp": now,
        }
        payload, version = json.dumps(content), "JS20171115"
        signature = sign(self.people.client, version, payload).decode()
        envelope = {"payload": payload, "signature": signature, "version": version}
        return base64.b64encode(json.dumps(envelope).encode()).decode()

    def _post(self, body, headers):
        content = json.dumps(body).encode()
        kind = ("Content-Type", "application/x-amz-json-1.1")
        target = ("X-Amz-Target", "AWSCognitoIdentityProviderService.InitiateAuth")
        with closing(HTTPConnection("127.0.0.1", self.people.service.port, timeout=30)) as connection:
            connection.putrequest("POST", "/", skip_accept_encoding=True)
            for name, value in (kind, target, *headers, ("Content-Length", str(len(content)))):
                connection.putheader(name, value)
            connection.endheaders(content)
            response = connection.getresponse()
            return response.status, json.loads(response.read())


def play(recorder: Recorder) -> None:
    """Two weeks of habits, two stuffing bursts, takeovers, second factors, verdicts."""
    people, clock = recorder.people, recorder.people.service.clock
    people.mfa("OPTIONAL")
    users = []
    for _ in range(6):
        user = people.user()
        people.api.admin_set_user_password(
            UserPoolId=people.pool, Username=user, Password=f"{PASSWORD}{user}", Permanent=True
        )
        users.append(user)
    able = users[0]
    for day in range(14):
        for place, user in enumerate(users):
            clock.advance(DAY / len(users))
            answer = recorder.sign_in(
                user, f"88.88.12.{30 + place}", AT_HOME, collected=COLLECTED if place % 2 else None
            )
            if user == able and day == 0:
                recorder.totps[able] = people.register_totp(answer["AuthenticationResult"]["AccessToken"])
        if day in {5, 9}:
            for number in range(16):
                clock.advance(20)
                recorder.sign_in(users[number % 6], AWAY, SCRIPT, password=f"guess-{number}-Aa1!")
        if day == 10:
            recorder.sign_in(able, AWAY, ABROAD, passes=False)
            recorder.sign_in(users[1], AWAY, ABROAD)
            recorder.judge(recorder.events[-1], "Invalid")
    for user in users:
        clock.advance(60)
        recorder.sign_in(user, AWAY, ABROAD)
    recorder.judge(recorder.events[-1], "Valid")
    for user in users:
        clock.advance(60)
        recorder.sign_in(user, NEIGHBOUR, AT_HOME)
        recorder.sign_in(user, AWAY, ABROAD)


def test_every_score_is_the_same(proxied, tmp_path):
    recorder = Recorder(People(proxied))
    play(recorder)

    replayed = judged(tmp_path, recorder.lines)

    events = recorder.events
    assert {event.level for event in events} >= {"None", "Low", "High"}
    assert {line.get("challenge_passed") for line in recorder.lines} == {None, False, True}
    for number, (event, line) in enumerate(zip(events, replayed, strict=True)):
        reasons = [{"code": each.code, "points": each.points, "text": each.text} for each in event.reasons]
        live = {"id": event.id, "score": event.score, "level": event.level, "reasons": reasons}
        assert {name: line[name] for name in live} == live, f"attempt {number} of {event.username}"
