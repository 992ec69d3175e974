"""Bodies that a real AWS SDK serialises are understood."""

import botocore.loaders
import botocore.model
import botocore.serialize
import pytest

from riskengine import api
from riskengine.server.validation import decode

MODEL = botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model("cognito-idp", "service-2"))
SERIALIZER = botocore.serialize.create_serializer("json")

NOTIFY = {
    "From": "risk@example.com",
    "SourceArn": "arn:aws:ses:eu-north-1:123456789012:identity/example.com",
    "BlockEmail": {"Subject": "Blocked", "HtmlBody": "<b>blocked</b>", "TextBody": "blocked {ip-address}"},
}
CALLS = {
    "CreateUserPool": {
        "PoolName": "customers",
        "Policies": {"PasswordPolicy": {"MinimumLength": 8, "RequireSymbols": False}},
        "Schema": [{"Name": "plan", "AttributeDataType": "String", "Mutable": True}],
        "SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::123456789012:role/sns", "ExternalId": "x"},
        "EmailConfiguration": {"From": "a@example.com"},
        "UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"},
        "UserPoolTags": {"team": "risk"},
        "VerificationMessageTemplate": {
            "EmailMessage": "Your code is {####}.\nBye",
            "SmsMessage": "Code {####}",
        },
    },
    "SetRiskConfiguration": {
        "UserPoolId": "eu-north-1_Abc123",
        "AccountTakeoverRiskConfiguration": {
            "NotifyConfiguration": NOTIFY,
            "Actions": {"HighAction": {"Notify": True, "EventAction": "BLOCK"}},
        },
        "RiskExceptionConfiguration": {
            "BlockedIPRangeList": ["192.0.2.0/24"],
            "SkippedIPRangeList": ["2001:db8::/32"],
        },
    },
    "InitiateAuth": {
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": "client123",
        "AuthParameters": {"USERNAME": "alice", "PASSWORD": "Passw0rd!"},
        "UserContextData": {"EncodedData": "eyJ9"},
    },
    "CreateUserPoolClient": {
        "UserPoolId": "eu-north-1_Abc123",
        "ClientName": "web",
        "CallbackURLs": ["https://example.com/back"],
        "DefaultRedirectURI": "https://example.com/back",
        "AllowedOAuthFlows": ["code"],
        "TokenValidityUnits": {"AccessToken": "minutes"},
    },
    "SetUserPoolMfaConfig": {
        "UserPoolId": "eu-north-1_Abc123",
        "SoftwareTokenMfaConfiguration": {"Enabled": True},
        "MfaConfiguration": "OPTIONAL",
    },
    "SetUICustomization": {"UserPoolId": "eu-north-1_Abc123", "CSS": ".a{}", "ImageFile": b"\x00\xffpng"},
    "AdminRespondToAuthChallenge": {
        "UserPoolId": "eu-north-1_Abc123",
        "ClientId": "client123",
        "ChallengeName": "PASSWORD_VERIFIER",
        "ContextData": {
            "IpAddress": "192.0.2.1",
            "ServerName": "app",
            "ServerPath": "/",
            "HttpHeaders": [{"headerName": "User-Agent", "headerValue": "x"}],
        },
    },
}


def body_of(name, arguments):
    request = SERIALIZER.serialize_to_request(arguments, MODEL.operation_model(name))
    return request["body"]


@pytest.mark.parametrize("name", CALLS)
def test_an_sdk_body_decodes_and_encodes_to_the_same_json(name):
    body = body_of(name, CALLS[name])
    request = decode(api.OPERATIONS[name], body)
    again = decode(api.OPERATIONS[name], api.wire.encode(request))
    assert type(request) is api.OPERATIONS[name].request
    assert again == request


def test_members_arrive_under_their_python_names():
    request = decode(
        api.OPERATIONS["SetRiskConfiguration"], body_of("SetRiskConfiguration", CALLS["SetRiskConfiguration"])
    )
    assert request.risk_exception_configuration == api.RiskExceptionConfigurationType(
        blocked_ip_range_list=["192.0.2.0/24"], skipped_ip_range_list=["2001:db8::/32"]
    )
    assert request.account_takeover_risk_configuration.notify_configuration.from_ == "risk@example.com"


def test_bytes_arrive_as_bytes():
    request = decode(
        api.OPERATIONS["SetUICustomization"], body_of("SetUICustomization", CALLS["SetUICustomization"])
    )
    assert request.image_file == b"\x00\xffpng"
