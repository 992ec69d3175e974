"""The range API: what leaves the house, what is believed, and what happens when nothing comes back."""

import asyncio
import hashlib

import pytest
from range_server import PADDING, RangeServer, prefix_of, suffix_of

from riskengine.base.secret import Secret
from riskengine.breaches.interface import NoCountError
from riskengine.breaches.range_api import RangeApi

HUNTER = Secret("hunter2")
DAY = 86_400_000_000


class Clock:
    def __init__(self):
        self.time = 0

    def now(self):
        return self.time


@pytest.fixture
def server():
    with RangeServer({"hunter2": 17_043}) as running:
        yield running


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def ranges(server, clock):
    opened = RangeApi(server.url, clock, timeout=0.5)
    yield opened
    await opened.close()


async def test_known_and_unknown_passwords(ranges):
    assert await ranges.count(HUNTER) == 17_043
    assert await ranges.count(Secret("hunter2 ")) == 0


async def test_five_digits_leave_the_house_and_nothing_else(ranges, server):
    """Not in the path, not in a header; padding is asked for, so that lengths tell nothing."""
    await ranges.count(HUNTER)
    ((path, headers),) = server.asked

    assert path == f"/range/{prefix_of('hunter2')}"
    assert headers["Add-Padding"] == "true"
    sent = (path + repr(headers)).upper()
    digest = hashlib.sha1(b"hunter2").hexdigest().upper()
    assert not any(digest[at : at + 6] in sent for at in range(35))
    assert "HUNTER2" not in sent


async def test_padding_is_no_password(ranges, server):
    """A hash with the count 0 was never seen."""
    server.answer = lambda _: (200, f"{suffix_of('hunter2')}:0\r\n{PADDING}1:0".encode())

    assert await ranges.count(HUNTER) == 0


async def test_an_answer_is_remembered_for_a_day(ranges, server, clock):
    for _ in range(3):
        await ranges.count(HUNTER)
    assert len(server.asked) == 1

    clock.time += DAY
    server.known["hunter2"] = 17_044
    assert await ranges.count(HUNTER) == 17_044
    assert len(server.asked) == 2


async def test_the_oldest_answers_are_forgotten(ranges, server):
    """Memory is bounded: 512 answers."""
    for number in range(520):
        await ranges.count(Secret(f"password {number}"))
    asked = len(server.asked)
    await ranges.count(Secret("password 519"))
    assert len(server.asked) == asked
    await ranges.count(Secret("password 0"))
    assert len(server.asked) == asked + 1


@pytest.mark.parametrize(
    "answer",
    [
        (500, b""),
        (429, b""),
        (301, f"{suffix_of('hunter2')}:1".encode()),
        (204, b""),
        (200, b""),
        (200, b"<html>Sign in to this network</html>"),
        (200, f"{suffix_of('hunter2')}:many".encode()),
        (200, f"{suffix_of('hunter2')}".encode()),
        (200, f"{suffix_of('hunter2')}:{'1' * 11}".encode()),
        (200, f"{PADDING}1:1\r\n".encode() * 40_000),
    ],
)
async def test_what_is_no_list_of_hashes_is_no_answer(ranges, server, answer):
    server.answer = lambda _: answer

    with pytest.raises(NoCountError):
        await ranges.count(HUNTER)


async def test_nobody_waits_longer_than_the_timeout(server, clock):
    server.answer = server.stall
    ranges = RangeApi(server.url, clock, timeout=0.05)
    began = asyncio.get_running_loop().time()

    with pytest.raises(NoCountError, match="TimeoutError"):
        await ranges.count(HUNTER)

    assert asyncio.get_running_loop().time() - began < 5
    await ranges.close()


async def test_after_a_failure_nobody_waits_for_five_seconds(ranges, server, clock):
    server.answer = lambda _: (503, b"")
    for _ in range(10):
        with pytest.raises(NoCountError):
            await ranges.count(HUNTER)
    assert len(server.asked) == 1

    server.answer = server.usual
    clock.time += 5_000_000
    assert await ranges.count(HUNTER) == 17_043


async def test_a_server_that_is_gone_is_no_answer(clock):
    with RangeServer() as gone:
        url = gone.url
    ranges = RangeApi(url, clock, timeout=1)

    with pytest.raises(NoCountError):
        await ranges.count(HUNTER)
    await ranges.close()


@pytest.mark.parametrize("url", ["", "api.example.com", "ftp://x", "https://", "https://x/?a=b", "file:///x"])
def test_only_a_url_is_a_url(url, clock):
    with pytest.raises(ValueError, match="breaches_api must be"):
        RangeApi(url, clock, timeout=1)


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_only_some_time_is_a_timeout(seconds, clock):
    with pytest.raises(ValueError, match="breaches_api_timeout"):
        RangeApi("https://x", clock, timeout=seconds)


def test_a_path_before_the_range_is_kept(clock):
    assert RangeApi("https://x/pwned/", clock, timeout=1)._url == "https://x/pwned"
