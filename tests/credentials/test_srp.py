"""SRP against published vectors and the arithmetic of real clients."""

import base64
import hashlib
import sys
import threading

import gmpy2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycognito import aws_srp

from riskengine.base.secret import Secret
from riskengine.credentials import group, srp

POOL_ID = "us-east-1_TestPool1"
ALICE = srp.Identity("TestPool1", "alice")
SALT = "7112233445566778899aabbccddeeff0"
PUBLISHED_SALT = "00112233445566778899aabbccddeeff"
PASSWORD = Secret("Passw0rd!")
TIMESTAMP = "Tue Jan 2 03:04:05 UTC 2024"

# Built here, so that no single test pays for it.
group.prepare()

identities = st.builds(srp.Identity, st.from_regex(r"[0-9A-Za-z]{1,12}", fullmatch=True), st.text(min_size=1))
passwords = st.text(min_size=1, max_size=256).map(Secret)
moderately = settings(max_examples=40, deadline=None)


def number_of(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")


def a_client(identity: srp.Identity, password: Secret) -> aws_srp.AWSSRP:
    pool_id = f"us-east-1_{identity.group}"
    return aws_srp.AWSSRP(identity.name, password.reveal(), pool_id, "client123", client=object())


def a_device(group_key: str, key: str, password: str) -> aws_srp.AWSSRP:
    return aws_srp.AWSSRP(
        "alice",
        "-",
        POOL_ID,
        "client123",
        client=object(),
        device_key=key,
        device_group_key=group_key,
        device_password=password,
    )


def claim_of(answer: dict[str, str]) -> srp.Claim:
    return srp.Claim(
        base64.b64decode(answer["PASSWORD_CLAIM_SECRET_BLOCK"]),
        answer["TIMESTAMP"],
        answer["PASSWORD_CLAIM_SIGNATURE"],
    )


def sent(
    identity: srp.Identity, salt: str, challenge: srp.Challenge, block: bytes = b"block"
) -> dict[str, str]:
    return {
        "USERNAME": identity.name,
        "USER_ID_FOR_SRP": identity.name,
        "SALT": salt,
        "SRP_B": challenge.public_hex,
        "SECRET_BLOCK": base64.b64encode(block).decode(),
    }


def sign_in(
    identity: srp.Identity, password: Secret, salt: str, challenge: srp.Challenge, verifier: bytes
) -> bool:
    client = a_client(identity, password)
    public = srp.read_public(client.get_auth_params()["SRP_A"])
    answer = client.process_challenge(sent(identity, salt, challenge), {"USERNAME": identity.name})
    return srp.holds(claim_of(answer), identity, srp.session_keys(public, challenge, verifier))


def test_group_is_the_one_clients_use():
    assert int(aws_srp.N_HEX, 16) == group.N


def test_multiplier_is_the_published_one():
    expected = "538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6"
    assert f"{srp.MULTIPLIER:x}" == expected


def test_published_exchange():
    """The vector two client libraries agree on: B, the key and the signature."""
    verifier = srp.new_verifier(ALICE, PASSWORD, PUBLISHED_SALT)
    public = pow(2, number_of("a"), group.N)
    challenge = srp.challenge_of(verifier, number_of("b"), is_negated=False)
    keys = srp.session_keys(public, challenge, verifier)
    signature = srp.claim_signature(keys[0], ALICE, b"secret-block", TIMESTAMP)

    assert f"{public:x}".startswith("99d85c9d")
    assert challenge.public_hex.startswith("57b8041f")
    assert [key.hex() for key in keys] == ["f8981ca13ea4623d893750bcc1e22dd9"]
    assert base64.b64encode(signature) == b"GVuMU441uWuGrP9O5E27wCjf7kUqtw2CTUBDRy/CYQU="


@pytest.mark.slow  # forty runs of a real client's arithmetic
@moderately
@given(identities, passwords)
def test_a_real_client_proves_its_password(identity, password):
    salt = srp.new_salt()
    verifier = srp.new_verifier(identity, password, salt)
    assert sign_in(identity, password, salt, srp.begin(verifier), verifier)


@pytest.mark.parametrize("is_negated", [False, True])
@pytest.mark.parametrize("turn", range(8))
def test_a_real_client_proves_its_password_under_either_sign(is_negated, turn):
    """Clients draw exponents of both parities, so both candidate keys come up."""
    verifier = srp.new_verifier(ALICE, PASSWORD, SALT)
    challenge = srp.challenge_of(verifier, number_of(f"b{turn}"), is_negated=is_negated)
    assert sign_in(ALICE, PASSWORD, SALT, challenge, verifier)


@pytest.mark.slow  # as above
@moderately
@given(passwords, passwords)
def test_a_wrong_password_proves_nothing(right, wrong):
    verifier = srp.new_verifier(ALICE, right, SALT)
    assert sign_in(ALICE, wrong, SALT, srp.begin(verifier), verifier) == (right == wrong)


@moderately
@given(passwords, passwords)
def test_a_password_in_the_clear_is_proved_against_the_same_verifier(right, other):
    salt = srp.new_salt()
    verifier = srp.new_verifier(ALICE, right, salt)
    assert srp.proves(ALICE, right, salt, verifier)
    assert srp.proves(ALICE, other, salt, verifier) == (right == other)


def test_a_password_with_a_lone_surrogate_is_wrong_and_no_crash():
    verifier = srp.new_verifier(ALICE, PASSWORD, SALT)
    assert not srp.proves(ALICE, Secret("\ud800"), SALT, verifier)


@pytest.mark.parametrize("change", ["user", "pool", "salt"])
def test_a_verifier_is_bound_to_user_pool_and_salt(change):
    verifier = srp.new_verifier(ALICE, PASSWORD, SALT)
    identity = {"user": srp.Identity("TestPool1", "bob"), "pool": srp.Identity("Other", "alice")}.get(
        change, ALICE
    )
    salt = "ff" * 16 if change == "salt" else SALT
    assert not srp.proves(identity, PASSWORD, salt, verifier)


@pytest.mark.parametrize("turn", range(6))
def test_a_remembered_device_proves_its_secret(turn):
    """A device registers as a client library does it, then answers DEVICE_PASSWORD_VERIFIER."""
    device = srp.Identity("-groupkey", f"us-east-1_device{turn}")
    password, registered = aws_srp.generate_hash_device(device.group, device.name)
    verifier = srp.read_verifier(base64.b64decode(registered["PasswordVerifier"]))
    salt = srp.salt_hex(base64.b64decode(registered["Salt"]))
    challenge = srp.begin(verifier)
    client = a_device(device.group, device.name, password)

    answer = client.process_device_challenge(sent(device, salt, challenge) | {"DEVICE_KEY": device.name})
    keys = srp.session_keys(client.large_a_value, challenge, verifier)

    assert srp.holds(claim_of(answer), device, keys)


@given(st.binary(min_size=1, max_size=17))
def test_a_device_salt_hashes_alike_in_all_clients(data):
    """One library pads the text it gets, the others the number it means."""
    text = srp.salt_hex(data)
    assert aws_srp.pad_hex(text) == aws_srp.pad_hex(int(text, 16))


def test_a_new_salt_hashes_alike_in_all_clients():
    salts = [srp.new_salt() for _ in range(2000)]
    assert all(len(salt) == 32 and not salt.startswith("00") for salt in salts)
    assert all(aws_srp.pad_hex(salt) == aws_srp.pad_hex(int(salt, 16)) for salt in salts)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "00",
        f"{group.N:x}",
        f"{2 * group.N:x}",
        "f" * 769,
        "0" * 800,
        "0x1f",
        "-1f",
        "1_f",
        " 1f",
        "1f\n",
        "g",
        "\u0661",
    ],
)
def test_a_public_value_no_client_sends_is_refused(text):
    with pytest.raises(srp.SrpError):
        srp.read_public(text)


