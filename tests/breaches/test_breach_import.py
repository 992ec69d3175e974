"""Importing: every spelling of a file, every interruption, one swap at the end."""

import gzip
import os

import pytest
from breach_lists import hashes, listed, sha1, text_of

from riskengine.base.secret import Secret
from riskengine.breaches.filter import BreachFilter
from riskengine.breaches.importing import Order, import_list
from riskengine.breaches.layout import HEADER_SIZE, ListFileError
from riskengine.breaches.lines import ListError
from riskengine.breaches.local_list import LocalList
from riskengine.breaches.part import BusyError, Part, read_checkpoint
from riskengine.breaches.source import SourceError

TEXT = text_of(hashes(3000))


@pytest.fixture
def order(tmp_path):
    """An order for a file with this text; small stretches, so that there are many."""

    def make(text: bytes = TEXT, name: str = "list.txt", **more) -> Order:
        source = tmp_path / name
        if not source.exists():
            source.write_bytes(text)
        settings = {"stretch": 4000, "checkpoint_every": 8, **more}
        return Order(source=source, target=tmp_path / "breaches", **settings)

    return make


def content(path) -> bytes:
    return path.read_bytes()[HEADER_SIZE:]


def leftovers(tmp_path) -> list[str]:
    return sorted(path.name for path in tmp_path.iterdir() if ".part" in path.name)


@pytest.mark.parametrize(
    "spelled",
    [
        TEXT,
        TEXT.rstrip(b"\n"),
        TEXT.replace(b"\n", b"\r\n"),
        TEXT.lower(),
        gzip.compress(TEXT),
        gzip.compress(TEXT[: len(TEXT) // 2]) + gzip.compress(TEXT[len(TEXT) // 2 :]),
    ],
    ids=["plain", "no end", "crlf", "small letters", "gzip", "two gzip members"],
)
def test_every_spelling_of_a_list_gives_the_same(order, spelled, tmp_path):
    import_list(order(), now=1)
    plain = content(tmp_path / "breaches")

    done = import_list(order(spelled, "other"), now=2)

    assert content(tmp_path / "breaches") == plain
    assert (done.lines, done.header.entries, done.header.imported) == (3000, 3000, 2)
    assert done.header.source_date == (tmp_path / "other").stat().st_mtime_ns // 1000
    assert leftovers(tmp_path) == []


def test_ntlm_lists_are_told_by_their_length(order, tmp_path):
    import_list(order(listed(["hunter2", "letmein"], "NTLM").encode()), now=0)
    known = LocalList(tmp_path / "breaches")

    assert known.header.kind == "NTLM"
    assert known.look_up(Secret("hunter2")) == "probable"
    assert known.look_up(Secret("hunter3")) == "clean"


def test_least_count_leaves_out_what_is_rare(order, tmp_path):
    text = listed({f"password {number}": number for number in range(1, 40)})
    done = import_list(order(text.encode(), least_count=10), now=0)
    found = BreachFilter.open(tmp_path / "breaches")

    assert (done.lines, len(found), found.header.least_count) == (39, 30, 10)
    assert [number for number in range(1, 40) if found.has(sha1(f"password {number}"))] == [*range(10, 40)]


def test_a_threshold_that_nothing_reaches_is_told(order, tmp_path):
    with pytest.raises(ListFileError, match="1,000 times"):
        import_list(order(least_count=1000), now=0)
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        (TEXT[::-1], ListError, "line 1"),
        (TEXT[2150:] + TEXT[:2150], ListError, "out of order"),
        (b"", ListError, "line 1"),
        (TEXT + b"\n", ListError, "line 3,001"),
        (TEXT[:-100] + b"0" * 5000, SourceError, "no end"),
        (gzip.compress(TEXT)[:-500], SourceError, "damaged or cut short"),
        (gzip.compress(TEXT)[:5000] + bytes(100) + gzip.compress(TEXT)[5100:], SourceError, "damaged"),
    ],
)
@pytest.mark.parametrize("exists", [False, True])
def test_a_bad_file_changes_nothing(order, tmp_path, text, error, words, exists):
    if exists:
        import_list(order(), now=0)
    before = content(tmp_path / "breaches") if exists else None

    with pytest.raises(error, match=words):
        import_list(order(text, "bad"), now=0)

    assert (content(tmp_path / "breaches") if exists else None) == before
    assert leftovers(tmp_path) == []


class CrashError(Exception):
    """The process ends here."""


def interrupted(order: Order, after: int) -> None:
    """An import that dies when so many stretches have been read."""
    seen = []

    def progress(position: int) -> None:
        seen.append(position)
        if len(seen) > after:
            raise CrashError

    with pytest.raises(CrashError):
        import_list(order, now=0, progress=progress)


