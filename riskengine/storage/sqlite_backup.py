"""A copy of a SQLite database while it is served, and the way back."""

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

from riskengine.storage.errors import StorageError, Unavailable
from riskengine.storage.migrations import MIGRATIONS

_PATIENCE = 30.0  # seconds to wait for a lock


class BackupError(StorageError):
    """A backup that can't be made, or isn't one."""


def file_of(url: str) -> Path:
    """The file of a database's URL.

    Raises:
        BackupError: it is kept elsewhere.
    """
    _, _, path = url.partition("sqlite:///")
    if not path or path == ":memory:":
        raise BackupError("only a SQLite file is copied like this; of PostgreSQL use pg_dump and pg_restore")
    return Path(path)


def backup(source: Path, target: Path) -> int:
    """Copy a database as it is at one moment, while others write to it; answers the size in bytes.

    The copy appears whole or not at all, readable by its owner only.

    Raises:
        BackupError: there is no database, or the target is there already.
        Unavailable: reading or writing failed.
    """
    if not source.is_file():
        raise BackupError(f"there is no database {source}")
    if target.exists():
        raise BackupError(f"{target} is there already")
    draft = target.with_name(f".{target.name}.part")
    try:
        os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600))
        with (
            contextlib.closing(sqlite3.connect(_uri(source), timeout=_PATIENCE, uri=True)) as reader,
            contextlib.closing(sqlite3.connect(draft)) as writer,
        ):
            reader.backup(writer)
            # One file, without a log beside it.
            writer.execute("pragma journal_mode = delete").fetchall()
        verify(draft)
        _sync(draft)
        draft.rename(target)
        _sync(target.parent)
    except sqlite3.Error as error:
        raise Unavailable(str(error)) from error
    finally:
        draft.unlink(missing_ok=True)
    return target.stat().st_size


def _uri(source: Path) -> str:
    # Without a log, SQLite would make one: on a read-only disk nobody can, and nobody changes the file.
    has_log = source.with_name(f"{source.name}-wal").exists()
    is_fixed = not has_log and os.statvfs(source).f_flag & os.ST_RDONLY
    return f"{source.absolute().as_uri()}{'?immutable=1' if is_fixed else ''}"


def restore(copy: Path, target: Path) -> None:
    """Put a backup where there is no database.

    Raises:
        BackupError: it is no backup of ours, or a database is there.
    """
    beside = [target, *(target.with_name(target.name + suffix) for suffix in ("-wal", "-shm"))]
    taken = next((path for path in beside if path.exists()), None)
    if taken is not None:
        raise BackupError(f"{taken} is there already: move it away first")
    verify(copy)
    draft = target.with_name(f".{target.name}.part")
    try:
        os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600))
        shutil.copyfile(copy, draft)
        _sync(draft)
        draft.rename(target)
        _sync(target.parent)
    finally:
        draft.unlink(missing_ok=True)


def verify(path: Path) -> int:
    """See that a file is a sound database of ours; answers the version of its schema.

    Raises:
        BackupError: it is not.
    """
    try:
        with contextlib.closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        ) as connection:
            sound = connection.execute("pragma quick_check").fetchone()[0]
            version = connection.execute("select max(version) from schema_versions").fetchone()[0]
    except sqlite3.Error as error:
        raise BackupError(f"{path} is no database of this service: {error}") from None
    if sound != "ok":
        raise BackupError(f"{path} is damaged: {sound}")
    if version > MIGRATIONS[-1].version:
        raise BackupError(
            f"{path} has schema {version}, known is {MIGRATIONS[-1].version}: use a newer program"
        )
    return int(version)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
