"""What a caller reads when a body breaks a limit, is of the wrong type, or is no JSON at all."""

import json

import pytest

from riskengine import api
from riskengine.base.secret import Secret
from riskengine.server import validation

SIGN_UP = {"ClientId": "client123", "Username": "alice", "Password": "Passw0rd!"}
SIGN_IN = {"ClientId": "client123", "AuthFlow": "USER_PASSWORD_AUTH"}
ENUM_OF_FLOWS = (
    "[USER_SRP_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN, CUSTOM_AUTH, ADMIN_NO_SRP_AUTH, "
    "USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, USER_AUTH]"
)


def decode(name, body):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return validation.decode(api.OPERATIONS[name], raw)


def faults(name, body):
    with pytest.raises(api.errors.InvalidParameterException) as refusal:
        decode(name, body)
    return refusal.value.message


def unreadable(name, body):
    with pytest.raises(api.common_errors.SerializationException) as refusal:
        decode(name, body)
    return refusal.value.message


def a_string(letter, length):
    return letter * length


AT_MOST = "Member must have length less than or equal to"
AT_LEAST = "Member must have length greater than or equal to"
LONG_LIST = [f"192.0.2.{at}/32" for at in range(201)]

WORDINGS = {
    "a required member that is null": (
        "ListGroups",
        {"UserPoolId": None},
        ("Value null at 'userPoolId'", "Member must not be null"),
    ),
    "an enumeration": (
        "InitiateAuth",
        {"AuthFlow": "NO", "ClientId": "c"},
        ("Value 'NO' at 'authFlow'", f"Member must satisfy enum value set: {ENUM_OF_FLOWS}"),
    ),
    "a pattern, the sensitive value left out": (
        "VerifySoftwareToken",
        {"UserCode": "Aaaaaa"},
        ("Value at 'userCode'", "Member must satisfy regular expression pattern: [0-9]+"),
    ),
    "a pattern": (
        "CreateUserPool",
        {"PoolName": "a#"},
        ("Value 'a#' at 'poolName'", r"Member must satisfy regular expression pattern: [\w\s+=,.@-]+"),
    ),
    "too long": (
        "ListUsers",
        {"UserPoolId": "eu_1", "Filter": a_string("a", 257)},
        (f"Value '{a_string('a', 256)}...' at 'filter'", "Member must have length less than or equal to 256"),
    ),
    "too short": (
        "VerifySoftwareToken",
        {"UserCode": "12345"},
        ("Value at 'userCode'", "Member must have length greater than or equal to 6"),
    ),
    "too great": (
        "ListUsers",
        {"UserPoolId": "eu_1", "Limit": 61},
        ("Value '61' at 'limit'", "Member must have value less than or equal to 60"),
    ),
    "too small": (
        "ListUserPools",
        {"MaxResults": 0},
        ("Value '0' at 'maxResults'", "Member must have value greater than or equal to 1"),
    ),
    "a member of a struct in a list": (
        "SignUp",
        SIGN_UP | {"UserAttributes": [{"Name": "email", "Value": "a@b.example"}, {"Value": "x"}]},
        ("Value null at 'userAttributes.2.member.name'", "Member must not be null"),
    ),
    "a sensitive member of a struct in a list": (
        "SignUp",
        SIGN_UP | {"UserAttributes": [{"Name": "email", "Value": a_string("x", 2049)}]},
        ("Value at 'userAttributes.1.member.value'", "Member must have length less than or equal to 2048"),
    ),
    "a plain value in a list": (
        "CreateUserPool",
        {"PoolName": "p", "UsernameAttributes": ["email", "fax"]},
        (
            "Value '[email, fax]' at 'usernameAttributes'",
            "Member must satisfy constraint: [Member must satisfy enum value set: [phone_number, email]]",
        ),
    ),
    "a null in a list": (
        "CreateUserPool",
        {"PoolName": "p", "AutoVerifiedAttributes": [None]},
        (
            "Value '[null]' at 'autoVerifiedAttributes'",
            "Member must satisfy constraint: [Member must not be null]",
        ),
    ),
    "a null among structs in a list": (
        "SignUp",
        SIGN_UP | {"UserAttributes": [None]},
        ("Value null at 'userAttributes.1.member'", "Member must not be null"),
    ),
    "a list that is too long": (
        "SetRiskConfiguration",
        {"UserPoolId": "eu_1", "RiskExceptionConfiguration": {"BlockedIPRangeList": LONG_LIST}},
        (
            f"Value '[{', '.join(LONG_LIST)[:255]}...' at 'riskExceptionConfiguration.blockedIPRangeList'",
            "Member must have length less than or equal to 200",
        ),
    ),
    "a value in a map": (
        "TagResource",
        {"ResourceArn": "arn:aws:cognito-idp:eu:1:x", "Tags": {"a": a_string("x", 257)}},
        (
            f"Value '{{a={a_string('x', 253)}...' at 'tags'",
            f"Map value must satisfy constraint: [{AT_MOST} 256, {AT_LEAST} 0]",
        ),
    ),
    "a key in a map": (
        "TagResource",
        {"ResourceArn": "arn:aws:cognito-idp:eu:1:x", "Tags": {"": "b"}},
        (
            "Value '{=b}' at 'tags'",
            f"Map keys must satisfy constraint: [{AT_MOST} 128, {AT_LEAST} 1]",
        ),
    ),
    "deep inside": (
        "CreateUserPool",
        {"PoolName": "p", "Policies": {"PasswordPolicy": {"MinimumLength": 5}}},
        (
            "Value '5' at 'policies.passwordPolicy.minimumLength'",
            "Member must have value greater than or equal to 6",
        ),
    ),
}


