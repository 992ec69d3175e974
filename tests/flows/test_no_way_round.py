"""No sequence of answers reaches tokens without every step that pool and user want; sessions count once."""

from dataclasses import dataclass, field
from typing import Any

import pyotp
import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from outbox_reader import newest_code
from people import PASSWORD, People

FACTORS = {
    "SMS_MFA": "SMSMfaSettings",
    "EMAIL_OTP": "EmailMfaSettings",
    "SOFTWARE_TOKEN_MFA": "SoftwareTokenMfaSettings",
}
ANSWER_KEYS = {
    "SMS_MFA": "SMS_MFA_CODE",
    "EMAIL_OTP": "EMAIL_OTP_CODE",
    "SOFTWARE_TOKEN_MFA": "SOFTWARE_TOKEN_MFA_CODE",
}


@dataclass
class Walk:
    """One user's way through a sign-in, and what has truly been proved on it."""

    people: People
    user: str
    password: str
    phone: str
    mail: str
    totp: pyotp.TOTP | None
    wanted: frozenset[str]  # second factors of which one has to be proved; empty: none
    proved: set[str] = field(default_factory=set)
    current: dict[str, Any] = field(default_factory=dict)
    spent: list[tuple[dict[str, Any], dict[str, str]]] = field(default_factory=list)

    def begin(self, word: str) -> None:
        flow = {"right": self.password, "wrong": "Wr0ng-horse!"}[word]
        self.proved.clear()
        self.current = self.people.sign_in(self.user, flow)
        if word == "right":
            self.proved.add("password")

    def answer(self, word: str) -> None:
        name = self.current.get("ChallengeName")
        if name is None:
            return
        asked, before = self.current, set(self.proved)
        answers, proves = self.words(name, word)
        if proves:
            self.proved.add(proves)
        try:
            self.current = self.people.answer(asked, self.user, **answers)
        except ClientError:
            self.proved = before
            raise
        self.spent.append((asked, answers))

    def words(self, name: str, word: str) -> tuple[dict[str, str], str]:
        """The answer to a challenge, and what a right one proves."""
        if name == "NEW_PASSWORD_REQUIRED":
            self.password = "Fresh-h0rse!"
            return {"NEW_PASSWORD": self.password}, "new password"
        if name == "SELECT_MFA_TYPE":
            return {"ANSWER": {"right": "SOFTWARE_TOKEN_MFA", "wrong": "NONE"}.get(word, "SMS_MFA")}, ""
        if name == "MFA_SETUP":
            if word != "right":
                return {}, ""
            return {"EMAIL": self.mail}, ""
        key = ANSWER_KEYS[name]
        if word != "right":
            return {key: "000000" if word == "wrong" else "12345678"}, ""
        return {key: self.code(name)}, name

    def code(self, name: str) -> str:
        if name == "SOFTWARE_TOKEN_MFA":
            assert self.totp is not None
            self.people.service.clock.advance(31)
            return self.people.code(self.totp)
        return newest_code(self.people.service, self.phone if name == "SMS_MFA" else self.mail)


def walk(people: People, mode: str, has: frozenset[str], enabled: frozenset[str], temporary: bool) -> Walk:
    name = people.user()
    number = name.removeprefix("user").rjust(3, "0")
    phone, mail = f"+4790{abs(hash(people.pool)) % 10**5:05}{number}", f"{people.pool}.{name}@example.com"
    totp = None
    if "SOFTWARE_TOKEN_MFA" in has:
        people.mfa("OPTIONAL", sms=True, email=True)
        totp = people.register_totp(people.sign_in(name)["AuthenticationResult"]["AccessToken"])
    addresses = {}
    if "SMS_MFA" in has:
        addresses["phone_number"] = phone
    if "EMAIL_OTP" in has:
        addresses["email"] = mail
    if addresses:
        people.reachable(name, **addresses)
    people.mfa(mode, sms=True, email=True)
    chosen = {FACTORS[factor]: {"Enabled": True} for factor in enabled & has}
    if chosen:
        people.api.admin_set_user_mfa_preference(UserPoolId=people.pool, Username=name, **chosen)
    if temporary:
        people.api.admin_set_user_password(
            UserPoolId=people.pool, Username=name, Password=PASSWORD, Permanent=False
        )
    on = enabled & has
    if mode == "ON":
        wanted = on or has or frozenset({"EMAIL_OTP"})
    else:
        wanted = on if mode == "OPTIONAL" else frozenset()
    return Walk(people, name, PASSWORD, phone, mail, totp, wanted)


_SOME = st.frozensets(st.sampled_from(sorted(FACTORS)))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    mode=st.sampled_from(["OPTIONAL", "ON"]),
    has=_SOME,
    enabled=_SOME,
    temporary=st.booleans(),
    words=st.lists(
        st.sampled_from(["right", "right", "right", "wrong", "other", "replay", "restart"]), max_size=8
    ),
)
def test_tokens_need_every_step(people, mode, has, enabled, temporary, words):
    """Right, wrong, foreign, replayed and abandoned answers in any order."""
    way = walk(people, mode, has, enabled, temporary)
    for word in ["right", *words]:
        try:
            if word == "replay":
                for asked, answers in way.spent[-1:]:
                    with pytest.raises(ClientError):
                        people.answer(asked, way.user, **answers)
            elif word == "restart" or not way.current:
                way.begin("right" if word == "restart" else word if word in {"right", "wrong"} else "wrong")
            else:
                way.answer(word)
        except ClientError:
            pass
        if "AuthenticationResult" in way.current:
            assert "password" in way.proved
            assert not temporary or way.password != PASSWORD
            assert not way.wanted or way.proved & way.wanted, (way.proved, way.wanted)
            way.current = {}
            temporary = False
            if mode == "ON" and not has:
                has = frozenset({"EMAIL_OTP"})
