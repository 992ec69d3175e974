"""Score and reasons of an event, for callers who ask for more than Cognito's model has."""

import json

import pytest

EVENTS = "cognito-identity-provider.AdminListUserAuthEvents"


@pytest.fixture
def risk_of(service, guarded_pool, new_user, access_token):
    """The risk of one sign-in as the wire has it, with some headers in the request."""
    new_user(guarded_pool)
    access_token(guarded_pool)

    def read(**headers):
        cognito, bodies = service.boto3(), []
        add = lambda params, **_: params["headers"].update(headers)  # noqa: E731
        cognito.meta.events.register(f"before-call.{EVENTS}", add)
        cognito.meta.events.register(
            f"after-call.{EVENTS}", lambda http_response, **_: bodies.append(http_response.content)
        )
        cognito.admin_list_user_auth_events(UserPoolId=guarded_pool, Username="alice")
        (event,) = json.loads(bodies[0])["AuthEvents"]
        return event["EventRisk"]

    return read


def test_extended_event_tells_points_that_add_up(risk_of):
    risk = risk_of(**{"X-Riskengine-Extensions": "1"})

    assert risk["RiskScore"] == sum(reason["Points"] for reason in risk["RiskReasons"])
    assert risk["RiskReasons"]
    assert all(set(reason) == {"Code", "Points", "Text"} for reason in risk["RiskReasons"])
    assert risk["RiskAction"] in ("NO_ACTION", "MFA_IF_CONFIGURED", "MFA_REQUIRED", "BLOCK")


@pytest.mark.parametrize("headers", [{}, {"X-Riskengine-Extensions": "0"}, {"X-Riskengine-Extensions": ""}])
def test_strict_client_sees_cognitos_members_only(risk_of, headers):
    assert set(risk_of(**headers)) <= {"RiskDecision", "RiskLevel", "CompromisedCredentialsDetected"}
