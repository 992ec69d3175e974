"""The risk configuration means what it says: every action, every state of MFA, every mode."""

import pytest
from people import AWAY, CHROME, FIREFOX, HOME, PASSWORD

SECURITY = "Unable to login because of security reasons."


def outcome(people, user: str) -> str:
    """What an attempt from a new country on a new machine comes to."""
    try:
        answer = people.sign_in_from(AWAY, FIREFOX, user)
    except people.api.exceptions.NotAuthorizedException as error:
        return "blocked" if error.response["Error"]["Message"] == SECURITY else str(error)
    return answer.get("ChallengeName", "tokens")


@pytest.mark.parametrize(
    ("action", "without_mfa", "with_token", "with_mfa_on"),
    [
        ("NO_ACTION", "tokens", "tokens", "SOFTWARE_TOKEN_MFA"),
        ("MFA_IF_CONFIGURED", "tokens", "SOFTWARE_TOKEN_MFA", "SOFTWARE_TOKEN_MFA"),
        ("MFA_REQUIRED", "blocked", "SOFTWARE_TOKEN_MFA", "SOFTWARE_TOKEN_MFA"),
        ("BLOCK", "blocked", "blocked", "blocked"),
    ],
)
def test_action_by_what_the_user_can_do(people, action, without_mfa, with_token, with_mfa_on):
    """Each action, for users who can't, can, and always do answer a second factor."""
    people.mfa("OPTIONAL")
    none, able, always = people.user(), people.user(), people.user()
    for user in (able, always):
        token = people.sign_in(user)["AuthenticationResult"]["AccessToken"]
        people.register_totp(token)
    for user in (none, able, always):
        people.habits(user)
    people.api.admin_set_user_mfa_preference(
        UserPoolId=people.pool, Username=always, SoftwareTokenMfaSettings={"Enabled": True}
    )
    people.actions(action, action, action)

    assert outcome(people, none) == without_mfa
    assert outcome(people, able) == with_token
    assert outcome(people, always) == with_mfa_on
    for user in (none, able, always):
        assert people.events(user)[0]["EventRisk"]["RiskLevel"] in {"Medium", "High"}


def test_usual_sign_in_is_no_risk(people):
    """The same person at the same place on the same machine is left alone."""
    user = people.user()
    people.actions("NO_ACTION", "BLOCK", "BLOCK")
    people.habits(user)
    event = people.events(user)[0]
    assert event["EventResponse"] == "Pass"
    assert event["EventRisk"]["RiskDecision"] == "NoRisk"
    assert "RiskLevel" not in event["EventRisk"]
    assert event["EventContextData"]["Country"] == "Norway"
    assert event["EventContextData"]["DeviceName"] == "Chrome 141, Windows 10"


def test_audit_records_and_never_acts(new_people):
    """In AUDIT mode the event tells what was found, and the sign-in goes on."""
    people = new_people(mode="AUDIT")
    user = people.user()
    people.habits(user)
    people.actions("BLOCK", "BLOCK", "BLOCK")

    assert outcome(people, user) == "tokens"
    assert people.events(user)[0]["EventRisk"]["RiskLevel"] in {"Medium", "High"}


def test_off_computes_no_risk(new_people, refused):
    """Without the add-on nothing is scored, and its operations say so."""
    people = new_people(mode="OFF")
    user = people.user()
    assert outcome(people, user) == "tokens"
    with refused(
        "UserPoolAddOnNotEnabledException",
        f"Threat protection is not enabled for user pool {people.pool}.",
    ):
        people.events(user)


def lists(blocked=(), skipped=()):
    return {
        "RiskExceptionConfiguration": {
            "BlockedIPRangeList": list(blocked),
            "SkippedIPRangeList": list(skipped),
        }
    }


@pytest.mark.parametrize("spelling", [AWAY, f"::ffff:{AWAY}", f"{AWAY}:443", f"[::ffff:{AWAY}]:443"])
def test_blocked_range_is_refused_in_every_spelling(people, refused, spelling):
    """No way to write an address slips past the block list; no risk is computed for it."""
    user = people.user()
    people.actions("NO_ACTION", "NO_ACTION", "NO_ACTION", **lists(blocked=["41.58.0.0/16"]))
    with refused("NotAuthorizedException", "Request not allowed due to security reasons."):
        people.sign_in_from(spelling, CHROME, user)
    event = people.events(user)[0]
    assert (event["EventResponse"], event["EventRisk"]["RiskDecision"]) == ("Fail", "Block")
    assert "RiskLevel" not in event["EventRisk"]


