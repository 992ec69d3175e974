"""Devices: offered with tokens, confirmed, and proved at the next sign-in, beside or in place of MFA."""

import base64
import hashlib
import hmac
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError
from outbox_reader import newest_code
from people import PASSWORD, People
from pycognito import AWSSRP
from pycognito.aws_srp import generate_hash_device

N = AWSSRP(username="a", password="b", pool_id="us-east-1_x", client_id="c", client=object()).big_n
G = 2
GONE = "Device does not exist."


def pad(number: int) -> bytes:
    raw = number.to_bytes((number.bit_length() + 7) // 8 or 1, "big")
    return b"\0" + raw if raw[0] & 0x80 else raw


class Phone:
    """A client's side of a device, as the JavaScript libraries do it."""

    def __init__(self, metadata: dict[str, str]) -> None:
        self.key, self.group = metadata["DeviceKey"], metadata["DeviceGroupKey"]
        self.password = base64.b64encode(os.urandom(40)).decode()
        self.salt = int.from_bytes(os.urandom(16), "big") | 1
        self.a = int.from_bytes(os.urandom(128), "big")
        self.public = pow(G, self.a, N)

    def _x(self, salt: int) -> int:
        inner = hashlib.sha256(f"{self.group}{self.key}:{self.password}".encode()).digest()
        return int(hashlib.sha256(pad(salt) + inner).hexdigest(), 16)

    def verifier(self) -> dict[str, str]:
        verifier = pow(G, self._x(self.salt), N)
        return {
            "PasswordVerifier": base64.b64encode(pad(verifier)).decode(),
            "Salt": base64.b64encode(pad(self.salt)).decode(),
        }

    def claim(self, parameters: dict[str, str], now: int) -> dict[str, str]:
        big_b, salt = int(parameters["SRP_B"], 16), int(parameters["SALT"], 16)
        u = int(hashlib.sha256(pad(self.public) + pad(big_b)).hexdigest(), 16)
        k = int(hashlib.sha256(pad(N) + pad(G)).hexdigest(), 16)
        x = self._x(salt)
        shared = pow((big_b - k * pow(G, x, N)) % N, self.a + u * x, N)
        prk = hmac.digest(pad(u), pad(shared), "sha256")
        key = hmac.digest(prk, b"Caldera Derived Key\x01", "sha256")[:16]
        stamp = datetime.fromtimestamp(now, UTC)
        timestamp = f"{stamp:%a %b} {stamp.day} {stamp:%H:%M:%S} UTC {stamp.year}"
        block = base64.b64decode(parameters["SECRET_BLOCK"])
        message = f"{self.group}{self.key}".encode() + block + timestamp.encode()
        return {
            "PASSWORD_CLAIM_SECRET_BLOCK": parameters["SECRET_BLOCK"],
            "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(hmac.digest(key, message, "sha256")).decode(),
            "TIMESTAMP": timestamp,
            "DEVICE_KEY": self.key,
        }


def track(people: People, *, skips_mfa: bool = True, asks: bool = False) -> None:
    people.pool_with(
        DeviceConfiguration={
            "ChallengeRequiredOnNewDevice": skips_mfa,
            "DeviceOnlyRememberedOnUserPrompt": asks,
        }
    )


def sign_in(people: People, user: str, key: str | None = None) -> dict:
    parameters = {"USERNAME": user, "PASSWORD": PASSWORD}
    if key:
        parameters["DEVICE_KEY"] = key
    return people.api.initiate_auth(
        ClientId=people.client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters
    )


def respond(people: People, name: str, user: str, session: str | None = None, **answers: str) -> dict:
    members = {"Session": session} if session else {}
    return people.api.respond_to_auth_challenge(
        ClientId=people.client,
        ChallengeName=name,
        ChallengeResponses={"USERNAME": user, **answers},
        **members,
    )


def confirm(people: People, tokens: dict) -> tuple[Phone, dict]:
    phone = Phone(tokens["NewDeviceMetadata"])
    answer = people.api.confirm_device(
        AccessToken=tokens["AccessToken"],
        DeviceKey=phone.key,
        DeviceSecretVerifierConfig=phone.verifier(),
        DeviceName="My phone",
    )
    return phone, answer


def registered(people: People, user: str) -> Phone:
    return confirm(people, sign_in(people, user)["AuthenticationResult"])[0]


def prove(people: People, user: str, phone: Phone, session: str | None = None) -> dict:
    begun = respond(people, "DEVICE_SRP_AUTH", user, session, DEVICE_KEY=phone.key, SRP_A=f"{phone.public:x}")
    assert begun["ChallengeName"] == "DEVICE_PASSWORD_VERIFIER"
    claim = phone.claim(begun["ChallengeParameters"], people.seconds())
    return respond(people, "DEVICE_PASSWORD_VERIFIER", user, **claim)


def claims(token: str) -> dict:
    import jwt

    return jwt.decode(token, options={"verify_signature": False})


def test_new_device_is_offered_and_confirmed(people):
    track(people)
    user = people.user()
    tokens = sign_in(people, user)["AuthenticationResult"]
    metadata = tokens["NewDeviceMetadata"]
    assert metadata["DeviceKey"].startswith("us-east-1_")
    assert metadata["DeviceGroupKey"].startswith("-")
    assert claims(tokens["AccessToken"])["device_key"] == metadata["DeviceKey"]
    phone, answer = confirm(people, tokens)
    assert answer["UserConfirmationNecessary"] is False
    shown = people.api.get_device(AccessToken=tokens["AccessToken"], DeviceKey=phone.key)["Device"]
    named = {each["Name"]: each["Value"] for each in shown["DeviceAttributes"]}
    assert (named["device_name"], named["dev:device_remembered_status"]) == ("My phone", "remembered")
    assert named["last_ip_used"] == "127.0.0.1"


def test_device_is_proved_without_a_session(people):
    """As pycognito does it: user name and device key find the sign-in that waits."""
    track(people)
    user = people.user()
    phone = registered(people, user)
    challenge = sign_in(people, user, phone.key)
    assert challenge["ChallengeName"] == "DEVICE_SRP_AUTH"
    tokens = prove(people, user, phone)["AuthenticationResult"]
    assert "NewDeviceMetadata" not in tokens
    assert claims(tokens["AccessToken"])["device_key"] == phone.key


def test_pycognito_proves_its_device(people):
    """The library's own device maths, which sends no Session and uses one A twice."""
    track(people)
    user = people.user()

    def srp(**options) -> AWSSRP:
        return AWSSRP(
            username=user,
            password=PASSWORD,
            pool_id=people.pool,
            client_id=people.client,
            client=people.api,
            **options,
        )

    tokens = srp().authenticate_user()["AuthenticationResult"]
    metadata = tokens["NewDeviceMetadata"]
    password, verifier = generate_hash_device(metadata["DeviceGroupKey"], metadata["DeviceKey"])
    people.api.confirm_device(
        AccessToken=tokens["AccessToken"],
        DeviceKey=metadata["DeviceKey"],
        DeviceSecretVerifierConfig=verifier,
    )
    for _ in range(4):
        again = srp(
            device_key=metadata["DeviceKey"],
            device_group_key=metadata["DeviceGroupKey"],
            device_password=password,
        ).authenticate_user()
        assert "AccessToken" in again["AuthenticationResult"]


def test_remembered_device_takes_the_place_of_mfa(people):
    track(people)
    people.mfa("OPTIONAL", sms=True)
    user = people.user()
    phone = registered(people, user)
    people.reachable(user, phone_number="+4791234567")
    people.api.admin_set_user_mfa_preference(
        UserPoolId=people.pool, Username=user, SMSMfaSettings={"Enabled": True, "PreferredMfa": True}
    )
    assert sign_in(people, user)["ChallengeName"] == "SMS_MFA"
    assert sign_in(people, user, phone.key)["ChallengeName"] == "DEVICE_SRP_AUTH"
    assert "AuthenticationResult" in prove(people, user, phone)
    people.api.admin_update_device_status(
        UserPoolId=people.pool, Username=user, DeviceKey=phone.key, DeviceRememberedStatus="not_remembered"
    )
    assert sign_in(people, user, phone.key)["ChallengeName"] == "SMS_MFA"


def test_device_is_proved_after_mfa_where_mfa_is_always_asked(people):
    """identity-js sends the session of the step before, which is spent: that is fine."""
    track(people, skips_mfa=False)
    people.mfa("OPTIONAL", sms=True)
    user = people.user()
    phone = registered(people, user)
    people.reachable(user, phone_number="+4791234568")
    people.api.admin_set_user_mfa_preference(
        UserPoolId=people.pool, Username=user, SMSMfaSettings={"Enabled": True, "PreferredMfa": True}
    )
    challenge = sign_in(people, user, phone.key)
    assert challenge["ChallengeName"] == "SMS_MFA"
    code = newest_code(people.service, "+4791234568")
    asked = respond(people, "SMS_MFA", user, challenge["Session"], SMS_MFA_CODE=code)
    assert asked["ChallengeName"] == "DEVICE_SRP_AUTH"
    assert "AuthenticationResult" in prove(people, user, phone, challenge["Session"])


def test_secret_is_needed(people, refused):
    track(people)
    user = people.user()
    phone = registered(people, user)
    thief = Phone({"DeviceKey": phone.key, "DeviceGroupKey": phone.group})
    sign_in(people, user, phone.key)
    with refused("NotAuthorizedException", "Incorrect username or password."):
        prove(people, user, thief)
    # A stranger's tries use the owner's sign-in up neither before nor after.
    assert "AuthenticationResult" in prove(people, user, phone)


def test_device_step_needs_the_password_step(people, refused):
    """Whoever has the device, but not the password, gets nowhere."""
    track(people)
    user = people.user()
    phone = registered(people, user)
    with refused("NotAuthorizedException", "Invalid session for the user."):
        prove(people, user, phone)
    sign_in(people, user, phone.key)
    assert "AuthenticationResult" in prove(people, user, phone)
    with refused("NotAuthorizedException", "Invalid session for the user."):
        prove(people, user, phone)
    sign_in(people, user, phone.key)
    people.service.clock.advance(181)
    with refused("NotAuthorizedException", "Invalid session for the user."):
        prove(people, user, phone)


def test_one_waiting_sign_in_gives_tokens_once(people):
    track(people)
    user = people.user()
    phone = registered(people, user)
    sign_in(people, user, phone.key)
    begun = [
        respond(people, "DEVICE_SRP_AUTH", user, DEVICE_KEY=phone.key, SRP_A=f"{phone.public:x}")
        for _ in range(6)
    ]

    def one(challenge: dict) -> bool:
        try:
            claim = phone.claim(challenge["ChallengeParameters"], people.seconds())
            respond(people, "DEVICE_PASSWORD_VERIFIER", user, **claim)
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(one, begun)).count(True) == 1


