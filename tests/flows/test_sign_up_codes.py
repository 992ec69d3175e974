"""Signing up with a code, and proving addresses afterwards."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError
from outbox_reader import messages_to, newest_code
from people import PASSWORD, People

MISMATCH = "Invalid verification code provided, please try again."


@pytest.fixture
def people(people: People) -> People:
    people.pool_with(AutoVerifiedAttributes=["email", "phone_number"])
    return people


def sign_up(people: People, name: str, **attributes: str) -> dict:
    listed = [{"Name": key, "Value": value} for key, value in attributes.items()]
    return people.api.sign_up(ClientId=people.client, Username=name, Password=PASSWORD, UserAttributes=listed)


def confirm(people: People, name: str, code: str, **more: bool) -> dict:
    return people.api.confirm_sign_up(ClientId=people.client, Username=name, ConfirmationCode=code, **more)


def attributes(people: People, name: str) -> dict[str, str]:
    user = people.api.admin_get_user(UserPoolId=people.pool, Username=name)
    return {each["Name"]: each["Value"] for each in user["UserAttributes"]}


def test_code_confirms_and_verifies(people, refused):
    """The address that the code went to is verified with the account."""
    to = f"{people.pool}.a@example.com"
    answer = sign_up(people, "ann", email=to)
    assert not answer["UserConfirmed"]
    assert answer["CodeDeliveryDetails"]["DeliveryMedium"] == "EMAIL"
    with refused("UserNotConfirmedException", "User is not confirmed."):
        people.sign_in("ann")
    code = newest_code(people.service, to)
    confirm(people, "ann", code)
    assert attributes(people, "ann")["email_verified"] == "true"
    assert "AuthenticationResult" in people.sign_in("ann")
    with refused("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED"):
        confirm(people, "ann", code)
    with refused("InvalidParameterException", "User is already confirmed."):
        people.api.resend_confirmation_code(ClientId=people.client, Username="ann")


def test_phone_is_written_to_first(people):
    answer = sign_up(people, "bob", email="bob@example.com", phone_number="+4799887766")
    assert answer["CodeDeliveryDetails"] == {
        "Destination": "+*******7766",
        "DeliveryMedium": "SMS",
        "AttributeName": "phone_number",
    }


def test_another_code_on_request(people, refused):
    to = f"{people.pool}.c@example.com"
    sign_up(people, "carl", email=to)
    first = newest_code(people.service, to)
    details = people.api.resend_confirmation_code(ClientId=people.client, Username="carl")
    assert details["CodeDeliveryDetails"]["AttributeName"] == "email"
    second = newest_code(people.service, to)
    if first != second:
        with refused("CodeMismatchException", MISMATCH):
            confirm(people, "carl", first)
    confirm(people, "carl", second)


def test_of_many_at_once_one_confirms(people):
    to = f"{people.pool}.d@example.com"
    sign_up(people, "dora", email=to)
    code = newest_code(people.service, to)

    def one(_: int) -> bool:
        try:
            confirm(people, "dora", code)
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, range(8))).count(True) == 1


def test_alias_goes_to_who_proves_it(people, refused):
    """The second to confirm an address gets it only by force."""
    people.pool_with(AutoVerifiedAttributes=["email"], AliasAttributes=["email"])
    to = f"{people.pool}@example.com"
    sign_up(people, "first", email=to)
    confirm(people, "first", newest_code(people.service, to))
    sign_up(people, "second", email=to)
    code = newest_code(people.service, to)
    with refused("AliasExistsException", "An account with the email already exists."):
        confirm(people, "second", code)
    confirm(people, "second", code, ForceAliasCreation=True)
    assert people.api.admin_get_user(UserPoolId=people.pool, Username=to)["Username"] == "second"
    assert attributes(people, "first")["email_verified"] == "false"


def test_changed_address_is_proved_by_a_code(people, refused):
    user = people.reachable(people.user(), email=f"{people.pool}.old@example.com")
    token = people.sign_in(user)["AuthenticationResult"]["AccessToken"]
    new = f"{people.pool}.new@example.com"
    sent = people.api.update_user_attributes(
        AccessToken=token, UserAttributes=[{"Name": "email", "Value": new}]
    )
    assert [each["AttributeName"] for each in sent["CodeDeliveryDetailsList"]] == ["email"]
    assert attributes(people, user)["email_verified"] == "false"
    with refused("CodeMismatchException", MISMATCH):
        people.api.verify_user_attribute(AccessToken=token, AttributeName="email", Code="12345")
    code = newest_code(people.service, new)
    people.api.verify_user_attribute(AccessToken=token, AttributeName="email", Code=code)
    assert attributes(people, user)["email_verified"] == "true"


def test_old_address_holds_until_the_new_one_is_proved(people):
    people.pool_with(
        AutoVerifiedAttributes=["email"],
        AliasAttributes=["email"],
        UserAttributeUpdateSettings={"AttributesRequireVerificationBeforeUpdate": ["email"]},
    )
    old, new = f"{people.pool}.old@example.com", f"{people.pool}.new@example.com"
    user = people.reachable(people.user(), email=old)
    token = people.sign_in(old)["AuthenticationResult"]["AccessToken"]
    people.api.update_user_attributes(AccessToken=token, UserAttributes=[{"Name": "email", "Value": new}])
    assert attributes(people, user)["email"] == old
    assert "AuthenticationResult" in people.sign_in(old)
    assert messages_to(people.service, old) == []
    code = newest_code(people.service, new)
    people.api.verify_user_attribute(AccessToken=token, AttributeName="email", Code=code)
    assert (attributes(people, user)["email"], attributes(people, user)["email_verified"]) == (new, "true")
    assert "AuthenticationResult" in people.sign_in(new)
    with pytest.raises(ClientError):
        people.sign_in(old)


def test_code_for_an_address_since_changed_proves_nothing(people):
    user = people.user()
    token = people.sign_in(user)["AuthenticationResult"]["AccessToken"]
    first, second = f"{people.pool}.1@example.com", f"{people.pool}.2@example.com"
    for to in (first, second):
        people.api.update_user_attributes(AccessToken=token, UserAttributes=[{"Name": "email", "Value": to}])
    stale = newest_code(people.service, first)
    if stale == newest_code(people.service, second):
        return
    with pytest.raises(ClientError):
        people.api.verify_user_attribute(AccessToken=token, AttributeName="email", Code=stale)
    assert attributes(people, user)["email_verified"] == "false"


def test_user_asks_for_a_code(people, refused):
    to = f"{people.pool}.v@example.com"
    user = people.reachable(people.user(), email=to, email_verified="false")
    token = people.sign_in(user)["AuthenticationResult"]["AccessToken"]
    for _ in range(5):
        people.api.get_user_attribute_verification_code(AccessToken=token, AttributeName="email")
    with refused("LimitExceededException", "Attempt limit exceeded, please try after some time."):
        people.api.get_user_attribute_verification_code(AccessToken=token, AttributeName="email")
    code = newest_code(people.service, to)
    people.api.verify_user_attribute(AccessToken=token, AttributeName="email", Code=code)
    assert attributes(people, user)["email_verified"] == "true"


def test_invitation_carries_the_temporary_password(people):
    to = f"{people.pool}.i@example.com"
    people.api.admin_create_user(
        UserPoolId=people.pool,
        Username="invited",
        UserAttributes=[{"Name": "email", "Value": to}],
        DesiredDeliveryMediums=["EMAIL"],
    )
    password = newest_code(people.service, to)
    challenge = people.sign_in("invited", password)
    assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    people.api.admin_create_user(
        UserPoolId=people.pool, Username="invited", MessageAction="RESEND", DesiredDeliveryMediums=["EMAIL"]
    )
    again = newest_code(people.service, to)
    assert again != password
    assert people.sign_in("invited", again)["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    with pytest.raises(ClientError):
        people.sign_in("invited", password)


def test_strangers_can_not_tell_who_signed_up(people, refused):
    """With existence hidden a code can be asked for in any name, and none comes of it."""
    client = people.new_client(PreventUserExistenceErrors="ENABLED")
    sign_up(people, "known", email="known@example.com")
    shapes = {
        name: people.api.resend_confirmation_code(ClientId=client, Username=name)["CodeDeliveryDetails"]
        for name in ("known", "nobody")
    }
    assert shapes["known"].keys() == shapes["nobody"].keys()
    for name in shapes:
        with refused("CodeMismatchException", MISMATCH):
            people.api.confirm_sign_up(ClientId=client, Username=name, ConfirmationCode="12345")
