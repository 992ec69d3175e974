"""Traces: spans of calls and steps reach a collector; what people typed does not."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from botocore.exceptions import ClientError
from people import PASSWORD, People
from serving import Server, command

pytestmark = pytest.mark.slow

TRACE = "0af7651916cd43dd8448eb211c80319c"


class Collector:
    """An OTLP/HTTP collector that keeps what it gets."""

    def __init__(self):
        bodies = self.bodies = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_arguments):
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1/traces"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def spans(self):
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        return [
            span
            for body in self.bodies
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@pytest.fixture
def collector():
    made = Collector()
    yield made
    made.close()


def attributes(span):
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


def test_a_sign_in_leaves_spans_without_what_was_typed(tmp_path, collector):
    server = Server(
        tmp_path, "sqlite:///riskengine.db", traces_url=collector.url, trusted_proxies="127.0.0.1/32"
    ).start()
    people = People(server)
    user = people.user()

    def told_by_the_proxy(request, **_):
        request.headers["traceparent"] = f"00-{TRACE}-b7ad6b7169203331-01"

    people.api.meta.events.register("before-send.*", told_by_the_proxy)
    people.sign_in(user)
    with pytest.raises(ClientError):
        people.sign_in(user, "Wr0ng-typed!")
    assert server.end() == 0

    spans = collector.spans()
    calls = [span for span in spans if span.name == "InitiateAuth"]
    assert [attributes(span).get("error.type") for span in calls] == [None, "NotAuthorizedException"]
    assert attributes(calls[0])["http.response.status_code"] == 200
    assert {span.trace_id.hex() for span in calls} == {TRACE}
    steps = {span.name for span in spans if span.parent_span_id == calls[0].span_id}
    assert {"step assess_risk", "step first_factor", "step issue_tokens"} <= steps
    whole = b"".join(collector.bodies)
    for typed in (user, PASSWORD, "Wr0ng-typed!"):
        assert typed.encode() not in whole


def test_a_collector_that_is_away_costs_no_call(tmp_path):
    server = Server(tmp_path, "sqlite:///riskengine.db", traces_url="http://127.0.0.1:9/v1/traces").start()
    people = People(server)

    assert "AuthenticationResult" in people.sign_in(people.user())
    server.end()


def test_a_bad_address_ends_the_start(tmp_path):
    told = command(tmp_path, "serve", "--port", "0", traces_url="collector:4318")

    assert told.returncode == 1
    assert "traces_url" in told.stderr
