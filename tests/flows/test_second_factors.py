"""Second factors that are sent, chosen and set up while signing in."""

import json

import pytest
from botocore.exceptions import ClientError
from outbox_reader import messages_to, newest_code
from people import PASSWORD, People

WRONG_CODE = "Invalid code or auth state for the user."


def prefer(people: People, user: str, **factors: bool) -> None:
    settings = {
        name: {"Enabled": True, "PreferredMfa": is_preferred} for name, is_preferred in factors.items()
    }
    people.api.admin_set_user_mfa_preference(UserPoolId=people.pool, Username=user, **settings)


@pytest.fixture
def phone(people: People) -> str:
    return f"+47{abs(hash(people.pool)) % 10**8:08}"


@pytest.fixture
def texted(people, phone) -> str:
    """A user whose second factor is an SMS."""
    people.mfa("OPTIONAL", sms=True, email=True)
    user = people.reachable(people.user(), phone_number=phone)
    prefer(people, user, SMSMfaSettings=True)
    return user


def test_sms_code_is_the_second_factor(people, texted, phone):
    challenge = people.sign_in(texted)
    assert challenge["ChallengeName"] == "SMS_MFA"
    assert challenge["ChallengeParameters"] == {
        "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS",
        "CODE_DELIVERY_DESTINATION": f"+*******{phone[-4:]}",
    }
    code = newest_code(people.service, phone)
    assert len(code) == 6
    done = people.answer(challenge, texted, SMS_MFA_CODE=code)
    assert "AccessToken" in done["AuthenticationResult"]
    responses = people.events(texted)[0]["ChallengeResponses"]
    assert [(each["ChallengeName"], each["ChallengeResponse"]) for each in responses] == [
        ("Password", "Success"),
        ("Mfa", "Success"),
    ]


def test_wrong_code_leaves_the_session_open(people, texted, phone, refused):
    challenge = people.sign_in(texted)
    code = newest_code(people.service, phone)
    with refused("CodeMismatchException", WRONG_CODE):
        people.answer(challenge, texted, SMS_MFA_CODE="000000" if code != "000000" else "1")
    assert "AuthenticationResult" in people.answer(challenge, texted, SMS_MFA_CODE=code)
    with refused("NotAuthorizedException", "Invalid session for the user, session can only be used once."):
        people.answer(challenge, texted, SMS_MFA_CODE=code)


def test_code_belongs_to_its_own_sign_in(people, texted, phone):
    """The code of one sign-in is none in another of the same user."""
    first = people.sign_in(texted)
    code = newest_code(people.service, phone)
    second = people.sign_in(texted)
    if newest_code(people.service, phone) == code:
        return
    with pytest.raises(ClientError):
        people.answer(second, texted, SMS_MFA_CODE=code)
    assert "AuthenticationResult" in people.answer(first, texted, SMS_MFA_CODE=code)


def test_five_wrong_codes_lock(people, texted, phone, refused):
    challenge = people.sign_in(texted)
    code = newest_code(people.service, phone)
    for _ in range(5):
        with refused("CodeMismatchException", WRONG_CODE):
            people.answer(challenge, texted, SMS_MFA_CODE="12345")
    with refused("NotAuthorizedException", "Password attempts exceeded"):
        people.answer(challenge, texted, SMS_MFA_CODE=code)


def test_mail_code_is_the_second_factor(people):
    people.mfa("OPTIONAL", email=True)
    user = people.reachable(people.user(), email="mfa@example.com")
    prefer(people, user, EmailMfaSettings=True)
    challenge = people.sign_in(user)
    assert challenge["ChallengeName"] == "EMAIL_OTP"
    message, content = messages_to(people.service, "mfa@example.com")[0]
    assert content is not None
    assert (content.body, content.subject) == (f"Your code: {content.secret}", "Code")
    assert (message.medium, content.sender) == ("EMAIL", "app@example.com")
    assert "AuthenticationResult" in people.answer(challenge, user, EMAIL_OTP_CODE=content.secret)


def test_user_with_several_factors_selects(people, phone):
    people.mfa("ON", sms=True, email=True)
    user = people.reachable(people.user(), phone_number=phone, email="both@example.com")
    setup = people.api.admin_get_user(UserPoolId=people.pool, Username=user)
    assert "UserMFASettingList" not in setup
    # The recovery channel (phone first) proves less beside the password.
    assert people.sign_in(user)["ChallengeName"] == "EMAIL_OTP"


