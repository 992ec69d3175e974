"""Decoys: an unknown user looks like a known one, today and tomorrow."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskengine.base.secret import Secret
from riskengine.credentials import group, srp
from riskengine.credentials.decoys import decoy_salt, decoy_user_id, decoy_verifier

KEY = b"k" * 32
DECOYS = (decoy_salt, decoy_verifier, decoy_user_id)


@pytest.mark.parametrize("decoy", DECOYS)
def test_a_decoy_is_stable_per_key_pool_and_name(decoy):
    same = decoy(KEY, "r_pool", "alice")
    others = {
        decoy(b"x" * 32, "r_pool", "alice"),
        decoy(KEY, "r_other", "alice"),
        decoy(KEY, "r_pool", "bob"),
        decoy(KEY, "r_poola", "lice"),
    }
    assert decoy(KEY, "r_pool", "alice") == same
    assert len(others | {same}) == 5


def test_decoys_survive_a_release():
    """The values of the first release: a change would tell decoys from users."""
    assert decoy_salt(KEY, "r_pool", "alice") == "925faad15aa9f82582a5ee64129125f3"
    assert decoy_user_id(KEY, "r_pool", "alice") == "6c379bdc-8a5d-4e9e-b9ce-30401cfbe729"
    assert decoy_verifier(KEY, "r_pool", "alice").hex().startswith("8681d7e791c5f5996a9c642b982de086")


@given(st.text())
def test_a_decoy_salt_has_the_form_of_a_real_one(name):
    salt = decoy_salt(KEY, "r_pool", name)
    assert len(bytes.fromhex(salt)) == 16
    assert not salt.startswith("00")


@settings(deadline=None)
@given(st.text())
def test_a_decoy_verifier_makes_a_challenge_like_any_other(name):
    verifier = decoy_verifier(KEY, "r_pool", name)
    assert srp.read_verifier(verifier) == verifier
    assert 0 < srp.begin(verifier).public < group.N


def test_no_password_proves_a_decoy():
    salt = decoy_salt(KEY, "r_pool", "alice")
    identity = srp.Identity("pool", "alice")
    assert not srp.proves(identity, Secret("password"), salt, decoy_verifier(KEY, "r_pool", "alice"))
