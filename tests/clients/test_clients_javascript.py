"""amazon-cognito-identity-js, aws-amplify v6 and aws-jwt-verify, as published, against a running service."""

import re
from pathlib import Path

import pytest
from people import People

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parent / "js"


def scenarios(script: str) -> list[str]:
    """The names of a script's scenarios, as they stand in it."""
    text = (FOLDER / script).read_text(encoding="utf-8")
    return re.findall(r"^  async (\w+)\(\)", text, re.MULTILINE)


@pytest.fixture(scope="session")
def identity(run):
    return run("identity.mjs")


@pytest.fixture(scope="session")
def amplify(run):
    return run("amplify.mjs")


@pytest.mark.parametrize("name", scenarios("identity.mjs"))
def test_identity_js(identity, name):
    assert "error" not in identity[name], identity[name]


@pytest.mark.parametrize("name", scenarios("amplify.mjs"))
def test_amplify(amplify, name):
    assert "error" not in amplify[name], amplify[name]


def test_refusals_have_their_names(identity, amplify):
    """Clients branch on the error's type."""
    assert identity["srp"]["seen"]["wrong"] == "NotAuthorizedException"
    assert amplify["srp"]["seen"]["wrong"] == "NotAuthorizedException"
    assert identity["signUpAndConfirm"]["seen"]["early"] == "UserNotConfirmedException"
    assert identity["globalSignOut"]["seen"]["after"] == "NotAuthorizedException"


def test_blocked_sign_in_says_so(identity, amplify):
    """What an app shows where a risk is blocked."""
    for client in (identity, amplify):
        assert client["forcedRisk"]["seen"] == {
            "name": "NotAuthorizedException",
            "message": "Unable to login because of security reasons.",
        }


def test_jwt_verify(run, world):
    """Tokens hold against the published keys, and a forged one does not."""
    people = People(world["service"])
    tokens = people.sign_in(people.user())["AuthenticationResult"]
    told = run(
        "verify.mjs",
        tokens={
            "issuer": f"{world['service'].endpoint}/{people.pool}",
            "accessToken": tokens["AccessToken"],
            "idToken": tokens["IdToken"],
            "client": people.client,
        },
    )
    assert "error" not in told["tokensAreVerified"], told
    assert told["tokensAreVerified"]["seen"]["forged"] == "JwtInvalidSignatureError"
