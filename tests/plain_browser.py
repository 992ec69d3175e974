"""A browser of the least kind: follows links and redirects, fills forms and presses their buttons."""

import itertools
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPResponse
from typing import Self
from urllib.parse import urlencode, urljoin, urlsplit

_MOST_REDIRECTS = 5
_NUMBERS = itertools.cycle(range(1, 255))


@dataclass
class Form:
    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)  # names of inputs that people see
    buttons: list[str] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._in_button = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("method", "get"), given.get("action", "")))
        elif tag == "input":
            self.forms[-1].fields[given["name"]] = given.get("value", "")
            if given.get("type") != "hidden":
                self.forms[-1].typed.append(given["name"])
        elif tag == "button":
            self._in_button = True
            self.forms[-1].buttons.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_button = self._in_button and tag != "button"

    def handle_data(self, data: str) -> None:
        if self._in_button:
            self.forms[-1].buttons[-1] += data


class PlainBrowser:
    """The same acts as the real one's, without a picture."""

    def __init__(self, address: str | None = None) -> None:
        """`address`: what a trusted proxy would tell of it; one of its own unless told."""
        self._address = address or f"198.19.{next(_NUMBERS)}.1"
        self.url = ""
        self.html = ""
        self.status = 0
        self.headers: dict[str, str] = {}
        self._typed: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        pass

    def open(self, url: str, *, method: str = "GET", body: str | None = None, **headers: str) -> None:
        for _ in range(_MOST_REDIRECTS):
            response, text = self._ask(method, url, body, headers)
            if response.status != 303:
                break
            url, method, body = urljoin(url, response.headers["Location"]), "GET", None
        self.url, self.html, self.status, self._typed = url, text, response.status, {}
        self.headers = dict(response.headers)

    def click(self, words: str) -> None:
        for form in self.forms():
            if words in (button.strip() for button in form.buttons):
                typed = {name: self._typed[name] for name in form.typed if name in self._typed}
                self.open(
                    urljoin(self.url, form.action),
                    method=form.method.upper(),
                    body=urlencode({**form.fields, **typed}),
                    **{"Content-Type": "application/x-www-form-urlencoded", "Origin": "null"},
                )
                return
        raise LookupError(f"no button says {words!r}")

    def type(self, field_name: str, text: str) -> None:
        assert any(field_name in form.typed for form in self.forms())
        self._typed[field_name] = text

    def forms(self) -> list[Form]:
        reader = _Forms()
        reader.feed(self.html)
        return reader.forms

    def _ask(
        self, method: str, url: str, body: str | None, headers: dict[str, str]
    ) -> tuple[HTTPResponse, str]:
        parts = urlsplit(url)
        assert parts.hostname is not None
        connection = HTTPConnection(parts.hostname, parts.port, timeout=30)
        try:
            path = f"{parts.path}?{parts.query}" if parts.query else parts.path
            connection.request(method, path, body, {"X-Forwarded-For": self._address, **headers})
            response = connection.getresponse()
            return response, response.read().decode()
        finally:
            connection.close()