def test_unknown_device_is_told_and_nothing_is_spent(people, refused):
    """Clients forget the key and send the same proof again, without one."""
    track(people)
    user = people.user()
    helper = AWSSRP(
        username=user, password=PASSWORD, pool_id=people.pool, client_id=people.client, client=people.api
    )
    begun = people.api.initiate_auth(
        ClientId=people.client, AuthFlow="USER_SRP_AUTH", AuthParameters=helper.get_auth_params()
    )
    answers = helper.process_challenge(begun["ChallengeParameters"], helper.get_auth_params())
    before = len(people.events(user))
    with refused("ResourceNotFoundException", GONE):
        people.api.respond_to_auth_challenge(
            ClientId=people.client,
            ChallengeName="PASSWORD_VERIFIER",
            ChallengeResponses={**answers, "DEVICE_KEY": "us-east-1_11111111-1111-4111-8111-111111111111"},
        )
    assert len(people.events(user)) == before
    done = people.api.respond_to_auth_challenge(
        ClientId=people.client, ChallengeName="PASSWORD_VERIFIER", ChallengeResponses=answers
    )
    assert "AuthenticationResult" in done


def test_tokens_of_a_device_end_with_it(people, refused):
    """They are refreshed with its key, and not once it was forgotten."""
    track(people)
    user = people.user()
    phone = registered(people, user)
    sign_in(people, user, phone.key)
    tokens = prove(people, user, phone)["AuthenticationResult"]

    def refresh(**more: str) -> dict:
        return people.api.initiate_auth(
            ClientId=people.client,
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"], **more},
        )

    with refused("NotAuthorizedException", "Invalid Refresh Token"):
        refresh()
    renewed = refresh(DEVICE_KEY=phone.key)["AuthenticationResult"]
    assert claims(renewed["AccessToken"])["device_key"] == phone.key
    people.api.forget_device(AccessToken=tokens["AccessToken"], DeviceKey=phone.key)
    with refused("NotAuthorizedException", "Invalid Refresh Token"):
        refresh(DEVICE_KEY=phone.key)
    with refused("ResourceNotFoundException", GONE):
        sign_in(people, user, phone.key)


