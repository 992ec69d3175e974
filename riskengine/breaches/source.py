"""A list as it lies on the disk, plain or gzip, read in stretches of whole lines from any place on."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from riskengine.breaches.hashes import Kind
from riskengine.breaches.lines import LONGEST_LINE, kind_of

STRETCH = 1 << 20  # bytes: what fits into a processor's cache is read the quickest
_GZIP = b"\x1f\x8b"

Progress = Callable[[int], None]


class SourceError(ValueError):
    """A file can't be read to its end as lines of text."""


class Source:
    """An open list. Places in it are bytes of the text, whether it is compressed or not."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        is_compressed = self._file.read(len(_GZIP)) == _GZIP
        self._file.seek(0)
        self._text = gzip.GzipFile(fileobj=self._file) if is_compressed else self._file

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def position(self) -> int:
        """How many bytes of the file have been read."""
        return self._file.tell()

    def kind(self) -> Kind:
        """Which hashes the list has; ListError if it is none."""
        self._text.seek(0)
        return kind_of(self._read(LONGEST_LINE).split(b"\n")[0])

    def stretches(self, offset: int, progress: Progress, size: int = STRETCH) -> Iterator[bytes]:
        """Whole lines from `offset` on, a stretch at a time; the last line may lack its line feed.

        A compressed list is read from its start again to get there.

        Raises:
            SourceError: the compressed text is damaged or cut short, or a line is far too long.
        """
        self._skip(offset, progress)
        rest = b""
        while data := self._read(size):
            whole, feed, tail = data.rpartition(b"\n")
            if not feed and len(rest) + len(data) > LONGEST_LINE:
                raise SourceError("a line has no end: this is no list of hashes")
            if feed:
                yield rest + whole + feed
                rest = tail
            else:
                rest += data
        if rest:
            yield rest + b"\n"

    def _skip(self, offset: int, progress: Progress) -> None:
        if self._text is self._file:
            self._file.seek(offset)
            return
        self._text.seek(0)
        while offset:
            skipped = len(self._read(min(offset, STRETCH)))
            if not skipped:
                raise SourceError("the list is shorter than it was")
            offset -= skipped
            progress(self.position)

    def _read(self, size: int) -> bytes:
        try:
            return self._text.read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise SourceError(f"the compressed list is damaged or cut short ({error})") from None
