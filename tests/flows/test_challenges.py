"""New password, second factors, and the sessions that carry a sign-in from one to the next."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

ONCE = "Invalid session for the user, session can only be used once."


@pytest.fixture
def invited(people):
    people.api.admin_create_user(
        UserPoolId=people.pool,
        Username="invited",
        TemporaryPassword="Temp0rary!",
        MessageAction="SUPPRESS",
    )
    return "invited"


def test_temporary_password_is_exchanged(people, invited):
    """A temporary password leads to NEW_PASSWORD_REQUIRED, and then to tokens."""
    challenge = people.sign_in(invited, "Temp0rary!")
    assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    assert json.loads(challenge["ChallengeParameters"]["requiredAttributes"]) == []

    done = people.answer(challenge, invited, NEW_PASSWORD="An0ther-horse!")

    assert "AccessToken" in done["AuthenticationResult"]
    assert people.status(invited) == "CONFIRMED"
    assert "AuthenticationResult" in people.sign_in(invited, "An0ther-horse!")


def test_bad_new_password_leaves_the_session_open(people, invited, refused):
    """A new password that breaks the policy can be chosen again in the same session."""
    challenge = people.sign_in(invited, "Temp0rary!")
    with refused(
        "InvalidPasswordException", "Password did not conform with policy: Password not long enough"
    ):
        people.answer(challenge, invited, NEW_PASSWORD="short")

    assert "AuthenticationResult" in people.answer(challenge, invited, NEW_PASSWORD="An0ther-horse!")
    with refused("NotAuthorizedException", ONCE):
        people.answer(challenge, invited, NEW_PASSWORD="Yet-an0ther!")


def test_old_temporary_password_has_expired(people, invited, refused):
    """After TemporaryPasswordValidityDays (7) an administrator has to act."""
    people.service.clock.advance(7 * 86_400 + 1)
    with refused(
        "NotAuthorizedException",
        "Temporary password has expired and must be reset by an administrator.",
    ):
        people.sign_in(invited, "Temp0rary!")


def test_session_ends_with_its_time(people, invited, refused):
    """A session waits three minutes."""
    challenge = people.sign_in(invited, "Temp0rary!")
    people.service.clock.advance(181)
    with refused("NotAuthorizedException", "Invalid session for the user, session is expired."):
        people.answer(challenge, invited, NEW_PASSWORD="An0ther-horse!")


@pytest.mark.parametrize("change", ["client", "challenge", "user", "forged"])
def test_session_is_good_for_what_it_was_made_for(people, invited, refused, change):
    """Neither another client, nor another challenge, nor another user, nor a forged session passes."""
    challenge = people.sign_in(invited, "Temp0rary!")
    members = {
        "ClientId": people.new_client() if change == "client" else people.client,
        "ChallengeName": "SOFTWARE_TOKEN_MFA" if change == "challenge" else "NEW_PASSWORD_REQUIRED",
        "Session": challenge["Session"][:-1] + "~" if change == "forged" else challenge["Session"],
        "ChallengeResponses": {
            "USERNAME": people.user() if change == "user" else invited,
            "NEW_PASSWORD": "An0ther-horse!",
        },
    }
    with refused("NotAuthorizedException", "Invalid session for the user."):
        people.api.respond_to_auth_challenge(**members)


def test_session_ends_with_the_password_it_was_opened_by(people, invited, refused):
    """Whoever changes the password shuts out a sign-in that is under way."""
    challenge = people.sign_in(invited, "Temp0rary!")
    people.api.admin_set_user_password(
        UserPoolId=people.pool, Username=invited, Password="An0ther-horse!", Permanent=True
    )
    with refused("NotAuthorizedException", "Invalid session for the user."):
        people.answer(challenge, invited, NEW_PASSWORD="Attack3r-horse!")


def test_session_is_answered_once_even_at_the_same_time(people, invited):
    """Of twenty parallel answers to one session exactly one gets tokens."""
    challenge = people.sign_in(invited, "Temp0rary!")

    def answer(_: int) -> bool:
        try:
            people.answer(challenge, invited, NEW_PASSWORD="An0ther-horse!")
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(20) as crowd:
        assert sum(crowd.map(answer, range(20))) == 1


def test_required_mfa_is_set_up_on_the_way(people):
    """A pool that demands MFA lets the user register an app within the sign-in."""
    people.mfa("ON")
    user = people.user()
    challenge = people.sign_in(user)
    assert challenge["ChallengeName"] == "MFA_SETUP"
    assert json.loads(challenge["ChallengeParameters"]["MFAS_CAN_SETUP"]) == ["SOFTWARE_TOKEN_MFA"]

    import pyotp

    associated = people.api.associate_software_token(Session=challenge["Session"])
    totp = pyotp.TOTP(associated["SecretCode"])
    verified = people.api.verify_software_token(Session=associated["Session"], UserCode=people.code(totp))
    assert verified["Status"] == "SUCCESS"
    done = people.answer({**challenge, "Session": verified["Session"]}, user)
    assert "AccessToken" in done["AuthenticationResult"]

    people.service.clock.advance(30)
    challenge = people.sign_in(user)
    assert challenge["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    done = people.answer(challenge, user, SOFTWARE_TOKEN_MFA_CODE=people.code(totp))
    assert "AccessToken" in done["AuthenticationResult"]


def test_setup_can_not_be_skipped(people, refused):
    """Answering MFA_SETUP with the session that asked for it gives no tokens."""
    people.mfa("ON")
    user = people.user()
    challenge = people.sign_in(user)
    with refused("InvalidParameterException", "The software token has not been verified in this session"):
        people.answer(challenge, user)


@pytest.fixture
def guarded(people):
    """A user with a software token that is always asked for."""
    people.mfa("OPTIONAL")
    user = people.user()
    token = people.sign_in(user)["AuthenticationResult"]["AccessToken"]
    totp = people.register_totp(token)
    people.api.set_user_mfa_preference(
        AccessToken=token, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True}
    )
    return user, totp


def test_code_is_good_once(people, guarded, refused):
    """The same code does not open a second session."""
    user, totp = guarded
    first, second = people.sign_in(user), people.sign_in(user)
    code = people.code(totp)
    people.answer(first, user, SOFTWARE_TOKEN_MFA_CODE=code)
    with refused("ExpiredCodeException", "Your software token has already been used once."):
        people.answer(second, user, SOFTWARE_TOKEN_MFA_CODE=code)


def test_wrong_code_may_be_corrected_but_not_forever(people, guarded, refused):
    """A typo keeps the session; five wrong codes lock the second factor, not the password."""
    user, totp = guarded
    challenge = people.sign_in(user)
    with refused("CodeMismatchException", "Invalid code received for user"):
        people.answer(challenge, user, SOFTWARE_TOKEN_MFA_CODE="000000")
    assert people.events(user)[0]["EventResponse"] == "Fail"
    done = people.answer(challenge, user, SOFTWARE_TOKEN_MFA_CODE=people.code(totp))
    assert "AccessToken" in done["AuthenticationResult"]
    event = people.events(user)[0]
    assert event["EventResponse"] == "Pass"
    assert [answer["ChallengeResponse"] for answer in event["ChallengeResponses"]] == [
        "Success",
        "Failure",
        "Success",
    ]

    people.service.clock.advance(60)
    challenge = people.sign_in(user)
    for _ in range(5):
        with pytest.raises(ClientError):
            people.answer(challenge, user, SOFTWARE_TOKEN_MFA_CODE="000000")
    with refused("NotAuthorizedException", "Password attempts exceeded"):
        people.answer(challenge, user, SOFTWARE_TOKEN_MFA_CODE=people.code(totp))
    assert people.sign_in(user)["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