@pytest.mark.parametrize(("name", "body", "fault"), WORDINGS.values(), ids=WORDINGS)
def test_a_fault_is_worded_as_the_service_words_it(name, body, fault):
    subject, constraint = fault
    expected = f"1 validation error detected: {subject} failed to satisfy constraint: {constraint}"
    assert faults(name, body) == expected


def test_several_faults_are_joined_lengths_before_patterns():
    assert faults("SignUp", {"ClientId": "c", "Username": "", "Password": ""}) == (
        "3 validation errors detected: "
        "Value at 'username' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1; "
        "Value at 'username' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+; "
        "Value at 'password' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: ^[\S]+.*[\S]+$"
    )


def test_all_faults_of_a_sign_up_are_listed_at_once():
    message = faults(
        "SignUp", {"ClientId": "", "Username": "", "Password": "", "UserAttributes": [{}, {"Name": ""}]}
    )
    assert message.startswith("8 validation errors detected: ")
    assert message.count(" failed to satisfy constraint: ") == 8


@pytest.mark.parametrize("name", ["Password", "SecretHash", "Username", "ClientId"])
def test_no_sensitive_value_is_echoed(name):
    canary = "canary " + a_string("é", 3000)
    assert "canary" not in faults("SignUp", SIGN_UP | {name: canary})


def test_no_value_of_a_secret_map_is_echoed():
    message = faults(
        "InitiateAuth", SIGN_IN | {"AuthParameters": {"PASSWORD": "canary" + a_string("x", 131072)}}
    )
    assert message.startswith("1 validation error detected: Value at 'authParameters' failed")
    assert "canary" not in message


def test_thousands_of_faults_are_counted_but_the_message_stays_short():
    message = faults("SignUp", SIGN_UP | {"UserAttributes": [{}] * 5000})
    assert message.startswith("5000 validation errors detected: ")
    assert len(message) < 20_000


def test_an_echo_holds_no_control_characters():
    message = faults("CreateUserPool", {"PoolName": "pool\r\nx-header: 1\x07#"})
    assert message.isprintable()


@pytest.mark.parametrize("password", ["two words", "a", "œ∑®†", " ".join(["x"] * 128)])
def test_passwords_may_hold_spaces_inside(password):
    assert decode("SignUp", SIGN_UP | {"Password": password}).password == Secret(password)


@pytest.mark.parametrize("password", ["", " a", "a ", " ", "a\nb", a_string("a", 257)])
def test_passwords_may_not_begin_or_end_with_a_space(password):
    assert "at 'password'" in faults("SignUp", SIGN_UP | {"Password": password})


def test_nulls_count_as_absent():
    body = SIGN_IN | {"AuthParameters": {"USERNAME": "alice", "DEVICE_KEY": None}, "Session": None}
    assert decode("InitiateAuth", body) == api.InitiateAuthRequest(
        client_id="client123", auth_flow="USER_PASSWORD_AUTH", auth_parameters={"USERNAME": Secret("alice")}
    )


def test_nulls_in_deep_members_count_as_absent():
    request = decode(
        "CreateUserPool", {"PoolName": "p", "Policies": {"PasswordPolicy": {"MinimumLength": None}}}
    )
    assert request.policies == api.UserPoolPolicyType(password_policy=api.PasswordPolicyType())


def test_unknown_members_are_ignored():
    body = SIGN_IN | {"Zebra": {"deep": [1]}, "UserContextData": {"EncodedData": "x", "More": 1}}
    assert decode("InitiateAuth", body).user_context_data == api.UserContextDataType(encoded_data="x")


def test_an_empty_context_is_accepted():
    assert (
        decode("InitiateAuth", SIGN_IN | {"UserContextData": {}}).user_context_data
        == api.UserContextDataType()
    )


def test_the_last_of_two_equal_members_wins():
    assert decode("ListGroups", b'{"UserPoolId":"a_b","UserPoolId":"c_d"}').user_pool_id == "c_d"


def test_a_null_document_is_missing():
    message = faults("CompleteWebAuthnRegistration", {"AccessToken": "a", "Credential": None})
    assert "Value null at 'credential'" in message


