"""An import in the making: files beside the target that survive a crash, and one rename at the end."""

import fcntl
import os
import shutil
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import msgspec
import numpy as np
from msgspec import Struct

from riskengine.breaches.builder import NOTHING, Blocks, Waiting
from riskengine.breaches.hashes import Kind
from riskengine.breaches.layout import (
    CHECK_SIZE,
    HEADER_SIZE,
    KEY_SIZE,
    WIDTH,
    Header,
    header_bytes,
    stride_of,
)


class BusyError(OSError):
    """Another import writes to the same place."""


class Task(Struct, frozen=True, kw_only=True):
    """What is imported, and how: an import goes on only where all of it is the same."""

    source: str  # its name
    size: int
    modified: int  # nanoseconds
    kind: Kind
    least_count: int
    has_checks: bool


class Checkpoint(Struct, frozen=True, kw_only=True):
    """How far an import has come: everything up to `offset` is in finished blocks, or waits here."""

    task: Task
    offset: int = 0
    lines: int = 0
    blocks: int = 0
    last: int = 0  # the last line's hash
    keys: tuple[int, ...] = ()
    checks: bytes = b""

    @property
    def waiting(self) -> Waiting:
        """The hashes of the block that is not done."""
        if not self.keys:
            return NOTHING
        checks = np.frombuffer(self.checks, np.uint8).reshape(len(self.keys), CHECK_SIZE)
        return Waiting(np.array(self.keys, np.uint64), checks)


class Part:
    """The files of one import. Only one at a time may have them open."""

    def __init__(self, target: Path, task: Task) -> None:
        self._target = target
        self._task = task
        self._state = _beside(target, ".part.json")
        self._stride = stride_of(has_checks=task.has_checks)
        self._firsts = _opened(_beside(target, ".part.firsts"))
        self._blocks = _opened(_beside(target, ".part"))
        self._count = 0

    def __enter__(self) -> Self:
        if not self._is_ours():
            self._close()
            raise BusyError(f"Another import is writing {self._target}")
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._close()

    def resume(self) -> Checkpoint:
        """Where the import goes on: what the files hold beyond that is cut off."""
        found = self._kept()
        self._count = found.blocks
        for file, size in self._sizes():
            file.truncate(size)
            file.seek(size)
        return found

    def write(self, blocks: Blocks) -> None:
        """Finished blocks, behind those before."""
        self._blocks.write(blocks.content.tobytes())
        self._firsts.write(blocks.firsts.astype("<u8").tobytes())
        self._count += len(blocks)

    def keep(self, offset: int, lines: int, last: int, waiting: Waiting) -> None:
        """Make durable what has been written, and then how far that is."""
        for file, _ in self._sizes():
            _sync(file)
        checkpoint = Checkpoint(
            task=self._task,
            offset=offset,
            lines=lines,
            blocks=self._count,
            last=last,
            keys=tuple(waiting.keys.tolist()),
            checks=waiting.checks.tobytes(),
        )
        fresh = _beside(self._state, ".new")
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(checkpoint))
            _sync(file)
        fresh.replace(self._state)

    def finish(self, rest: int, last: int, source_date: int, imported: int) -> Header:
        """Put the list into the target's place; `rest` is how many hashes its last block has."""
        header = Header(
            kind=self._task.kind,
            entries=(self._count - 1) * WIDTH + rest,
            blocks=self._count,
            has_checks=self._task.has_checks,
            least_count=self._task.least_count,
            source=self._task.source,
            source_date=source_date,
            imported=imported,
        )
        self._firsts.seek(0)
        shutil.copyfileobj(self._firsts, self._blocks, 1 << 20)
        self._blocks.write(last.to_bytes(KEY_SIZE, "little"))
        self._blocks.seek(0)
        self._blocks.write(header_bytes(header))
        _sync(self._blocks)
        # The rename comes last: whoever finds no file of ours begins one of their own.
        self._state.unlink(missing_ok=True)
        Path(self._firsts.name).unlink()
        Path(self._blocks.name).replace(self._target)
        _sync_folder(self._target.parent)
        return header

    def discard(self) -> None:
        """Leave nothing behind."""
        for file in (self._state, Path(self._firsts.name), Path(self._blocks.name)):
            file.unlink(missing_ok=True)

    def _is_ours(self) -> bool:
        """Whether the lock is ours, on a file that nobody has put into its place meanwhile."""
        try:
            fcntl.flock(self._blocks, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return os.path.samestat(os.fstat(self._blocks.fileno()), Path(self._blocks.name).stat())
        except (BlockingIOError, FileNotFoundError):
            return False

    def _kept(self) -> Checkpoint:
        """The checkpoint of the same import, if the files hold what it says; else the beginning."""
        found = read_checkpoint(self._target)
        if found is None or found.task != self._task:
            return Checkpoint(task=self._task)
        self._count = found.blocks
        is_whole = all(file.seek(0, os.SEEK_END) >= size for file, size in self._sizes())
        return found if is_whole else Checkpoint(task=self._task)

    def _sizes(self) -> tuple[tuple[BinaryIO, int], ...]:
        return (
            (self._blocks, HEADER_SIZE + self._count * self._stride),
            (self._firsts, self._count * KEY_SIZE),
        )

    def _close(self) -> None:
        self._blocks.close()
        self._firsts.close()


def read_checkpoint(target: Path) -> Checkpoint | None:
    """How far an import into this place has come, if one was begun and has not ended."""
    try:
        return msgspec.json.decode(_beside(target, ".part.json").read_bytes(), type=Checkpoint)
    except (OSError, msgspec.DecodeError):
        return None


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _opened(path: Path) -> BinaryIO:
    """For reading and writing, made if need be, its content left alone."""
    path.touch()
    return path.open("r+b")


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
