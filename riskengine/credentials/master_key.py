"""Master keys: from a setting's text or a private file, made on first use; the first key seals, all open."""

import contextlib
import os
import re
import secrets
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

from riskengine.base.secret import Secret
from riskengine.credentials.seal import MASTER_KEY_SIZE

_HEX = re.compile(r"[0-9A-Fa-f]{64}")
_BASE64 = re.compile(r"([0-9A-Za-z+/]{43}|[0-9A-Za-z_-]{43})=?")
_TO_URL_SAFE = str.maketrans("+/", "-_")
_LARGEST_FILE = 4096


class MasterKeyError(ValueError):
    """A master key that is missing, malformed or open to others' eyes."""


def parse_master_keys(text: Secret) -> tuple[bytes, ...]:
    """Keys of 32 bytes as hex or base64, set apart by blanks, lines or commas."""
    words = text.reveal().replace(",", " ").split()
    if not words:
        raise MasterKeyError("there is no master key")
    return tuple(_parse(word) for word in words)


def _parse(word: str) -> bytes:
    if _HEX.fullmatch(word):
        return bytes.fromhex(word)
    if not _BASE64.fullmatch(word):
        raise MasterKeyError("a master key is 32 bytes, as 64 hex or 44 base64 characters")
    return urlsafe_b64decode(word.rstrip("=").translate(_TO_URL_SAFE) + "=")


def read_master_keys(path: Path) -> tuple[bytes, ...]:
    """The keys of a file, one a line; refuses a file that others may read or change."""
    try:
        # Without blocking: a path that turns out to be a pipe must not hold up the start.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise MasterKeyError(f"master key file {path} cannot be read: {error.strerror}") from None
    try:
        _check_private(path, os.fstat(descriptor))
        content = os.read(descriptor, _LARGEST_FILE)
    finally:
        os.close(descriptor)
    try:
        return parse_master_keys(Secret(content.decode("ascii")))
    except ValueError as error:
        fault = error if isinstance(error, MasterKeyError) else "it is not text"
        raise MasterKeyError(f"master key file {path}: {fault}") from None


def _check_private(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise MasterKeyError(f"master key file {path} is not a regular file")
    # The group may read: that is how orchestrators mount secrets.
    if status.st_mode & (stat.S_IRWXO | stat.S_IWGRP):
        mode = stat.S_IMODE(status.st_mode)
        raise MasterKeyError(f"master key file {path} is open to other users (mode {mode:04o}): chmod 600 it")


def read_or_create_master_keys(path: Path) -> tuple[bytes, ...]:
    """The keys of a file; a new one is made (mode 0600) if there is none."""
    if not path.exists():
        _create(path)
    return read_master_keys(path)


def _create(path: Path) -> None:
    text = urlsafe_b64encode(secrets.token_bytes(MASTER_KEY_SIZE)) + b"\n"
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise MasterKeyError(f"master key file {path} cannot be made: {error.strerror}") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        # A link appears whole or not at all; of two processes starting at once, one key wins.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