def test_a_document_may_be_anything():
    document = {"id": "x", "response": {"n": [1, None, "\x00"]}}
    request = decode("CompleteWebAuthnRegistration", {"AccessToken": "a", "Credential": document})
    assert request.credential == document


WRONG_TYPES = {
    "a number for a string": ("SignUp", SIGN_UP | {"Username": 5}, "The member 'username' must be a string."),
    "a string for a number": (
        "ListUsers",
        {"UserPoolId": "a_b", "Limit": "5"},
        "The member 'limit' must be a whole number of 32 bits.",
    ),
    "a fraction": (
        "ListUsers",
        {"UserPoolId": "a_b", "Limit": 1.5},
        "The member 'limit' must be a whole number of 32 bits.",
    ),
    "a boolean for a number": (
        "ListUsers",
        {"UserPoolId": "a_b", "Limit": True},
        "The member 'limit' must be a whole number of 32 bits.",
    ),
    "a number that no database column holds": (
        "CreateGroup",
        {"UserPoolId": "a_b", "GroupName": "g", "Precedence": 2**31},
        "The member 'precedence' must be a whole number of 32 bits.",
    ),
    "a string for a boolean": (
        "AdminSetUserPassword",
        {"UserPoolId": "a_b", "Username": "a", "Password": "b", "Permanent": "true"},
        "The member 'permanent' must be true or false.",
    ),
    "a string for a list": (
        "AdminGetUser",
        {"UserPoolId": "a_b", "Username": ["a"]},
        "The member 'username' must be a string.",
    ),
    "an object for a list": (
        "SignUp",
        SIGN_UP | {"UserAttributes": {"Name": "a"}},
        "The member 'userAttributes' must be a list.",
    ),
    "a list for an object": (
        "InitiateAuth",
        SIGN_IN | {"AuthParameters": []},
        "The member 'authParameters' must be an object.",
    ),
    "a number in a map": (
        "InitiateAuth",
        SIGN_IN | {"AuthParameters": {"USERNAME": 1}},
        "The member 'authParameters.USERNAME.member' must be a string.",
    ),
    "a number deep in a list": (
        "SignUp",
        SIGN_UP | {"UserAttributes": [{"Name": 1}]},
        "The member 'userAttributes.1.member.name' must be a string.",
    ),
    "bytes that are no base64": (
        "SetUICustomization",
        {"UserPoolId": "a_b", "ImageFile": "%"},
        "The member 'imageFile' must be a string in base64.",
    ),
}


@pytest.mark.parametrize(("name", "body", "message"), WRONG_TYPES.values(), ids=WRONG_TYPES)
def test_a_wrong_type_is_named_by_its_member(name, body, message):
    assert unreadable(name, body) == message


BROKEN = {
    "nothing": b"",
    "half an object": b'{"ClientId": "x"',
    "half a surrogate": b'{"ClientId": "\\ud800"}',
    "half a surrogate at the end": b'{"ClientId":"\\ud800',
    "a low surrogate alone": b'{"ClientId": "\\udc00x"}',
    "invalid UTF-8": b'{"ClientId": "\xff"}',
    "invalid UTF-8 beside a wrong type": b'{"Session": 1, "Zebra": "\xff"}',
    "a raw NUL": b'{"ClientId": "\x00"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "two objects": b"{}{}",
    "a number too long": b'{"ClientId": ' + b"1" * 100_000 + b"}",
    "a number too great": b'{"ClientId": 1e999}',
    "depth": b'{"ClientId": ' + b"[" * 100_000,
    "depth in an unknown member": b'{"Zebra": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "depth of objects": b'{"Zebra":' * 100_000,
    "NaN": b'{"ClientId": NaN}',
    "null": b"null",
    "a list": b"[]",
    "a string": b'"{}"',
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_broken_body_is_a_serialization_error(body):
    assert unreadable("InitiateAuth", body).endswith(".")


def test_text_with_a_null_character_is_refused_wherever_it_stands():
    attributes = [{"Name": "email", "Value": "a\x00b"}]
    message = faults("SignUp", SIGN_UP | {"UserAttributes": attributes, "ClientMetadata": {"\x00": "v"}})
    assert message.startswith("2 validation errors detected: ")
    assert message.count("Member must not contain the character U+0000") == 2


def test_the_six_characters_of_an_escape_are_no_null_character():
    value = "a\\u0000b"
    request = decode("SignUp", SIGN_UP | {"UserAttributes": [{"Name": "email", "Value": value}]})
    assert request.user_attributes == [api.AttributeType(name="email", value=value)]


@pytest.mark.parametrize("size", [131072, 131073])
def test_the_longest_texts_are_measured_in_large_bodies(size):
    body = SIGN_IN | {"UserContextData": {"EncodedData": a_string("x", size)}}
    if size > 131072:
        assert "at 'userContextData.encodedData'" in faults("InitiateAuth", body)
    else:
        assert len(decode("InitiateAuth", body).user_context_data.encoded_data) == size