@pytest.mark.parametrize("text", ["1", "abc", "0ABC", "00" + "f" * 700, f"{group.N - 1:x}"])
def test_a_public_value_may_be_odd_upper_case_or_padded(text):
    assert srp.read_public(text) == int(text, 16)


@pytest.mark.parametrize("public", [0, group.N, 2 * group.N])
def test_a_degenerate_public_value_gives_no_key(public):
    verifier = srp.new_verifier(ALICE, PASSWORD, SALT)
    with pytest.raises(srp.SrpError):
        srp.session_keys(public, srp.begin(verifier), verifier)


@pytest.mark.parametrize("data", [b"", b"\0", b"\1", group.pad(group.N - 1), group.pad(group.N), b"\2" * 386])
def test_a_degenerate_device_verifier_is_refused(data):
    with pytest.raises(srp.SrpError):
        srp.read_verifier(data)


def test_public_values_of_the_server_do_not_tell_guessed_passwords_apart():
    """For the true password B - kv must be now a square, now none, as for any wrong guess."""
    verifier = srp.new_verifier(ALICE, PASSWORD, SALT)
    masked = srp.MULTIPLIER * int.from_bytes(verifier, "big")
    symbols = {gmpy2.jacobi(srp.begin(verifier).public - masked, group.N) for _ in range(64)}
    assert symbols == {-1, 1}