def test_skipped_range_is_not_scored_but_still_screened(people):
    """The skip list turns scoring off, not the look at compromised passwords; block wins over skip."""
    user, weak = people.user(), people.user("P@ssw0rd")
    people.habits(user)
    people.actions(
        "BLOCK",
        "BLOCK",
        "BLOCK",
        **lists(skipped=["41.58.0.0/16"]),
        CompromisedCredentialsRiskConfiguration={"Actions": {"EventAction": "BLOCK"}},
    )
    assert outcome(people, user) == "tokens"
    assert "RiskLevel" not in people.events(user)[0]["EventRisk"]
    with pytest.raises(people.api.exceptions.PasswordResetRequiredException):
        people.sign_in_from(AWAY, CHROME, weak, "P@ssw0rd")
    people.actions("BLOCK", "BLOCK", "BLOCK", **lists(["41.58.0.0/16"], ["41.58.0.0/16"]))
    with pytest.raises(people.api.exceptions.NotAuthorizedException):
        people.sign_in_from(AWAY, FIREFOX, user)


def test_failed_and_blocked_attempts_teach_nothing(people):
    """An attacker can't become usual by trying, with a wrong password or against a block."""
    user = people.user()
    people.habits(user)
    people.actions("NO_ACTION", "BLOCK", "BLOCK")
    for _ in range(3):
        for password in ("wrong", PASSWORD):
            with pytest.raises(people.api.exceptions.NotAuthorizedException):
                people.sign_in_from(AWAY, FIREFOX, user, password)
        people.service.clock.advance(7200)
    assert people.events(user)[0]["EventRisk"]["RiskDecision"] == "Block"
    people.sign_in_from(HOME, CHROME, user)
    assert people.events(user)[0]["EventResponse"] == "Pass"


def test_second_factor_makes_a_new_place_known(people):
    """A challenge that was passed teaches; the next sign-in from there is not asked again."""
    people.mfa("OPTIONAL")
    user = people.user()
    totp = people.register_totp(people.sign_in(user)["AuthenticationResult"]["AccessToken"])
    people.habits(user)
    people.actions("NO_ACTION", "MFA_IF_CONFIGURED", "MFA_IF_CONFIGURED")

    scores = []
    for _ in range(4):
        answer = people.sign_in_from(AWAY, FIREFOX, user)
        if "ChallengeName" in answer:
            people.answer(answer, user, admin=True, SOFTWARE_TOKEN_MFA_CODE=people.code(totp))
        scores.append("ChallengeName" in answer)
        people.service.clock.advance(86_400)
    assert scores[0] is True
    assert scores[-1] is False


def feedback(people, user: str, event: str, value: str) -> None:
    people.api.admin_update_auth_event_feedback(
        UserPoolId=people.pool, Username=user, EventId=event, FeedbackValue=value
    )


def score(people, user: str) -> int:
    async def newest(services):
        found = await services.storage.users.find(people.pool, user)
        events = await services.storage.events.list_(people.pool, found.sub, before=None, limit=1)
        assert events[0].score == sum(reason.points for reason in events[0].reasons)
        return events[0].score

    return people.service.do(newest)


def test_feedback_changes_the_next_decision(people):
    """Invalid raises the next score from there, Valid lowers it; the event tells who said so."""
    user = people.user()
    people.habits(user)
    people.actions("NO_ACTION", "NO_ACTION", "NO_ACTION")
    people.sign_in_from(AWAY, FIREFOX, user)
    before, event = score(people, user), people.events(user)[0]["EventId"]

    feedback(people, user, event, "Invalid")
    people.sign_in_from(AWAY, FIREFOX, user)
    assert score(people, user) > before
    told = next(each for each in people.events(user) if each["EventId"] == event)["EventFeedback"]
    assert (told["FeedbackValue"], told["Provider"]) == ("Invalid", "Admin")

    feedback(people, user, event, "Valid")
    people.sign_in_from(AWAY, FIREFOX, user)
    assert score(people, user) < before


def test_feedback_on_an_unknown_event_is_refused(people, refused):
    """Nothing is stored for an event that nobody has."""
    user = people.user()
    with refused("ResourceNotFoundException", "Event does not exist."):
        feedback(people, user, "00000000-0000-4000-8000-000000000000", "Valid")


@pytest.mark.parametrize(
    ("address", "encoded"),
    [
        ("not an address", None),
        ("999.1.1.1", "!!!"),
        ("", "e30="),
        ("fe80::1%eth0", "A" * 3000),
        ("127.0.0.1", "eyJwYXlsb2FkIjoie30ifQ=="),
    ],
)
def test_garbage_context_is_unknown_never_a_fault(people, address, encoded):
    """What can't be read counts for nothing, and the event is kept."""
    user = people.user()
    headers = [
        {"headerName": "User-Agent", "headerValue": "x" * 5000},
        {"headerName": "\x01", "headerValue": ""},
    ]
    context = {"IpAddress": address, "ServerName": "", "ServerPath": "", "HttpHeaders": headers}
    if encoded:
        context["EncodedData"] = encoded
    answer = people.api.admin_initiate_auth(
        UserPoolId=people.pool,
        ClientId=people.client,
        AuthFlow="ADMIN_NO_SRP_AUTH",
        AuthParameters={"USERNAME": user, "PASSWORD": PASSWORD},
        ContextData=context,
    )
    assert "AuthenticationResult" in answer
    assert people.events(user)[0]["EventResponse"] == "Pass"
