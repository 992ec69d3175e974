"""The hashes of the two kinds of list, against published values."""

import pytest

from riskengine.base.secret import Secret
from riskengine.breaches.hashes import digest_of, md4

# RFC 1320, A.5
RFC = {
    b"": "31d6cfe0d16ae931b73c59d7e0c089c0",
    b"a": "bde52cb31de33e46245e05fbdbd6fb24",
    b"abc": "a448017aaf21d8525fc10ae87aa6729d",
    b"message digest": "d9130a8164549fe818874806e1c7014b",
    b"abcdefghijklmnopqrstuvwxyz": "d79e1c308aa5bbcdeea8ed63df412da9",
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789": "043f8582f241db351ce627e153e7f0e4",
    b"1234567890" * 8: "e33b4ddc9c38f2199c3e7b164fcc0536",
}


@pytest.mark.parametrize(("data", "digest"), RFC.items())
def test_md4_is_the_rfcs(data, digest):
    assert md4(data).hex() == digest


def test_both_kinds_of_a_password():
    assert digest_of("SHA-1", Secret("password")).hex() == "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8"
    assert digest_of("NTLM", Secret("password")).hex() == "8846f7eaee8fb117ad06bdd830b7586c"


@pytest.mark.parametrize("text", ["", "\ud800", "pä\U0001f511", "x" * 300])
def test_no_password_is_a_fault(text):
    assert (len(digest_of("SHA-1", Secret(text))), len(digest_of("NTLM", Secret(text)))) == (20, 16)
