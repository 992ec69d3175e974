"""Claims: whole claim sets, as Cognito writes them."""

from dataclasses import replace

import pytest

from riskengine.base.secret import Secret
from riskengine.tokens.claims import (
    Grant,
    Subject,
    access_claims,
    access_token_hash,
    id_claims,
    machine_claims,
)

ALICE = Subject(
    sub="0f1e",
    username="alice",
    attributes={
        "sub": "0f1e",
        "email": "alice@example.com",
        "email_verified": "true",
        "phone_number_verified": "false",
        "custom:age": "42",
        "updated_at": "1700000000",
    },
)
GRANT = Grant(
    issuer="https://idp.example/r_pool",
    client_id="client123",
    auth_time=1_700_000_000,
    issued_at=1_700_000_600,
    event_id="e-1",
    origin_jti="o-1",
)
SHARED = {
    "sub": "0f1e",
    "iss": "https://idp.example/r_pool",
    "auth_time": 1_700_000_000,
    "iat": 1_700_000_600,
    "exp": 1_700_004_200,
    "event_id": "e-1",
    "origin_jti": "o-1",
    "jti": "j-1",
}
EXPIRES = 1_700_004_200


def test_id_claims_of_a_plain_user():
    assert id_claims(ALICE, GRANT, "j-1", EXPIRES) == SHARED | {
        "token_use": "id",
        "aud": "client123",
        "cognito:username": "alice",
        "email": "alice@example.com",
        "email_verified": True,
        "phone_number_verified": False,
        "custom:age": "42",
        "updated_at": "1700000000",
    }


def test_access_claims_of_a_plain_user():
    assert access_claims(ALICE, GRANT, "j-1", EXPIRES) == SHARED | {
        "token_use": "access",
        "client_id": "client123",
        "username": "alice",
        "scope": "aws.cognito.signin.user.admin",
    }


def test_groups_stand_in_both_tokens_and_roles_in_the_id_token():
    member = replace(ALICE, groups=("admins", "staff"), roles=("arn:a", "arn:b"), preferred_role="arn:a")
    identity, access = id_claims(member, GRANT, "j", EXPIRES), access_claims(member, GRANT, "j", EXPIRES)
    assert identity["cognito:groups"] == access["cognito:groups"] == ["admins", "staff"]
    assert identity["cognito:roles"] == ["arn:a", "arn:b"]
    assert identity["cognito:preferred_role"] == "arn:a"
    assert not {"cognito:roles", "cognito:preferred_role"} & access.keys()


def test_identities_stand_in_the_id_token_only():
    linked = {"userId": "1", "providerName": "Google", "primary": "true"}
    federated = replace(ALICE, identities=(linked,))
    assert id_claims(federated, GRANT, "j", EXPIRES)["identities"] == [linked]
    assert "identities" not in access_claims(federated, GRANT, "j", EXPIRES)


def test_the_device_stands_in_the_access_token_only():
    grant = replace(GRANT, device_key="r_device")
    assert access_claims(ALICE, grant, "j", EXPIRES)["device_key"] == "r_device"
    assert "device_key" not in id_claims(ALICE, grant, "j", EXPIRES)


def test_an_oauth_grant_adds_version_nonce_and_hash():
    grant = replace(GRANT, is_oauth=True, nonce="n", scopes=("openid", "email"))
    access = access_claims(ALICE, grant, "j", EXPIRES)
    identity = id_claims(ALICE, grant, "j", EXPIRES, at_hash="h")
    assert (access["version"], access["scope"]) == (2, "openid email")
    assert (identity["nonce"], identity["at_hash"]) == ("n", "h")
    assert not {"nonce", "at_hash"} & access.keys()


def test_tokens_that_cannot_be_revoked_have_no_jti():
    grant = replace(GRANT, origin_jti=None)
    for claims in (id_claims(ALICE, grant, "j", EXPIRES), access_claims(ALICE, grant, "j", EXPIRES)):
        assert not {"jti", "origin_jti"} & claims.keys()


@pytest.mark.parametrize("name", ["iss", "exp", "token_use", "aud", "cognito:username"])
def test_no_attribute_takes_the_place_of_a_claim(name):
    forger = replace(ALICE, attributes={name: "forged"})
    assert id_claims(forger, GRANT, "j", EXPIRES)[name] != "forged"


def test_a_machine_speaks_for_itself():
    grant = replace(GRANT, event_id=None, scopes=("api/read",))
    assert machine_claims(grant, "j-1", EXPIRES) == {
        **{name: value for name, value in SHARED.items() if name != "event_id"},
        "sub": "client123",
        "token_use": "access",
        "client_id": "client123",
        "scope": "api/read",
        "version": 2,
    }


def test_published_access_token_hash():
    """From the OpenID Connect Core examples (A.3)."""
    assert (
        access_token_hash(Secret("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y")) == "77QmUPtjPfzWtF2AnpK9RQ"
    )
