"""Every operation, by its limits: what is within them decodes, each fault beyond them is named."""

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requests_by_limits import faults_of, least, records

from riskengine import api
from riskengine.api.constraints import SHAPES
from riskengine.server.validation import decode

OPERATIONS = sorted(api.OPERATIONS)
few = settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))


def shape_of(name):
    return SHAPES[api.OPERATIONS[name].request.__name__]


@pytest.mark.parametrize("name", OPERATIONS)
@few
@given(data=st.data())
def test_a_request_within_its_limits_is_taken_whole(name, data):
    body = data.draw(records(shape_of(name)))
    request = decode(api.OPERATIONS[name], json.dumps(body).encode())
    assert json.loads(api.wire.encode(request)) == body


@pytest.mark.parametrize("name", OPERATIONS)
@few
@given(data=st.data())
def test_every_planted_fault_is_counted_and_named(name, data):
    members = [one for one in shape_of(name).members if faults_of(one)]
    chosen = data.draw(st.lists(st.sampled_from(members), min_size=1, unique=True))
    planted = {one.wire: data.draw(st.sampled_from(faults_of(one))) for one in chosen}
    body = least(api.OPERATIONS[name].request.__name__) | planted

    with pytest.raises(api.errors.InvalidParameterException) as refusal:
        decode(api.OPERATIONS[name], json.dumps(body).encode())

    noun = "error" if len(planted) == 1 else "errors"
    assert refusal.value.message.startswith(f"{len(planted)} validation {noun} detected: Value ")
    places = {
        re.split(r"[.']", place)[0] for place in re.findall(r" at '([^']*)' failed", refusal.value.message)
    }
    assert places == {wire[0].lower() + wire[1:] for wire in planted}


@given(
    body=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["Username", "ClientId", "Name"]) | st.text(), inner)
        ),
    )
)
@settings(max_examples=100, deadline=None)
def test_any_json_ends_in_a_request_or_a_typed_error(body):
    for name in ("SignUp", "InitiateAuth", "CreateUserPool"):
        try:
            decode(api.OPERATIONS[name], json.dumps(body).encode())
        except (api.errors.InvalidParameterException, api.common_errors.SerializationException):
            continue


@given(
    body=st.binary() | st.text().map(lambda text: f'{{"Username": {text}'.encode("utf-8", "surrogatepass"))
)
@settings(max_examples=100, deadline=None)
def test_any_bytes_end_in_a_typed_error(body):
    with pytest.raises((api.errors.InvalidParameterException, api.common_errors.SerializationException)):
        decode(api.OPERATIONS["SignUp"], body)
