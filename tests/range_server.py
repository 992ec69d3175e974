"""A range API for tests: a real HTTP server on a free port that knows some passwords, and keeps what came."""

import hashlib
from collections.abc import Callable, Mapping

from local_server import Answer, LocalServer, Request

Known = Callable[[str], tuple[int, bytes]]
PADDING = "0" * 34


def suffix_of(password: str) -> str:
    return hashlib.sha1(password.encode()).hexdigest().upper()[5:]


def prefix_of(password: str) -> str:
    return hashlib.sha1(password.encode()).hexdigest().upper()[:5]


class RangeServer(LocalServer):
    """Answers /range/ABCDE. `asked` are the paths and headers that came, in order."""

    def __init__(self, known: Mapping[str, int] | None = None) -> None:
        super().__init__()
        self.known = dict(known or {})
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.answer: Known = self.usual

    @property
    def prefixes(self) -> list[str]:
        """What was asked for, without its path."""
        return [path.rpartition("/")[2] for path, _ in self.asked]

    def usual(self, prefix: str) -> tuple[int, bytes]:
        """Real suffixes among padding, as the service sends them."""
        lines = [f"{PADDING}{digit}:0" for digit in "123"]
        lines += [
            f"{suffix_of(each)}:{count}" for each, count in self.known.items() if prefix_of(each) == prefix
        ]
        return 200, "\r\n".join(sorted(lines)).encode()

    def stall(self, prefix: str) -> tuple[int, bytes]:
        """Answers nothing until the server closes."""
        self.wait_for_the_end()
        return self.usual(prefix)

    def respond(self, request: Request) -> Answer:
        """What is asked for, and a way elsewhere that nobody should follow."""
        self.asked.append((request.path, request.headers))
        status, body = self.answer(request.path.rpartition("/")[2])
        return Answer(status, body, {"Location": f"{self.url}/elsewhere"})