def test_each_challenge_differs():
    verifier = srp.new_verifier(ALICE, PASSWORD, SALT)
    assert len({srp.begin(verifier).public for _ in range(16)}) == 16


def test_a_challenge_survives_its_bytes():
    challenge = srp.begin(srp.new_verifier(ALICE, PASSWORD, SALT))
    assert srp.Challenge.from_bytes(challenge.to_bytes()) == challenge
    with pytest.raises(srp.SrpError):
        srp.Challenge.from_bytes(challenge.to_bytes() + b"\0")


def test_a_challenge_does_not_print_its_secret():
    challenge = srp.challenge_of(srp.new_verifier(ALICE, PASSWORD, SALT), 123456789, is_negated=False)
    assert "123456789" not in repr(challenge)


@pytest.mark.parametrize("signature", ["", "????", "é", "AAAA", "A" * 44, "A" * 4096, "\n"])
def test_a_malformed_signature_does_not_hold(signature):
    assert not srp.holds(srp.Claim(b"block", TIMESTAMP, signature), ALICE, (b"k" * 16,))


@pytest.mark.parametrize("change", ["block", "timestamp", "name"])
def test_a_signature_covers_name_block_and_time(change):
    key = b"k" * 16
    signature = base64.b64encode(srp.claim_signature(key, ALICE, b"block", TIMESTAMP)).decode()
    identity = srp.Identity("TestPool1", "bob") if change == "name" else ALICE
    block = b"other" if change == "block" else b"block"
    timestamp = TIMESTAMP.replace("Jan", "Feb") if change == "timestamp" else TIMESTAMP

    assert srp.holds(srp.Claim(b"block", TIMESTAMP, signature), ALICE, (b"x" * 16, key))
    assert not srp.holds(srp.Claim(block, timestamp, signature), identity, (key,))


def test_pool_name_is_what_follows_the_region():
    assert srp.pool_name(POOL_ID) == "TestPool1"


@settings(deadline=None)
@given(st.integers(0, 2**256 - 1))
def test_the_table_of_powers_is_right(exponent):
    assert group.power_of_generator(exponent) == pow(2, exponent, group.N)


@pytest.mark.parametrize("exponent", [-1, 2**256])
def test_the_table_of_powers_refuses_other_exponents(exponent):
    with pytest.raises(OverflowError):
        group.power_of_generator(exponent)


@given(
    st.one_of(st.integers(0, 2**70), st.binary(max_size=390).map(lambda data: int.from_bytes(data, "big")))
)
def test_padding_is_the_clients(number):
    assert group.pad(number).hex() == aws_srp.pad_hex(number)


def test_powers_are_right_in_other_threads():
    results: list[int] = []
    threads = [threading.Thread(target=lambda: results.append(group.power(3, 2**200))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [pow(3, 2**200, group.N)] * 4


def test_powers_leave_the_interpreter_to_others():
    """A thread that would not be interrupted lets this one on while it computes."""
    ended = threading.Event()
    long = 2**60_000

    def compute() -> None:
        group.power(3, long)
        ended.set()

    before = sys.getswitchinterval()
    sys.setswitchinterval(100)
    try:
        thread = threading.Thread(target=compute)
        thread.start()
        was_running = not ended.is_set()
        thread.join()
    finally:
        sys.setswitchinterval(before)
    assert was_running


def test_powers_leave_the_threads_settings_alone():
    group.power(3, 5)
    assert not gmpy2.get_context().allow_release_gil
