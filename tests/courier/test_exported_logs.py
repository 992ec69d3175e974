"""Exported logs: into files, HTTP endpoints and S3, in Cognito's format."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from people import People
from service import Service, settings_for

from riskengine.base.clock import SystemClock
from riskengine.config import ConfigurationError, Settings
from riskengine.courier.logs import log_sinks
from riskengine.jobs.export_logs import export_due

ARN = "arn:aws:logs:us-east-1:123456789012:log-group:{}"
BUCKET = "arn:aws:s3:::events"
# In the order of Cognito's own lines.
MEMBERS = [
    "version",
    "eventId",
    "eventType",
    "userSub",
    "userName",
    "userPoolId",
    "clientId",
    "creationDate",
    "eventResponse",
    "riskLevel",
    "riskDecision",
    "challenges",
    "deviceName",
    "ipAddress",
    "requestId",
    "idpName",
    "compromisedCredentialDetected",
    "city",
    "country",
    "eventFeedbackValue",
    "eventFeedbackDate",
    "eventFeedbackProvider",
    "hasContextData",
]


class Sink:
    """Takes whatever is sent; `statuses` are answered to the next ones, then 200."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.host = f"127.0.0.1:{self.server.server_address[1]}"

    def _handler(sink) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - the handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                sink.taken.append((self.command, self.path, headers, body))
                self.send_response(sink.statuses.pop(0) if sink.statuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_PUT = do_POST  # noqa: N815 - the library's name

            def log_message(self, *_arguments: object) -> None:
                """Tests are quiet."""

        return Handler


@pytest.fixture(scope="module")
def sink():
    one = Sink()
    yield one
    one.server.shutdown()
    one.server.server_close()


@pytest.fixture(scope="module")
def exporting(tmp_path_factory, sink):
    folder = tmp_path_factory.mktemp("logs")
    places = (
        f"{ARN.format('file')}=file://{folder}/deep/events.jsonl",
        f"{ARN.format('http')}=http://{sink.host}/logs",
        f"{BUCKET}=s3+http://KEYID:secret%2Fkey@{sink.host}/events/pool?region=eu-north-1",
    )
    settings = settings_for(folder, log_destinations=places, webhook_secret="whsec_c2VjcmV0")
    with Service(settings) as service:
        yield service, folder / "deep" / "events.jsonl"


@pytest.fixture
def people(exporting, sink):
    sink.taken.clear()
    sink.statuses.clear()
    return People(exporting[0])


def export_to(people, name=None, **destination):
    to = destination or {"CloudWatchLogsConfiguration": {"LogGroupArn": ARN.format(name)}}
    configuration = {"LogLevel": "INFO", "EventSource": "userAuthEvents", **to}
    people.api.set_log_delivery_configuration(UserPoolId=people.pool, LogConfigurations=[configuration])


def test_events_reach_a_file_with_every_change(people, exporting):
    export_to(people, "file")
    user = people.user()
    people.sign_in(user)
    with pytest.raises(ClientError):
        people.sign_in(user, "wrong")
    event = people.events(user)[0]["EventId"]
    for value in ("Invalid", "Valid"):
        people.api.admin_update_auth_event_feedback(
            UserPoolId=people.pool, Username=user, EventId=event, FeedbackValue=value
        )
    assert people.service.do(export_due) == 4
    lines = [json.loads(line) for line in exporting[1].read_text().splitlines()]
    assert all(line["logSourceId"] == {"userPoolId": people.pool} for line in lines)
    right, wrong, judged, again = [line["message"] for line in lines]
    assert (right["eventType"], right["eventResponse"], right["userName"]) == ("SignIn", "Pass", user)
    assert (wrong["eventResponse"], wrong["challenges"]) == ("Fail", ["Password:Failure"])
    assert (judged["eventId"], judged["eventFeedbackValue"]) == (event, "Invalid")
    assert (again["eventId"], again["eventFeedbackValue"]) == (event, "Valid")
    assert again["eventFeedbackProvider"] == "Admin"
    assert re.fullmatch(r"\w{3} \w{3} \d\d \d\d:\d\d:\d\d UTC \d{4}", right["creationDate"])
    assert (lines[0]["eventSource"], lines[0]["logLevel"]) == ("USER_ACTIVITY", "INFO")
    assert lines[0]["eventTimestamp"].isdigit()
    for line in lines:
        message = line["message"]
        assert list(message) == MEMBERS
        assert all(isinstance(each, str) for each in message["challenges"])
        assert all(isinstance(message[name], str) for name in MEMBERS if name != "challenges")
        assert all(isinstance(line[name], str) for name in ("eventTimestamp", "eventSource", "logLevel"))
    named = (right["userPoolId"], right["clientId"], right["requestId"] != "")
    assert named == (people.pool, people.client, True)
    told = (right["version"], right["compromisedCredentialDetected"], right["hasContextData"])
    assert told == ("1", "false", "false")
    assert (right["riskDecision"], right["ipAddress"]) == ("PASS", "127.0.0.1")


def test_endpoint_is_asked_again_until_it_takes_them(people, sink):
    export_to(people, "http")
    sink.statuses = [503]
    people.sign_in(people.user())
    assert people.service.do(export_due) == 1
    assert people.service.do(export_due) == 0
    people.service.clock.advance(121)
    assert people.service.do(export_due) == 1
    people.service.clock.advance(121)
    assert people.service.do(export_due) == 0
    first, second = sink.taken
    assert first[3] == second[3]
    assert {"webhook-id", "webhook-timestamp", "webhook-signature"} <= second[2].keys()


def test_bucket_gets_objects_that_are_signed(people, sink):
    export_to(people, S3Configuration={"BucketArn": BUCKET})
    people.sign_in(people.user())
    people.service.do(export_due)
    ((method, path, headers, body),) = sink.taken
    assert method == "PUT"
    assert re.fullmatch(r"/events/pool/\d{4}/\d\d/\d\d/\d\d/[0-9a-f-]{36}\.jsonl", path)
    assert json.loads(body)["message"]["eventType"] == "SignIn"
    shown = ("content-type", "x-amz-date", "x-amz-content-sha256")
    again = AWSRequest(
        "PUT", f"http://{sink.host}{path}", headers={name: headers[name] for name in shown}, data=body
    )
    again.context["timestamp"] = headers["x-amz-date"]
    signer = S3SigV4Auth(Credentials("KEYID", "secret/key"), "s3", "eu-north-1")
    wanted = signer.signature(signer.string_to_sign(again, signer.canonical_request(again)), again)
    assert headers["authorization"].endswith(f"Signature={wanted}")


def test_pool_that_exports_nothing_writes_nothing(people, sink):
    user = people.user()
    people.sign_in(user)
    assert people.service.do(export_due) == 0
    export_to(people, "http")
    people.sign_in(user)
    people.api.set_log_delivery_configuration(UserPoolId=people.pool, LogConfigurations=[])
    assert people.service.do(export_due) == 1
    assert sink.taken == []


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        ({"LogLevel": "ERROR"}, "LogLevel of userAuthEvents must be INFO"),
        ({"CloudWatchLogsConfiguration": {"LogGroupArn": ARN.format("nowhere")}}, "log_destinations"),
        ({"S3Configuration": {"BucketArn": BUCKET}}, "exactly one destination"),
        ({"EventSource": "userNotification"}, "LogLevel of userNotification must be ERROR"),
    ],
)
def test_configuration_that_can_not_be_is_refused(people, configuration, message):
    whole = {
        "LogLevel": "INFO",
        "EventSource": "userAuthEvents",
        "CloudWatchLogsConfiguration": {"LogGroupArn": ARN.format("file")},
        **configuration,
    }
    with pytest.raises(ClientError, match=message):
        people.api.set_log_delivery_configuration(UserPoolId=people.pool, LogConfigurations=[whole])
    shown = people.api.get_log_delivery_configuration(UserPoolId=people.pool)
    assert shown["LogDeliveryConfiguration"]["LogConfigurations"] == []


@pytest.mark.parametrize(
    "entries",
    [
        ("arn:aws:s3:::x",),
        ("arn:aws:s3:::x=ftp://host/",),
        ("arn:aws:s3:::x=s3+https://host/bucket",),
        ("arn:aws:s3:::x=file:///a", "arn:aws:s3:::x=file:///b"),
        ("arn:aws:s3:::x=https:///path",),
    ],
)
def test_settings_that_name_no_place_stop_the_start(entries):
    with pytest.raises(ConfigurationError, match="log_destinations"):
        log_sinks(Settings(log_destinations=entries), None, SystemClock())
