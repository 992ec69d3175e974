"""Customers' functions for tests: a real HTTP server on a free port, with a script per trigger source."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Event = dict[str, Any]

INVOKE = "/2015-03-31/functions/"


@dataclass(frozen=True)
class Raw:
    """An answer sent as it stands, whatever it is."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Taken:
    """One call that arrived."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    event: Event


Script = Callable[[Event], Event | Raw]


def arn(name: str) -> str:
    return f"arn:aws:lambda:us-east-1:000000000000:function:{name}"


def answering(**response: Any) -> Script:
    """A function that fills in these members of the response, and leaves the others."""

    def script(event: Event) -> Event:
        return {**event, "response": {**event["response"], **response}}

    return script


def failing(text: str) -> Script:
    """A function that raises."""

    def script(event: Event) -> Event:
        raise RuntimeError(text)

    return script


class TriggerServer:
    """Answers Lambda invocations (any path under INVOKE) and plain posts alike.

    A source without a script gives its event back as it came. `taken` are the calls, in order.
    """

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self._scripts: dict[str, Script] = {}
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="triggers", daemon=True
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

    def on(self, source: str, script: Script) -> None:
        """What to do at a trigger source such as PreSignUp_SignUp."""
        self._scripts[source] = script

    def reset(self) -> None:
        """Forget scripts and calls."""
        self._scripts.clear()
        self.taken.clear()

    def events(self, source: str = "") -> list[Event]:
        """The events that arrived, of one source or of all."""
        return [each.event for each in self.taken if source in {"", each.event.get("triggerSource")}]

    def sources(self) -> list[str]:
        """The sources of all calls, in order."""
        return [each.event["triggerSource"] for each in self.taken]

    def stall(self, event: Event) -> Event:
        """A script that answers nothing until the server closes."""
        self._closing.wait(60)
        return event

    def _answer(self, taken: Taken) -> Raw:
        self.taken.append(taken)
        script = self._scripts.get(taken.event.get("triggerSource", ""), lambda event: event)
        try:
            answer = script(json.loads(taken.body))
        except Exception as error:  # noqa: BLE001 - what a function raises is its answer
            body = {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": []}
            if taken.path.startswith(INVOKE):
                return Raw(200, json.dumps(body).encode(), {"X-Amz-Function-Error": "Unhandled"})
            return Raw(500, json.dumps(body).encode())
        return answer if isinstance(answer, Raw) else Raw(200, json.dumps(answer).encode())

    def _handler(server) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - the handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # or every answer waits for an acknowledgement

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                answer = server._answer(Taken(self.path, headers, body, json.loads(body)))
                try:
                    self.send_response(answer.status)
                    for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(answer.body)))
                    self.end_headers()
                    self.wfile.write(answer.body)
                except OSError:
                    # Who called has hung up, as it may: a slow function is not waited for.
                    self.close_connection = True

            def log_message(self, *_args: object) -> None:
                pass

        return Handler
