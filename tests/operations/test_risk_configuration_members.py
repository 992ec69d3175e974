"""SetRiskConfiguration to the letter: templates, ranges in every spelling, and what is odd but allowed."""

import contextlib
import json

import pytest
from botocore.exceptions import ClientError

from riskengine import api
from riskengine.flows.threat import compiled

BLOCK = {"Notify": True, "EventAction": "BLOCK"}
BLOCK_ALL = {"Actions": {"LowAction": BLOCK, "MediumAction": BLOCK, "HighAction": BLOCK}}


def email(**members):
    return {
        "AccountTakeoverRiskConfiguration": {
            **BLOCK_ALL,
            "NotifyConfiguration": {
                "SourceArn": "arn:aws:ses:us-east-1:123456789012:identity/app@example.com",
                "BlockEmail": {
                    "Subject": "Blocked",
                    "HtmlBody": "<p>was it you?</p>",
                    "TextBody": "was it you?",
                },
                **members,
            },
        }
    }


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"SourceArn": "ses:us-east-1:123456789012:identity"}, "sourceArn"),
        ({"BlockEmail": {"Subject": ""}}, "subject"),
        ({"MfaEmail": {"Subject": "x" * 141}}, "subject"),
        ({"NoActionEmail": {"Subject": "x", "HtmlBody": "short"}}, "htmlBody"),
        ({"NoActionEmail": {"Subject": "x", "TextBody": "x" * 20_001}}, "textBody"),
    ],
)
def test_templates_are_checked(cognito, guarded_pool, refused, members, text):
    with refused("InvalidParameterException", text):
        cognito.set_risk_configuration(UserPoolId=guarded_pool, **email(**members))


def raw(service, operation, body, **headers):
    """What the wire has, from a client that checks nothing before it asks."""
    client, answers = service.boto3(parameter_validation=False), []
    name = f"cognito-identity-provider.{operation}"
    client.meta.events.register(f"before-call.{name}", lambda params, **_: params["headers"].update(headers))
    client.meta.events.register(
        f"after-call.{name}", lambda http_response, **_: answers.append(json.loads(http_response.content))
    )
    call = {"SetRiskConfiguration": client.set_risk_configuration}.get(
        operation, client.describe_risk_configuration
    )
    with contextlib.suppress(ClientError):
        call(**body)
    return answers[0]


@pytest.mark.parametrize("missing", ["SourceArn", "Subject"])
def test_what_a_notification_needs_must_be_there(service, guarded_pool, missing):
    body = {"UserPoolId": guarded_pool, **email()}
    notify = body["AccountTakeoverRiskConfiguration"]["NotifyConfiguration"]
    del (notify if missing == "SourceArn" else notify["BlockEmail"])[missing]

    told = raw(service, "SetRiskConfiguration", body)

    assert told["__type"].endswith("InvalidParameterException")
    assert "must not be null" in told["message"]


def test_templates_are_kept(cognito, guarded_pool):
    wanted = email()["AccountTakeoverRiskConfiguration"]
    cognito.set_risk_configuration(UserPoolId=guarded_pool, AccountTakeoverRiskConfiguration=wanted)
    answer = cognito.describe_risk_configuration(UserPoolId=guarded_pool)["RiskConfiguration"]
    assert answer["AccountTakeoverRiskConfiguration"] == wanted


@pytest.mark.parametrize(
    ("levels", "warnings"),
    [
        (("NO_ACTION", "MFA_IF_CONFIGURED", "MFA_REQUIRED"), []),
        (("BLOCK", "BLOCK", "BLOCK"), []),
        (
            ("NO_ACTION", "BLOCK", "MFA_REQUIRED"),
            ["HighAction MFA_REQUIRED is weaker than MediumAction BLOCK."],
        ),
        (
            ("MFA_REQUIRED", "MFA_IF_CONFIGURED", None),
            [
                "MediumAction MFA_IF_CONFIGURED is weaker than LowAction MFA_REQUIRED.",
                "HighAction NO_ACTION is weaker than LowAction MFA_REQUIRED.",
                "HighAction NO_ACTION is weaker than MediumAction MFA_IF_CONFIGURED.",
            ],
        ),
    ],
)
def test_weaker_action_on_a_higher_level_is_warned_about(service, guarded_pool, capfd, levels, warnings):
    named = zip(("LowAction", "MediumAction", "HighAction"), levels, strict=True)
    actions_ = {name: {"Notify": False, "EventAction": action} for name, action in named if action}
    body = {"UserPoolId": guarded_pool, "AccountTakeoverRiskConfiguration": {"Actions": actions_}}
    extended = {"X-Riskengine-Extensions": "1"}
    capfd.readouterr()

    told = raw(service, "SetRiskConfiguration", body, **extended)["RiskConfiguration"]

    lines = [line for line in capfd.readouterr().err.splitlines() if "odd_risk_configuration" in line]
    assert len(lines) == len(warnings)
    assert all(warning in line for warning, line in zip(warnings, lines, strict=True))
    assert told["Warnings"] == warnings
    pool = {"UserPoolId": guarded_pool}
    described = raw(service, "DescribeRiskConfiguration", pool, **extended)["RiskConfiguration"]
    assert described == told
    assert "Warnings" not in raw(service, "DescribeRiskConfiguration", pool)["RiskConfiguration"]


@pytest.mark.parametrize(
    ("entry", "inside", "outside"),
    [
        ("203.0.113.0/24", "203.0.113.255", "203.0.114.0"),
        ("203.0.113.77/24", "203.0.113.0", "203.0.112.255"),
        ("203.0.113.9/32", "203.0.113.9", "203.0.113.8"),
        ("0.0.0.0/0", "8.8.8.8", "2001:4860:4860::8888"),
        ("::ffff:203.0.113.0/120", "203.0.113.4", "203.0.112.4"),
        ("::FFFF:CB00:7100/120", "203.0.113.4", "203.0.112.4"),
        ("2001:DB8::/32", "2001:db8:ffff::1", "2001:db9::"),
        ("2001:0db8:0000:0000:0000:0000:0000:0001/128", "2001:db8::1", "2001:db8::2"),
        ("2a00::1.2.3.4/128", "2a00::102:304", "2a00::102:305"),
        ("::/0", "2a00::1", "8.8.8.8"),
    ],
)
def test_ranges_in_every_spelling(cognito, guarded_pool, entry, inside, outside):
    """A list is stored as written, and means the same range however it is spelt."""
    wanted = {"BlockedIPRangeList": [entry]}
    cognito.set_risk_configuration(UserPoolId=guarded_pool, RiskExceptionConfiguration=wanted)
    answer = cognito.describe_risk_configuration(UserPoolId=guarded_pool)["RiskConfiguration"]
    assert answer["RiskExceptionConfiguration"] == wanted
    policy = compiled(api.RiskConfigurationType(risk_exception_configuration=ranges(entry)), "ENFORCED")
    assert (policy.is_blocked(inside), policy.is_blocked(outside)) == (True, False)


def ranges(*blocked):
    return api.RiskExceptionConfigurationType(blocked_ip_range_list=list(blocked))
