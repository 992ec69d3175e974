"""Identities at providers, linked to users; the certificate of SAML requests."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest
from cryptography import x509
from people import People

from riskengine.base.clock import SECOND


@pytest.fixture
def people(service) -> People:
    people = People(service)
    details = {"client_id": "a", "client_secret": "b", "authorize_scopes": "openid"}
    people.api.create_identity_provider(
        UserPoolId=people.pool, ProviderName="Google", ProviderType="Google", ProviderDetails=details
    )
    return people


def source(value: str = "123", **over: str) -> dict[str, str]:
    named = {"ProviderName": "Google", "ProviderAttributeName": "Cognito_Subject"}
    return {**named, "ProviderAttributeValue": value, **over}


def link(people: People, user: str, from_: dict[str, str]) -> None:
    people.api.admin_link_provider_for_user(
        UserPoolId=people.pool,
        DestinationUser={"ProviderName": "Cognito", "ProviderAttributeValue": user},
        SourceUser=from_,
    )


def unlink(people: People, from_: dict[str, str]) -> None:
    people.api.admin_disable_provider_for_user(UserPoolId=people.pool, User=from_)


def identities(people: People, user: str) -> list[dict]:
    found = people.api.admin_get_user(UserPoolId=people.pool, Username=user)["UserAttributes"]
    return next((json.loads(each["Value"]) for each in found if each["Name"] == "identities"), [])


def test_link_shows_in_attributes_and_id_token(people):
    user = people.user()
    link(people, user, source())
    (identity,) = identities(people, user)
    assert (identity["userId"], identity["providerName"]) == ("123", "Google")
    tokens = people.sign_in(user)["AuthenticationResult"]
    told = jwt.decode(tokens["IdToken"], options={"verify_signature": False})
    assert told["identities"][0]["userId"] == "123"
    own = people.api.get_user(AccessToken=tokens["AccessToken"])["UserAttributes"]
    assert any(each["Name"] == "identities" for each in own)
    unlink(people, source())
    assert identities(people, user) == []


def test_link_again_is_no_news(people):
    user = people.user()
    link(people, user, source())
    link(people, user, source())
    assert len(identities(people, user)) == 1


def test_identity_is_one_users(people, refused):
    first, second = people.user(), people.user()
    link(people, first, source())
    with refused("InvalidParameterException", "Merging is not currently supported"):
        link(people, second, source())
    unlink(people, source())
    link(people, second, source())
    assert identities(people, first) == []


def test_five_are_the_most_also_at_once(people, refused):
    user = people.user()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: link(people, user, source(str(number))), range(5)))
    assert len(identities(people, user)) == 5
    with refused("LimitExceededException", "at most 5"):
        link(people, user, source("6"))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (source(ProviderName="Cognito"), "InvalidParameterException"),
        (source(ProviderName="Nobody"), "ResourceNotFoundException"),
        (source(ProviderAttributeName="email"), "InvalidParameterException"),
        ({"ProviderName": "Google", "ProviderAttributeName": "Cognito_Subject"}, "InvalidParameterException"),
    ],
)
def test_sources_that_are_none_are_refused(people, refused, given, code):
    with refused(code, ""):
        link(people, people.user(), given)


def test_local_user_without_password_comes_back_by_an_operator(people, refused):
    user = people.user()
    unlink(people, {"ProviderName": "Cognito", "ProviderAttributeValue": user})
    assert people.status(user) == "EXTERNAL_PROVIDER"
    with refused("NotAuthorizedException", "Incorrect username or password"):
        people.sign_in(user)
    people.api.admin_set_user_password(
        UserPoolId=people.pool, Username=user, Password="Corr3ct-horse!", Permanent=True
    )
    assert people.status(user) == "CONFIRMED"
    assert "AuthenticationResult" in people.sign_in(user)


def test_certificate_is_one_for_ten_years(people):
    with ThreadPoolExecutor(2) as pool:
        answers = [
            each.result()["Certificate"]
            for each in [
                pool.submit(people.api.get_signing_certificate, UserPoolId=people.pool) for _ in range(2)
            ]
        ]
    assert answers[0] == answers[1]
    certificate = x509.load_der_x509_certificate(base64.b64decode(answers[0]))
    years = (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days / 365
    assert years == pytest.approx(10)
    age = people.service.clock.now() / SECOND - certificate.not_valid_before_utc.timestamp()
    assert age < 600
    assert people.api.get_signing_certificate(UserPoolId=people.pool)["Certificate"] == answers[0]
    # Tokens are signed by other keys, and those that verify them are not told of this one.
    assert "AuthenticationResult" in people.sign_in(people.user())
