"""Refresh tokens: opaque, unique, known by their hash."""

import re

import pytest

from riskengine.base.secret import Secret
from riskengine.tokens.refresh import InvalidRefreshTokenError, hash_of, new_refresh_token


def test_a_token_is_opaque_text_known_by_its_hash():
    token, stored = new_refresh_token()
    assert re.fullmatch(r"[A-Za-z0-9\-_=.]+", token.reveal())
    assert hash_of(Secret(token.reveal())) == stored
    assert len(stored) == 32


def test_tokens_and_hashes_differ():
    made = [new_refresh_token() for _ in range(100)]
    assert len({token.reveal() for token, _ in made}) == len({stored for _, stored in made}) == 100


@pytest.mark.parametrize("change", ["", "{}A", " {}", "{}\n", "é" * 64, "A" * 63, "a.b.c"])
def test_other_text_was_never_a_token(change):
    token, _ = new_refresh_token()
    with pytest.raises(InvalidRefreshTokenError, match=r"^Invalid Refresh Token$"):
        hash_of(Secret(change.format(token.reveal())))
