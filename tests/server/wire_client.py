"""Raw HTTP for tests: exactly the bytes that are given, and the answer as it came."""

import json
import socket
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any

TARGET = "AWSCognitoIdentityProviderService."


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        return str(self.json["__type"])


def post(service, operation, body=b"{}", headers=None, *, path="/", method="POST"):
    """An unsigned call; `operation` None sends no target."""
    sent = {"Content-Type": "application/x-amz-json-1.1", **(headers or {})}
    if operation is not None:
        sent["X-Amz-Target"] = TARGET + operation
    connection = HTTPConnection("127.0.0.1", service.port, timeout=20)
    try:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, content, sent)
        return _read(connection.getresponse())
    finally:
        connection.close()


def get(service, path):
    """A GET."""
    return post(service, None, b"", path=path, method="GET")


def raw(service, data, *, is_half_closed=False):
    """The answer to some bytes; None if the connection just ends."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as connection:
        connection.sendall(data)
        if is_half_closed:
            connection.shutdown(socket.SHUT_WR)
        response = HTTPResponse(connection)
        try:
            response.begin()
        except (HTTPException, ConnectionError):
            return None
        return _read(response)


def _read(response):
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, response.read())
