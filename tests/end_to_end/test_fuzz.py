"""Requests made up from the model's own limits, ten thousand of them: answers, or errors the model knows."""

import http.client
import json
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from operation_cases import CASES
from operation_world import LOG_ARN, World
from people import People
from service import Service, settings_for

from riskengine import api
from riskengine.api.constraints import SHAPES
from riskengine.operations import HANDLERS

sys.path.append(str(Path(__file__).parents[1] / "server"))

from requests_by_limits import faults_of, records

pytestmark = pytest.mark.slow

EACH = {"sqlite": 75, "postgres": 10}
_MODELLED = frozenset(api.common_errors.__all__)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def anywhere(request, tmp_path_factory, new_database):
    folder = tmp_path_factory.mktemp(request.param)
    logs = (f"{LOG_ARN}=file://{folder}/events.jsonl",)
    changes = {"database": new_database(request.param, folder), "log_destinations": logs}
    with Service(settings_for(folder, insecure_dev=True, **changes)) as service:
        yield request.param, service


class Wire:
    """One connection that sends whatever it is told."""

    def __init__(self, service: Service) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)

    def close(self) -> None:
        self.connection.close()

    def post(self, operation: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        headers = {
            "X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}",
            "Content-Type": "application/x-amz-json-1.1",
        }
        self.connection.request("POST", "/", json.dumps(body), headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")


def requests(operation: str, good: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Within the limits, mostly about things that are there; some with a fault planted."""
    shape = SHAPES[api.OPERATIONS[operation].request.__name__]
    faulty = [member for member in shape.members if faults_of(member)]
    real = {name: value for name, value in good.items() if is_plain(value)}

    def mixed(made: dict[str, Any], kept: set[str]) -> dict[str, Any]:
        return {**made, **{name: value for name, value in real.items() if name in kept}}

    kept = st.just(set(real)) | st.sets(st.sampled_from(sorted(real))) if real else st.just(set())
    plain = st.builds(mixed, records(shape), kept)
    if not faulty:
        return plain
    fault = st.sampled_from(faulty).flatmap(
        lambda member: st.sampled_from(faults_of(member)).map(lambda bad: {member.wire: bad})
    )
    return plain | plain | plain | st.builds(lambda body, bad: {**body, **bad}, plain, fault)


def is_plain(value: Any) -> bool:
    try:
        json.dumps(value)
    except TypeError:
        return False
    return True


@pytest.mark.parametrize("operation", sorted(HANDLERS))
def test_made_up_requests_end_in_answers_or_modelled_errors(anywhere, operation):
    kind, service = anywhere
    good = CASES[operation].good(World(People(service)))
    modelled = {*api.OPERATIONS[operation].errors, *_MODELLED}

    @settings(max_examples=EACH[kind], deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(body=requests(operation, good))
    def check(body):
        status, answer = wire.post(operation, body)
        assert status in {200, 400}, answer
        if status == 400:
            assert answer["__type"] in modelled, answer
            assert "Traceback" not in answer["message"]

    with closing(Wire(service)) as wire:
        check()
