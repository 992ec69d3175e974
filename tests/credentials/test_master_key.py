"""Master keys: read from what operators write, kept from others' eyes."""

import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.base.secret import Secret
from riskengine.credentials.master_key import (
    MasterKeyError,
    parse_master_keys,
    read_master_keys,
    read_or_create_master_keys,
)

keys = st.binary(min_size=32, max_size=32)


@given(keys)
def test_a_key_is_read_in_every_spelling(key):
    plain, safe = base64.b64encode(key).decode(), base64.urlsafe_b64encode(key).decode()
    spellings = (key.hex(), key.hex().upper(), plain, plain.rstrip("="), safe, safe.rstrip("="))
    assert {parse_master_keys(Secret(each)) for each in spellings} == {(key,)}


@pytest.mark.parametrize("separator", [",", " ", "\n", " , ", "\r\n"])
def test_several_keys_keep_their_order(separator):
    text = separator.join(["11" * 32, "22" * 32])
    assert parse_master_keys(Secret(text)) == (b"\x11" * 32, b"\x22" * 32)


@pytest.mark.parametrize(
    "text", ["", "  ", "11" * 31, "11" * 33, "password", "é" * 44, "+" + "A" * 41 + "_=", "zz" * 32]
)
def test_any_other_text_is_refused_without_repeating_it(text):
    with pytest.raises(MasterKeyError) as caught:
        parse_master_keys(Secret(text))
    assert not text.strip() or text not in str(caught.value)


def test_a_made_file_is_private_and_read_again(tmp_path):
    path = tmp_path / "master.key"
    made = read_or_create_master_keys(path)

    assert len(made) == 1
    assert len(made[0]) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_or_create_master_keys(path) == made
    assert list(tmp_path.iterdir()) == [path]


def test_two_made_files_differ(tmp_path):
    assert read_or_create_master_keys(tmp_path / "a") != read_or_create_master_keys(tmp_path / "b")


def test_processes_that_start_at_once_agree_on_one_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: read_or_create_master_keys(tmp_path / "master.key"), range(32)))
    assert len(made) == 1


@pytest.mark.parametrize(
    ("mode", "is_accepted"),
    [
        (0o600, True),
        (0o400, True),
        (0o440, True),
        (0o640, True),
        (0o644, False),
        (0o604, False),
        (0o660, False),
    ],
)
def test_a_file_open_to_others_is_refused(tmp_path, mode, is_accepted):
    path = tmp_path / "master.key"
    path.write_text("11" * 32)
    path.chmod(mode)
    if is_accepted:
        assert read_master_keys(path) == (b"\x11" * 32,)
    else:
        with pytest.raises(MasterKeyError, match="chmod 600"):
            read_master_keys(path)


@pytest.mark.parametrize("content", [b"", b"\xff" * 32, b"nonsense"])
def test_a_spoilt_file_is_named_and_not_replaced(tmp_path, content):
    path = tmp_path / "master.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(MasterKeyError, match=r"master\.key"):
        read_or_create_master_keys(path)
    assert path.read_bytes() == content


def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path in (tmp_path / "missing", tmp_path, tmp_path / "pipe"):
        with pytest.raises(MasterKeyError):
            read_master_keys(path)


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(MasterKeyError, match="cannot be made"):
        read_or_create_master_keys(tmp_path / "missing" / "master.key")