def test_devices_are_listed_and_administered(people, refused):
    track(people, asks=True)
    user = people.user()
    tokens = sign_in(people, user)["AuthenticationResult"]
    phone, answer = confirm(people, tokens)
    assert answer["UserConfirmationNecessary"] is True
    other = registered(people, user)
    token = tokens["AccessToken"]
    people.api.update_device_status(
        AccessToken=token, DeviceKey=phone.key, DeviceRememberedStatus="remembered"
    )
    page = people.api.list_devices(AccessToken=token, Limit=1)
    rest = people.api.list_devices(AccessToken=token, PaginationToken=page["PaginationToken"])
    assert {each["DeviceKey"] for each in page["Devices"] + rest["Devices"]} == {phone.key, other.key}
    admin = {"UserPoolId": people.pool, "Username": user}
    assert len(people.api.admin_list_devices(**admin)["Devices"]) == 2
    people.api.admin_forget_device(**admin, DeviceKey=other.key)
    with refused("ResourceNotFoundException", GONE):
        people.api.admin_get_device(**admin, DeviceKey=other.key)
    shown = people.api.admin_get_device(**admin, DeviceKey=phone.key)["Device"]
    named = {each["Name"]: each["Value"] for each in shown["DeviceAttributes"]}
    assert named["dev:device_remembered_status"] == "remembered"


