"""The generated modules say what the service model says."""

import importlib
import subprocess
import sys
from collections import Counter
from typing import get_args, get_type_hints

import botocore.loaders
import msgspec
import pytest
from botocore import xform_name

from riskengine import api
from riskengine.api import generator
from riskengine.api.constraints import ENUMS, SHAPES
from riskengine.api.model import Record
from riskengine.base.secret import Secret

MODEL = botocore.loaders.Loader().load_service_model("cognito-idp", "service-2")
STRUCTS = {
    name: shape
    for name, shape in MODEL["shapes"].items()
    if shape["type"] == "structure" and hasattr(api, name)
}


def test_the_checked_in_modules_are_what_the_generator_writes():
    assert generator.generate(check=True) == ()


def test_a_changed_module_is_named_and_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(generator, "_FOLDER", tmp_path)
    generator.generate(check=False)
    (tmp_path / "errors.py").write_text("# edited", encoding="utf-8")
    assert generator.generate(check=True) == ("errors.py",)
    assert (tmp_path / "errors.py").read_text(encoding="utf-8") == "# edited"


def test_generating_without_botocore_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "botocore", None)
    with pytest.raises(RuntimeError, match="needs botocore"):
        generator.generate(check=True)


def test_every_operation_of_the_model_is_in_the_table():
    assert set(api.OPERATIONS) == set(MODEL["operations"])
    assert {name: one.name for name, one in api.OPERATIONS.items()} == {name: name for name in api.OPERATIONS}


def test_who_may_call_is_the_models_answer():
    assert Counter(one.authorization for one in api.OPERATIONS.values()) == {
        "signed": 105,
        "access_token": 22,
        "access_token_or_session": 2,
        "open": 12,
    }


@pytest.mark.parametrize(
    ("name", "authorization"),
    [
        ("AdminInitiateAuth", "signed"),
        ("GetUser", "access_token"),
        ("ForgetDevice", "access_token"),
        ("AssociateSoftwareToken", "access_token_or_session"),
        ("InitiateAuth", "open"),
        ("RevokeToken", "open"),
        ("GetClientToken", "open"),
    ],
)
def test_authorization_of_an_operation(name, authorization):
    assert api.OPERATIONS[name].authorization == authorization


def test_each_request_type_belongs_to_one_operation():
    assert len({one.request for one in api.OPERATIONS.values()}) == len(api.OPERATIONS)
    assert len({one.response for one in api.OPERATIONS.values()}) == len(api.OPERATIONS)


def test_an_operation_without_an_answer_has_an_empty_one():
    assert api.OPERATIONS["DeleteUser"].response is api.DeleteUserResponse
    assert api.wire.encode(api.DeleteUserResponse()) == b"{}"


@pytest.mark.parametrize("name", sorted(STRUCTS))
def test_members_have_the_wire_names_of_the_model_and_the_python_names_of_boto3(name):
    fields = msgspec.structs.fields(getattr(api, name))
    assert [one.encode_name for one in fields] == list(STRUCTS[name]["members"])
    assert [one.name.rstrip("_") for one in fields] == [xform_name(wire) for wire in STRUCTS[name]["members"]]
    assert {one.encode_name for one in fields if one.required} == set(STRUCTS[name].get("required", ()))


def test_every_struct_that_travels_has_a_type():
    errors = {name for name, shape in MODEL["shapes"].items() if shape.get("exception")}
    structs = {name for name, shape in MODEL["shapes"].items() if shape["type"] == "structure"}
    assert structs - errors - set(STRUCTS) == {"Document"}


def test_every_error_of_an_operation_is_a_class():
    names = {error for one in api.OPERATIONS.values() for error in one.errors}
    assert all(issubclass(getattr(api.errors, name), api.ApiError) for name in names)


def test_only_faults_of_the_server_are_500():
    statuses = {name: getattr(api.errors, name).status for name in api.errors.__all__}
    assert {name for name, status in statuses.items() if status != 400} == {
        "InternalErrorException",
        "InternalServerException",
    }


def test_an_error_carries_message_type_and_extra_members():
    error = api.errors.InvalidParameterException("no", reason_code="x")
    assert (error.message, error.type_name, error.status) == ("no", "InvalidParameterException", 400)
    assert error.members == {"reasonCode": "x"}
    assert api.errors.InvalidParameterException("no").members == {}


@pytest.mark.parametrize("name", api.common_errors.__all__)
def test_common_errors_are_named_like_their_classes(name):
    error = getattr(api.common_errors, name)("why")
    assert isinstance(error, api.ApiError)
    assert error.type_name == name
    assert error.status in {400, 413, 503}


def test_every_request_has_its_limits():
    assert all(isinstance(SHAPES[one.request.__name__], Record) for one in api.OPERATIONS.values())


# What the model's texts demand of ExplicitAuthFlows and its enumeration lacks.
FORGOTTEN = {"ExplicitAuthFlowsType": ["ALLOW_CLIENT_TOKEN_AUTH"]}


def test_every_enumeration_is_in_the_table():
    assert {name: list(values) for name, values in ENUMS.items()} == {
        name: [*shape["enum"], *FORGOTTEN.get(name, ())]
        for name, shape in MODEL["shapes"].items()
        if "enum" in shape
    }


def secret_fields():
    return {
        f"{name}.{field}"
        for name in api.types.__all__
        for field, hint in get_type_hints(getattr(api, name)).items()
        if Secret in (hint, *get_args(hint), *(part for one in get_args(hint) for part in get_args(one)))
    }


@pytest.mark.parametrize(
    "field",
    [
        "SignUpRequest.password",
        "SignUpRequest.secret_hash",
        "ChangePasswordRequest.previous_password",
        "AdminCreateUserRequest.temporary_password",
        "ConfirmSignUpRequest.confirmation_code",
        "VerifySoftwareTokenRequest.user_code",
        "InitiateAuthRequest.auth_parameters",
        "RespondToAuthChallengeRequest.challenge_responses",
        "RespondToAuthChallengeResponse.session",
        "AuthenticationResultType.refresh_token",
        "AssociateSoftwareTokenResponse.secret_code",
        "UserPoolClientType.client_secret",
        "IdentityProviderType.provider_details",
        "UpdateAuthEventFeedbackRequest.feedback_token",
    ],
)
def test_what_must_not_be_printed_is_a_secret(field):
    assert field in secret_fields()


def test_names_and_facts_that_the_model_calls_sensitive_are_plain():
    sensitive = {name for name, shape in MODEL["shapes"].items() if shape.get("sensitive")}
    assert sensitive > generator.PLAIN_SENSITIVE
    assert "SignUpRequest.username" not in secret_fields()
    assert SHAPES["UsernameType"].sensitive


def test_secrets_are_masked_in_repr():
    request = api.InitiateAuthRequest(
        client_id="c",
        auth_flow="USER_AUTH",
        auth_parameters={"PASSWORD": Secret("canary")},
        session=Secret("canary"),
    )
    assert "canary" not in repr(request)


def test_structs_are_frozen():
    with pytest.raises(AttributeError):
        api.DeleteUserRequest(access_token=Secret("a")).access_token = Secret("b")


def test_importing_the_api_asks_for_no_development_dependency():
    code = "import sys; sys.modules['botocore'] = None; from riskengine.api import constraints, generator"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_generated_modules_say_so():
    for name in ("types", "operations", "errors", "constraints"):
        text = importlib.import_module(f"riskengine.api.{name}").__doc__ or ""
        assert (
            "GENERATED by `riskengine generate` from the cognito-idp model, API version 2016-04-18." in text
        )