@pytest.mark.parametrize("name", ["list.txt", "list.gz"])
@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("after", [7, 8, 30])
def test_an_import_goes_on_where_it_was_interrupted(order, tmp_path, name, exact, after):
    """The result is the same to the byte; what was durable is not read again."""
    text = gzip.compress(TEXT) if name == "list.gz" else TEXT
    whole = order(text, name, has_checks=exact)
    import_list(whole, now=0)
    expected = content(whole.target)
    whole.target.unlink()

    interrupted(whole, after)
    kept = read_checkpoint(whole.target)
    done = import_list(whole, now=0)

    assert content(whole.target) == expected
    assert done.lines == 3000
    assert done.resumed_at == (kept.lines if kept else 0)
    assert (done.resumed_at > 0) == (after >= whole.checkpoint_every)
    assert leftovers(tmp_path) == []


def test_an_import_survives_being_interrupted_again_and_again(order, tmp_path):
    import_list(order(), now=0)
    expected = content(tmp_path / "breaches")
    (tmp_path / "breaches").unlink()

    for _ in range(3):
        interrupted(order(), 8)
    done = import_list(order(), now=0)

    assert done.resumed_at > 1000
    assert content(tmp_path / "breaches") == expected


@pytest.mark.parametrize("change", ["file", "threshold", "checks", "blocks lost", "firsts lost", "noise"])
def test_another_import_starts_from_the_beginning(order, tmp_path, change):
    interrupted(order(), 20)
    more = {}
    match change:
        case "file":
            os.utime(tmp_path / "list.txt", ns=(1, 1))
        case "threshold":
            more = {"least_count": 2}
        case "checks":
            more = {"has_checks": True}
        case "blocks lost":
            os.truncate(tmp_path / "breaches.part", 4096)
        case "firsts lost":
            os.truncate(tmp_path / "breaches.part.firsts", 8)
        case "noise":
            (tmp_path / "breaches.part.json").write_bytes(b"{}")

    done = import_list(order(**more), now=0)

    assert done.resumed_at == 0
    found = BreachFilter.open(tmp_path / "breaches")
    assert len(found) == (3000 if change != "threshold" else TEXT.count(b"\n") - TEXT.count(b":1\n"))
    assert all(found.has(digest) for digest in hashes(3000) if change != "threshold")


def test_two_imports_do_not_write_at_once(order, tmp_path):
    interrupted(order(), 20)
    task = read_checkpoint(tmp_path / "breaches").task

    with Part(tmp_path / "breaches", task), pytest.raises(BusyError, match="Another import"):
        import_list(order(), now=0)

    assert import_list(order(), now=0).resumed_at > 0


def test_an_import_that_was_overtaken_leaves_the_finished_list_alone(order, tmp_path):
    """Opened before the other's rename, locked after it: what it holds open is the list in use."""
    interrupted(order(), 20)
    late = Part(tmp_path / "breaches", read_checkpoint(tmp_path / "breaches").task)
    import_list(order(), now=0)
    before = content(tmp_path / "breaches")

    with pytest.raises(BusyError), late:
        late.resume()

    assert content(tmp_path / "breaches") == before


class TestReload:
    @pytest.fixture
    def local(self, tmp_path):
        return LocalList(tmp_path / "breaches")

    def test_a_list_is_taken_up_when_it_appears_and_when_it_is_replaced(self, order, local, tmp_path):
        assert (local.look_up(Secret("first")), local.header) == ("absent", None)

        import_list(order(listed(["first"]).encode(), "one"), now=0)
        assert local.look_up(Secret("first")) == "absent"
        assert local.refresh()
        assert not local.refresh()
        assert local.look_up(Secret("first")) == "probable"

        import_list(order(listed({"second": 9}).encode(), "two", has_checks=True, least_count=3), now=0)
        # The old one is mapped still, and whole.
        assert (local.look_up(Secret("first")), local.least_count) == ("probable", 1)
        assert local.refresh()
        assert (local.look_up(Secret("first")), local.look_up(Secret("second"))) == ("clean", "certain")
        assert local.least_count == 3

    def test_a_broken_or_missing_file_leaves_the_one_before(self, order, local, tmp_path):
        import_list(order(listed(["first"]).encode(), "one"), now=0)
        assert local.refresh()

        (tmp_path / "new").write_bytes(b"no list")
        (tmp_path / "new").replace(tmp_path / "breaches")
        assert not local.refresh()
        assert local.look_up(Secret("first")) == "probable"
        (tmp_path / "breaches").unlink()
        assert not local.refresh()
        assert local.look_up(Secret("first")) == "probable"
