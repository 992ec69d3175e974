"""Every operation through boto3 on both databases: answered, refused, and held against its constraints."""

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from operation_cases import CASES, bad
from operation_world import LOG_ARN, World
from people import People
from service import Service, settings_for

from riskengine import api
from riskengine.operations import HANDLERS, NOT_BUILT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def anywhere(request, tmp_path_factory, new_database):
    folder = tmp_path_factory.mktemp(request.param)
    url = new_database(request.param, folder)
    logs = (f"{LOG_ARN}=file://{folder}/events.jsonl",)
    with Service(settings_for(folder, database=url, log_destinations=logs)) as service:
        yield service


@pytest.fixture
def world(anywhere):
    return World(People(anywhere))


def call(client, operation, members):
    return getattr(client, xform_name(operation))(**members)


def code_of(client, operation, members):
    with pytest.raises(ClientError) as caught:
        call(client, operation, members)
    return caught.value.response["Error"]["Code"]


def test_every_operation_has_its_cases():
    assert set(CASES) == set(HANDLERS)


@pytest.mark.parametrize("operation", sorted(CASES))
def test_operation_is_refused_then_answered(world, operation):
    """What is wrong leaves everything as it was: the same request without the fault is answered."""
    members = CASES[operation].good(world)
    wrong, code = bad(CASES[operation], members)
    assert code_of(world.api, operation, wrong) == code
    assert code in api.OPERATIONS[operation].errors
    answer = call(world.api, operation, members)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.fixture(scope="module")
def unchecked(anywhere):
    """A client that lets every request through."""
    return anywhere.boto3(parameter_validation=False)


@pytest.mark.parametrize("operation", sorted(HANDLERS))
def test_constraints_are_held(unchecked, operation):
    """All faults in one message: what is required and missing, and what is too long."""
    shape = unchecked.meta.service_model.operation_model(operation).input_shape
    faulty = {"Session": "x"} if operation == "AssociateSoftwareToken" else {}
    if operation == "UpdateManagedLoginBranding":
        faulty = {"UserPoolId": "no pool's"}
    with pytest.raises(ClientError) as caught:
        call(unchecked, operation, faulty)
    error = caught.value.response["Error"]
    assert error["Code"] == "InvalidParameterException"
    count = len(shape.required_members) or 1
    noun = "error" if count == 1 else "errors"
    assert error["Message"].startswith(f"{count} validation {noun} detected: ")


@pytest.mark.parametrize("operation", sorted(NOT_BUILT))
def test_what_is_not_built_says_so(unchecked, operation):
    assert code_of(unchecked, operation, {}) == "OperationNotEnabledException"
