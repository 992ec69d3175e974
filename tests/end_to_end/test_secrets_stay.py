"""What is secret is nowhere to be read: not in the logs, whatever their level, not in the database file."""

import base64
import json
import re
import signal
from urllib.request import Request

import pyotp
import pytest
from people import FLOWS
from serving import Server, _read

from riskengine.base.secret import Secret
from riskengine.credentials.secret_hash import secret_hash

pytestmark = pytest.mark.slow

PASSWORDS = {
    "temporary": "Tempor4ry-Zebra!",
    "own": "Corr3ct-Giraffe!",
    "wrong": "Wr0ng-Elephant!",
    "next": "N3xt-Antelope!",
    "of nobody": "N0body-Ostrich!",
}


class Journey:
    """One person's dealings, with everything that nobody else may learn."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.api = server.boto3()
        self.secrets = {f"password {name}": text for name, text in PASSWORDS.items()}
        self.secrets["access key"] = server.key[1]
        self.codes: list[str] = []
        self.pool = self.api.create_user_pool(
            PoolName="secrets", UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"}
        )["UserPool"]["Id"]
        client = self.api.create_user_pool_client(
            UserPoolId=self.pool, ClientName="app", ExplicitAuthFlows=FLOWS, GenerateSecret=True
        )["UserPoolClient"]
        self.client = client["ClientId"]
        self.secrets["client"] = client["ClientSecret"]

    def hash_of(self, user: str) -> str:
        return secret_hash(Secret(self.secrets["client"]), user, self.client)

    def sign_in(self, user: str, password: str):
        answers = {"USERNAME": user, "PASSWORD": password, "SECRET_HASH": self.hash_of(user)}
        return self.api.initiate_auth(
            ClientId=self.client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=answers
        )

    def respond(self, challenge, user: str, **answers: str):
        self.secrets[f"session {len(self.secrets)}"] = challenge["Session"]
        return self.api.respond_to_auth_challenge(
            ClientId=self.client,
            ChallengeName=challenge["ChallengeName"],
            Session=challenge["Session"],
            ChallengeResponses={"USERNAME": user, "SECRET_HASH": self.hash_of(user), **answers},
        )

    def keep(self, tokens) -> None:
        kinds = ("AccessToken", "IdToken", "RefreshToken")
        self.secrets |= {f"{kind} {len(self.secrets)}": tokens[kind] for kind in kinds if kind in tokens}


def play(journey: Journey) -> None:
    api, pool = journey.api, journey.pool
    api.set_user_pool_mfa_config(
        UserPoolId=pool, SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration="ON"
    )
    api.admin_create_user(
        UserPoolId=pool, Username="eve", TemporaryPassword=PASSWORDS["temporary"], MessageAction="SUPPRESS"
    )
    for user, password in (("eve", PASSWORDS["wrong"]), (PASSWORDS["of nobody"], PASSWORDS["of nobody"])):
        with pytest.raises(api.exceptions.ClientError):
            journey.sign_in(user, password)
    asked = journey.sign_in("eve", PASSWORDS["temporary"])
    asked = journey.respond(asked, "eve", NEW_PASSWORD=PASSWORDS["own"])
    associated = api.associate_software_token(Session=asked["Session"])
    journey.secrets["software token"] = associated["SecretCode"]
    totp = pyotp.TOTP(associated["SecretCode"])
    journey.codes.append(totp.at(journey.server.clock.now() // 1_000_000 - 30))
    verified = api.verify_software_token(Session=associated["Session"], UserCode=journey.codes[0])
    asked["Session"] = verified["Session"]
    tokens = journey.respond(asked, "eve")["AuthenticationResult"]
    journey.keep(tokens)
    api.admin_set_user_password(UserPoolId=pool, Username="eve", Password=PASSWORDS["next"], Permanent=True)
    asked = journey.sign_in("eve", PASSWORDS["next"])
    journey.codes.append(totp.at(journey.server.clock.now() // 1_000_000 + 30))
    tokens = journey.respond(asked, "eve", SOFTWARE_TOKEN_MFA_CODE=journey.codes[1])["AuthenticationResult"]
    journey.keep(tokens)
    refreshed = api.initiate_auth(
        ClientId=journey.client,
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"], "SECRET_HASH": journey.hash_of("eve")},
    )["AuthenticationResult"]
    journey.keep(refreshed)


def mistake(journey: Journey) -> None:
    """Calls that go wrong with secrets in them, in every place where one might be quoted."""
    texts = [text for name, text in journey.secrets.items() if not name.startswith("session")]
    for text in texts:
        for body in (
            f'{{"ClientId": "{text}",',
            json.dumps({"ClientId": text, "AuthFlow": text, "AuthParameters": {text: text}}),
            json.dumps({"AccessToken": text, "UserCode": text, "Session": text}),
        ):
            for operation in ("InitiateAuth", "VerifySoftwareToken", text[:60]):
                target = f"AWSCognitoIdentityProviderService.{operation}"
                headers = {"X-Amz-Target": target, "Authorization": f"AWS4-HMAC-SHA256 {text}"}
                status, _ = _read(Request(f"{journey.server.endpoint}/", body.encode(), headers))
                assert 400 <= status < 500


@pytest.fixture(scope="module")
def journey(tmp_path_factory):
    folder = tmp_path_factory.mktemp("secrets")
    server = Server(folder, f"sqlite:///{folder / 'riskengine.db'}", log_level="debug").start()
    try:
        journey = Journey(server)
        play(journey)
        mistake(journey)
        # Killed, so that the write-ahead log stays to be looked at.
        server.end(signal.SIGKILL)
        yield journey
    finally:
        server.end(signal.SIGKILL)


def test_no_secret_is_in_the_logs(journey):
    logs = journey.server.logs
    shown = f"AWS_SECRET_ACCESS_KEY={journey.server.key[1]}\n"
    assert logs.count(shown) == 1
    logs = logs.replace(shown, "")

    assert "listening" in logs
    assert [name for name, text in journey.secrets.items() if text in logs] == []
    assert [code for code in journey.codes if re.search(rf"(?<!\d){code}(?!\d)", logs)] == []


def test_no_secret_is_in_the_database_file(journey):
    files = [path for path in journey.server.folder.iterdir() if ".db" in path.name]
    content = b"".join(path.read_bytes() for path in files if path.suffix != ".key")
    assert {path.name for path in files} >= {"riskengine.db", "riskengine.db-wal", "riskengine.db.key"}
    assert b"eve" in content

    secrets = {name: text.encode() for name, text in journey.secrets.items()}
    secrets["software token's bytes"] = base64.b32decode(journey.secrets["software token"])
    secrets["master key"] = (journey.server.folder / "riskengine.db.key").read_bytes().strip()
    secrets["master key's bytes"] = base64.urlsafe_b64decode(secrets["master key"])
    assert [name for name, secret in secrets.items() if secret in content] == []


def test_only_the_owner_may_read_the_files(journey):
    for path in journey.server.folder.iterdir():
        if ".db" in path.name:
            assert path.stat().st_mode & 0o077 == 0, path.name
