"""A range API for tests: a real HTTP server on a free port that knows some passwords, and keeps what came."""

import hashlib
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

Answer = Callable[[str], tuple[int, bytes]]
PADDING = "0" * 34


def suffix_of(password: str) -> str:
    return hashlib.sha1(password.encode()).hexdigest().upper()[5:]


def prefix_of(password: str) -> str:
    return hashlib.sha1(password.encode()).hexdigest().upper()[:5]


class RangeServer:
    """Answers /range/ABCDE. `asked` are the paths and headers that came, in order."""

    def __init__(self, known: Mapping[str, int] | None = None) -> None:
        self.known = dict(known or {})
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.answer: Answer = self.usual
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="ranges", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

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
        self._closing.wait(60)
        return self.usual(prefix)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # one packet, or the other side waits for the second

            def do_GET(self) -> None:
                outer.asked.append((self.path, dict(self.headers)))
                status, body = outer.answer(self.path.rpartition("/")[2])
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Location", f"{outer.url}/elsewhere")
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_args: object) -> None:
                """Quiet."""

        return Handler