@pytest.mark.parametrize(
    "verifier",
    [
        {"PasswordVerifier": "AA==", "Salt": "AQ=="},
        {"PasswordVerifier": base64.b64encode(pad(N)).decode(), "Salt": "AQ=="},
        {"PasswordVerifier": "!!", "Salt": "AQ=="},
        {"PasswordVerifier": base64.b64encode(b"\x05").decode(), "Salt": ""},
        {},
    ],
)
def test_bad_verifiers_are_refused(people, verifier):
    track(people)
    tokens = sign_in(people, people.user())["AuthenticationResult"]
    with pytest.raises(ClientError) as caught:
        people.api.confirm_device(
            AccessToken=tokens["AccessToken"],
            DeviceKey=tokens["NewDeviceMetadata"]["DeviceKey"],
            DeviceSecretVerifierConfig=verifier,
        )
    assert caught.value.response["Error"]["Code"] == "InvalidParameterException"


def test_only_the_offered_key_is_confirmed(people):
    track(people)
    tokens = sign_in(people, people.user())["AuthenticationResult"]
    other = sign_in(people, people.user())["AuthenticationResult"]
    phone = Phone(other["NewDeviceMetadata"])
    with pytest.raises(ClientError) as caught:
        people.api.confirm_device(
            AccessToken=tokens["AccessToken"],
            DeviceKey=phone.key,
            DeviceSecretVerifierConfig=phone.verifier(),
        )
    assert caught.value.response["Error"]["Code"] == "InvalidParameterException"


def test_administrators_flows_give_no_devices(people):
    track(people)
    from people import CHROME, HOME

    assert "NewDeviceMetadata" not in people.sign_in_from(HOME, CHROME, people.user())["AuthenticationResult"]
