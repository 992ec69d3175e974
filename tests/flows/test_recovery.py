"""A forgotten password: codes that buy a new one, once, and tell strangers nothing."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from outbox_reader import messages_to, newest_code
from people import PASSWORD, People

NEW = "N3w-horse-battery!"
ADDRESS = "alice@example.com"
MISMATCH = "Invalid verification code provided, please try again."
EXPIRED = "Invalid code provided, please request a code again."


@pytest.fixture
def alice(people: People) -> str:
    return people.reachable(people.user(), email=f"{people.pool}@example.com")


def address(people: People) -> str:
    return f"{people.pool}@example.com"


def forget(people: People, user: str, client: str | None = None) -> dict:
    return people.api.forgot_password(ClientId=client or people.client, Username=user)


def confirm(people: People, user: str, code: str, password: str = NEW, client: str | None = None) -> None:
    people.api.confirm_forgot_password(
        ClientId=client or people.client, Username=user, ConfirmationCode=code, Password=password
    )


def test_code_buys_a_new_password_once(people, alice, refused):
    """The code goes to the verified address, sets the password, and is used up."""
    details = forget(people, alice)["CodeDeliveryDetails"]
    assert details == {
        "Destination": f"{address(people)[0]}***@e***",
        "DeliveryMedium": "EMAIL",
        "AttributeName": "email",
    }
    code = newest_code(people.service, address(people))
    assert len(code) == 6
    confirm(people, alice, code)

    assert "AuthenticationResult" in people.sign_in(alice, NEW)
    with pytest.raises(ClientError):
        people.sign_in(alice, PASSWORD)
    with refused("ExpiredCodeException", EXPIRED):
        confirm(people, alice, code, "Yet-an0ther!")


def test_newer_code_replaces_the_older(people, alice, refused):
    """One code is out at a time."""
    forget(people, alice)
    first = newest_code(people.service, address(people))
    forget(people, alice)
    second = newest_code(people.service, address(people))
    if first != second:
        with refused("CodeMismatchException", MISMATCH):
            confirm(people, alice, first)
    confirm(people, alice, second)


def test_code_lives_an_hour(people, alice, refused):
    forget(people, alice)
    code = newest_code(people.service, address(people))
    people.service.clock.advance(3601)
    with refused("ExpiredCodeException", EXPIRED):
        confirm(people, alice, code)


def test_of_twenty_at_once_one_code_counts_once(people, alice):
    """Parallel confirmations of one code set one password."""
    forget(people, alice)
    code = newest_code(people.service, address(people))

    def one(number: int) -> bool:
        try:
            confirm(people, alice, code, f"{NEW}{number}")
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(one, range(8)))
    assert won.count(True) == 1
    assert "AuthenticationResult" in people.sign_in(alice, f"{NEW}{won.index(True)}")


def test_requests_and_guesses_are_bounded(people, alice, refused):
    """Five codes and fifteen guesses an hour, right ones too."""
    for _ in range(5):
        forget(people, alice)
    with refused("LimitExceededException", "Attempt limit exceeded, please try after some time."):
        forget(people, alice)
    code = newest_code(people.service, address(people))
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(15):
        with refused("CodeMismatchException", MISMATCH):
            confirm(people, alice, wrong)
    with refused("LimitExceededException", "Attempt limit exceeded, please try after some time."):
        confirm(people, alice, code)
    people.service.clock.advance(3601)
    forget(people, alice)


def test_refused_password_leaves_the_code(people, alice):
    """A password that breaks the policy, or is a known one, uses nothing up."""
    forget(people, alice)
    code = newest_code(people.service, address(people))
    for bad in ("short", "Password1!"):
        with pytest.raises(ClientError) as caught:
            confirm(people, alice, code, bad)
        assert caught.value.response["Error"]["Code"] == "InvalidPasswordException"
    confirm(people, alice, code)


def test_unconfirmed_and_reset_users_come_back_confirmed(people, alice):
    people.api.admin_reset_user_password(UserPoolId=people.pool, Username=alice)
    assert people.status(alice) == "RESET_REQUIRED"
    with pytest.raises(ClientError) as caught:
        people.sign_in(alice)
    assert caught.value.response["Error"]["Code"] == "PasswordResetRequiredException"
    confirm(people, alice, newest_code(people.service, address(people)))
    assert people.status(alice) == "CONFIRMED"


def test_state_and_address_decide(people, refused):
    """No verified address, no state for it, nobody: told apart where existence is no secret."""
    bare = people.user()
    with refused(
        "InvalidParameterException",
        "Cannot reset password for the user as there is no registered/verified email or phone_number",
    ):
        forget(people, bare)
    people.api.admin_create_user(UserPoolId=people.pool, Username="invited", MessageAction="SUPPRESS")
    with refused("NotAuthorizedException", "User password cannot be reset in the current state."):
        forget(people, "invited")
    with refused("UserNotFoundException", "User does not exist."):
        forget(people, "nobody")


def test_strangers_can_not_tell_who_exists(people, alice, refused):
    """With existence hidden the three look alike: a user, one without an address, and nobody."""
    client = people.new_client(PreventUserExistenceErrors="ENABLED")
    bare = people.user()
    answers = [forget(people, name, client) for name in (alice, bare, "nobody", "nobody")]
    shapes = [sorted(answer["CodeDeliveryDetails"]) for answer in answers]
    assert shapes[0] == shapes[1] == shapes[2]
    assert answers[2]["CodeDeliveryDetails"] == answers[3]["CodeDeliveryDetails"]
    for name in (alice, bare, "nobody"):
        with refused("CodeMismatchException", MISMATCH):
            confirm(people, name, "123456" if name != alice else "12345", client=client)
    for name in (bare, "somebody-else"):
        with refused("ExpiredCodeException", EXPIRED):
            confirm(people, people.user() if name == bare else name, "123456", client=client)


def test_second_factor_is_no_recovery_channel(people, alice, refused):
    """An address that answers MFA does not recover the account beside it."""
    people.mfa("OPTIONAL", email=True)
    people.api.admin_set_user_mfa_preference(
        UserPoolId=people.pool, Username=alice, EmailMfaSettings={"Enabled": True}
    )
    with refused(
        "InvalidParameterException",
        "Cannot reset password for the user as there is no registered/verified email or phone_number",
    ):
        forget(people, alice)


def test_administrators_only(people, refused):
    people.pool_with(AccountRecoverySetting={"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]})
    with refused("NotAuthorizedException", "Contact administrator to reset password."):
        forget(people, people.user())


def test_password_is_changed_by_who_knows_it(people, alice, refused):
    token = people.sign_in(alice)["AuthenticationResult"]["AccessToken"]
    with refused("NotAuthorizedException", "Incorrect username or password."):
        people.api.change_password(AccessToken=token, PreviousPassword="wrong", ProposedPassword=NEW)
    people.api.change_password(AccessToken=token, PreviousPassword=PASSWORD, ProposedPassword=NEW)
    assert "AuthenticationResult" in people.sign_in(alice, NEW)


def test_former_passwords_are_refused(people, refused):
    """The history counts the present password, and forgets what is older than its size."""
    people.pool_with(Policies={"PasswordPolicy": {"MinimumLength": 8, "PasswordHistorySize": 2}})
    user = people.user("First-0ne!")
    token = people.sign_in(user, "First-0ne!")["AuthenticationResult"]["AccessToken"]

    def change(before: str, after: str) -> None:
        people.api.change_password(AccessToken=token, PreviousPassword=before, ProposedPassword=after)

    change("First-0ne!", "Sec0nd-one!")
    for former in ("Sec0nd-one!", "First-0ne!"):
        with pytest.raises(ClientError) as caught:
            change("Sec0nd-one!", former)
        assert caught.value.response["Error"]["Code"] == "PasswordHistoryPolicyViolationException"
    change("Sec0nd-one!", "Third-0ne!")
    change("Third-0ne!", "First-0ne!")


def test_what_happened_is_an_event(people, alice):
    """Requests and changes, right and wrong, with where they came from."""
    forget(people, alice)
    with pytest.raises(ClientError):
        confirm(people, alice, "12345")
    confirm(people, alice, newest_code(people.service, address(people)))
    seen = [(event["EventType"], event["EventResponse"]) for event in people.events(alice)]
    assert seen[:3] == [("PasswordChange", "Pass"), ("PasswordChange", "Fail"), ("ForgotPassword", "Pass")]
    assert people.events(alice)[0]["EventContextData"]["IpAddress"] == "127.0.0.1"


def test_blocked_address_gets_no_code(people, alice, refused):
    people.api.set_risk_configuration(
        UserPoolId=people.pool, RiskExceptionConfiguration={"BlockedIPRangeList": ["127.0.0.0/8"]}
    )
    with refused("NotAuthorizedException", "Request not allowed due to security reasons."):
        forget(people, alice)
    assert messages_to(people.service, address(people)) == []


def test_reset_opens_a_locked_name(people, alice):
    """Who locked the old password has not locked the new one."""
    for _ in range(8):
        with pytest.raises(ClientError):
            people.sign_in(alice, "wrong")
    forget(people, alice)
    confirm(people, alice, newest_code(people.service, address(people)))
    assert "AuthenticationResult" in people.sign_in(alice, NEW)


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["wrong", "old", "late", "other"]), max_size=6))
def test_no_other_code_changes_a_password(people, tries):
    """Whatever codes are tried but the right one in time: the password stays."""
    user = people.reachable(people.user(), email="many@example.com")
    forget(people, user)
    old = newest_code(people.service, "many@example.com")
    forget(people, user)
    right = newest_code(people.service, "many@example.com")
    other = people.reachable(people.user(), email="other@example.com")
    forget(people, other)
    codes = {
        "wrong": "000000" if right != "000000" else "111111",
        "old": old if old != right else "x",
        "other": newest_code(people.service, "other@example.com"),
        "late": right,
    }
    if codes["other"] == right:
        return
    for one in tries:
        if one == "late":
            people.service.clock.advance(3601)
        with pytest.raises(ClientError):
            confirm(people, user, codes[one])
    assert "AuthenticationResult" in people.sign_in(user)
