"""Structs to bytes and back."""

import datetime as dt
import json

import botocore.loaders
import botocore.model
import botocore.parsers
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine import api
from riskengine.base.secret import Secret

MODEL = botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model("cognito-idp", "service-2"))
MOMENT = 1_700_000_000.25


def parsed(name, answer):
    response = {"status_code": 200, "headers": {}, "body": api.wire.encode(answer)}
    fields = botocore.parsers.create_parser("json").parse(response, MODEL.operation_model(name).output_shape)
    return {key: value for key, value in fields.items() if key != "ResponseMetadata"}


def test_an_sdk_reads_a_user_pool():
    pool = api.UserPoolType(
        id="eu-north-1_Abc",
        name="customers",
        creation_date=MOMENT,
        user_pool_add_ons=api.UserPoolAddOnsType(advanced_security_mode="AUDIT"),
        email_configuration=api.EmailConfigurationType(from_="a@example.com"),
        estimated_number_of_users=0,
    )
    assert parsed("DescribeUserPool", api.DescribeUserPoolResponse(user_pool=pool)) == {
        "UserPool": {
            "Id": "eu-north-1_Abc",
            "Name": "customers",
            "CreationDate": dt.datetime.fromtimestamp(MOMENT, tz=dt.UTC),
            "UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"},
            "EmailConfiguration": {"From": "a@example.com"},
            "EstimatedNumberOfUsers": 0,
        }
    }


def test_an_sdk_reads_tokens_in_the_clear():
    result = api.AuthenticationResultType(access_token=Secret("a.b.c"), expires_in=3600, token_type="Bearer")
    assert parsed("InitiateAuth", api.InitiateAuthResponse(authentication_result=result)) == {
        "AuthenticationResult": {"AccessToken": "a.b.c", "ExpiresIn": 3600, "TokenType": "Bearer"}
    }


def test_an_sdk_reads_events_with_dates_and_flags():
    event = api.AuthEventType(
        event_id="e1",
        creation_date=MOMENT,
        event_risk=api.EventRiskType(risk_level="High", compromised_credentials_detected=False),
        challenge_responses=[
            api.ChallengeResponseType(challenge_name="Password", challenge_response="Success")
        ],
    )
    assert parsed("AdminListUserAuthEvents", api.AdminListUserAuthEventsResponse(auth_events=[event])) == {
        "AuthEvents": [
            {
                "EventId": "e1",
                "CreationDate": dt.datetime.fromtimestamp(MOMENT, tz=dt.UTC),
                "EventRisk": {"RiskLevel": "High", "CompromisedCredentialsDetected": False},
                "ChallengeResponses": [{"ChallengeName": "Password", "ChallengeResponse": "Success"}],
            }
        ]
    }


def test_absent_members_are_left_out_and_empty_ones_are_not():
    response = api.ListUsersResponse(users=[], pagination_token=None)
    assert api.wire.encode(response) == b'{"Users":[]}'


def test_bytes_travel_in_base64():
    request = api.SetUICustomizationRequest(user_pool_id="a_b", image_file=b"\x00\xff")
    assert json.loads(api.wire.encode(request))["ImageFile"] == "AP8="


class Kept(msgspec.Struct, frozen=True):
    """A stand-in for an entity that holds API shapes and own fields."""

    client: api.UserPoolClientType
    codes: dict[str, Secret]
    at: int


@given(secret=st.text(st.characters(exclude_categories=["Cs"])), at=st.integers(-(2**63), 2**63 - 1))
def test_a_record_keeps_secrets_whole(secret, at):
    kept = Kept(
        client=api.UserPoolClientType(client_id="c", client_secret=Secret(secret)),
        codes={"a": Secret(secret)},
        at=at,
    )
    assert api.wire.from_record(Kept, api.wire.to_record(kept)) == kept


def test_a_record_holds_bytes_and_moments():
    shape = api.UserPoolType(creation_date=MOMENT, name="p")
    assert api.wire.from_record(api.UserPoolType, api.wire.to_record(shape)) == shape


def test_a_record_of_another_type_is_refused():
    with pytest.raises(msgspec.DecodeError):
        api.wire.from_record(Kept, api.wire.to_record({"client": 1}))


def test_a_record_takes_nothing_that_has_no_form():
    with pytest.raises(TypeError, match="object has no place in a record"):
        api.wire.to_record({"a": object()})


def test_a_secret_of_the_wrong_type_is_refused_without_its_value():
    with pytest.raises(msgspec.ValidationError) as refusal:
        api.wire.decoder(api.DeleteUserRequest).decode(b'{"AccessToken": 12345}')
    assert str(refusal.value) == "Expected `str` - at `$.AccessToken`"
