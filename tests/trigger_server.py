"""Customers' functions for tests: a real HTTP server on a free port, with a script per trigger source."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local_server import Answer, LocalServer, Request

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


class TriggerServer(LocalServer):
    """Answers Lambda invocations (any path under INVOKE) and plain posts alike.

    A source without a script gives its event back as it came. `taken` are the calls, in order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[Taken] = []
        self._scripts: dict[str, Script] = {}

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
        self.wait_for_the_end()
        return event

    def respond(self, request: Request) -> Answer:
        """The script's answer."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        raw = self._answer(Taken(request.path, headers, request.body, json.loads(request.body)))
        return Answer(raw.status, raw.body, {"Content-Type": "application/json", **raw.headers})

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