def test_totp_beside_others_is_selected(people, phone, refused):
    people.mfa("OPTIONAL", sms=True)
    user = people.reachable(people.user(), phone_number=phone)
    totp = people.register_totp(people.sign_in(user)["AuthenticationResult"]["AccessToken"])
    people.mfa("ON", sms=True)
    challenge = people.sign_in(user)
    assert challenge["ChallengeName"] == "SELECT_MFA_TYPE"
    assert set(json.loads(challenge["ChallengeParameters"]["MFAS_CAN_CHOOSE"])) == {
        "SMS_MFA",
        "SOFTWARE_TOKEN_MFA",
    }
    with refused("InvalidParameterException", "ANSWER must be one of the factors in MFAS_CAN_CHOOSE"):
        people.answer(challenge, user, ANSWER="EMAIL_OTP")
    chosen = people.answer(challenge, user, ANSWER="SOFTWARE_TOKEN_MFA")
    assert chosen["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    done = people.answer(chosen, user, SOFTWARE_TOKEN_MFA_CODE=people.code(totp))
    assert "AuthenticationResult" in done


def test_mail_address_is_set_up_while_signing_in(people):
    """MFA_SETUP takes an address, which counts once its code has come back."""
    people.mfa("ON", email=True)
    user = people.user()
    challenge = people.sign_in(user)
    assert challenge["ChallengeName"] == "MFA_SETUP"
    offered = json.loads(challenge["ChallengeParameters"]["MFAS_CAN_SETUP"])
    assert set(offered) == {"SOFTWARE_TOKEN_MFA", "EMAIL_OTP"}
    asked = people.answer(challenge, user, EMAIL="new@example.com")
    assert asked["ChallengeName"] == "EMAIL_OTP"
    before = people.api.admin_get_user(UserPoolId=people.pool, Username=user)
    assert "email" not in {each["Name"] for each in before["UserAttributes"]}
    people.answer(asked, user, EMAIL_OTP_CODE=newest_code(people.service, "new@example.com"))
    after = people.api.admin_get_user(UserPoolId=people.pool, Username=user)
    named = {each["Name"]: each["Value"] for each in after["UserAttributes"]}
    assert (named["email"], named["email_verified"]) == ("new@example.com", "true")
    assert after["UserMFASettingList"] == ["EMAIL_OTP"]


def test_risk_asks_by_mail_who_has_nothing_switched_on(people):
    """MFA_IF_CONFIGURED at a strange place: an address that the pool can write to is enough."""
    people.mfa("OPTIONAL", email=True)
    people.actions("NO_ACTION", "MFA_IF_CONFIGURED", "MFA_IF_CONFIGURED")
    user = people.reachable(people.user(), email="risky@example.com")
    people.habits(user)
    from people import AWAY, FIREFOX

    challenge = people.sign_in_from(AWAY, FIREFOX, user)
    assert challenge.get("ChallengeName") == "EMAIL_OTP"
    code = newest_code(people.service, "risky@example.com")
    assert "AuthenticationResult" in people.answer(challenge, user, admin=True, EMAIL_OTP_CODE=code)


def test_address_that_goes_takes_its_factor_along(people, texted):
    """No factor stays on that nothing could ask for."""
    people.api.admin_delete_user_attributes(
        UserPoolId=people.pool, Username=texted, UserAttributeNames=["phone_number"]
    )
    user = people.api.admin_get_user(UserPoolId=people.pool, Username=texted)
    assert "UserMFASettingList" not in user
    assert "PreferredMfaSetting" not in user


def test_older_settings_are_sms(people, phone):
    """SetUserSettings is the older name of the same switch."""
    people.mfa("OPTIONAL", sms=True)
    user = people.reachable(people.user(), phone_number=phone)
    token = people.sign_in(user)["AuthenticationResult"]["AccessToken"]
    option = {"DeliveryMedium": "SMS", "AttributeName": "phone_number"}
    people.api.set_user_settings(AccessToken=token, MFAOptions=[option])
    assert people.api.get_user(AccessToken=token)["MFAOptions"] == [option]
    assert people.sign_in(user)["ChallengeName"] == "SMS_MFA"
    people.api.admin_set_user_settings(UserPoolId=people.pool, Username=user, MFAOptions=[])
    assert "AuthenticationResult" in people.sign_in(user)


def test_lost_authenticator_is_taken_away(people):
    people.mfa("OPTIONAL")
    user = people.user()
    token = people.sign_in(user)["AuthenticationResult"]["AccessToken"]
    people.register_totp(token)
    prefer(people, user, SoftwareTokenMfaSettings=True)
    assert people.sign_in(user)["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    factors = people.api.admin_get_user_auth_factors(UserPoolId=people.pool, Username=user)
    assert factors["UserMFASettingList"] == ["SOFTWARE_TOKEN_MFA"]
    assert factors["ConfiguredUserAuthFactors"] == ["PASSWORD"]
    assert people.api.get_user_auth_factors(AccessToken=token)["PreferredMfaSetting"] == "SOFTWARE_TOKEN_MFA"
    people.api.admin_delete_software_token(UserPoolId=people.pool, Username=user)
    assert "AuthenticationResult" in people.sign_in(user, PASSWORD)


def test_codes_to_one_user_are_bounded(people, texted, refused):
    """Thirty codes an hour follow a right password, no more."""
    for _ in range(30):
        people.sign_in(texted)
    with refused("TooManyRequestsException", "Attempt limit exceeded, please try after some time."):
        people.sign_in(texted)
    assert people.events(texted)[0]["EventResponse"] == "Fail"
