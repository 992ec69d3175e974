"""SECRET_HASH: the documented formula, and no other text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycognito.aws_srp import AWSSRP

from riskengine.base.secret import Secret
from riskengine.credentials.secret_hash import is_secret_hash, secret_hash

SECRET = Secret("clientsecret")
PUBLISHED = "ueSs98zAibsotexlzzjDGKkjYGYm11J1BCO6LN/FS4c="


def test_published_hash():
    assert secret_hash(SECRET, "alice", "client123") == PUBLISHED


@given(st.text(), st.text(min_size=1))
def test_the_hash_is_the_clients(username, secret):
    assert secret_hash(Secret(secret), username, "client123") == AWSSRP.get_secret_hash(
        username, "client123", secret
    )


@pytest.mark.parametrize("secrets", [[SECRET], [Secret("other"), SECRET], [SECRET, Secret("other")]])
def test_any_of_a_clients_secrets_will_do(secrets):
    assert is_secret_hash(PUBLISHED, secrets, "alice", "client123")


@pytest.mark.parametrize(
    ("given_hash", "secret", "username"),
    [
        ("", "clientsecret", "alice"),
        ("é\ud800", "clientsecret", "alice"),
        (PUBLISHED[:-1], "clientsecret", "alice"),
        (PUBLISHED, "other", "alice"),
        (PUBLISHED, "clientsecret", "bob"),
    ],
)
def test_any_other_hash_is_refused(given_hash, secret, username):
    assert not is_secret_hash(given_hash, [Secret(secret)], username, "client123")


def test_a_client_without_secrets_accepts_none():
    assert not is_secret_hash(PUBLISHED, [], "alice", "client123")
