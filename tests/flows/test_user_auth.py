"""USER_AUTH: the user chooses how to prove who they are."""

import json

import pytest
from authenticator import PRESENT, Authenticator
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from outbox_reader import messages_to, newest_code
from people import PASSWORD, People
from pycognito import AWSSRP

FACTORS = ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"]
WRONG_CODE = "Invalid code or auth state for the user."


@pytest.fixture
def people(people: People) -> People:
    people.pool_with(
        Policies={"SignInPolicy": {"AllowedFirstAuthFactors": FACTORS}},
        AutoVerifiedAttributes=["email"],
    )
    return people


@pytest.fixture
def mail(people) -> str:
    return f"{people.pool}@example.com"


@pytest.fixture
def alice(people, mail) -> str:
    return people.reachable(people.user(), email=mail)


def begin(people: People, user: str, client: str | None = None, **parameters: str) -> dict:
    return people.api.initiate_auth(
        ClientId=client or people.client,
        AuthFlow="USER_AUTH",
        AuthParameters={"USERNAME": user, **parameters},
    )


def with_passkey(people: People, user: str, **options: str) -> Authenticator:
    token = people.sign_in(user)["AuthenticationResult"]["AccessToken"]
    key = Authenticator(**options)
    offered = people.api.start_web_authn_registration(AccessToken=token)["CredentialCreationOptions"]
    people.api.complete_web_authn_registration(AccessToken=token, Credential=key.create(offered))
    return key


def options_of(challenge: dict) -> dict:
    return json.loads(challenge["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"])


def test_user_selects_among_what_they_have(people, alice):
    begun = begin(people, alice)
    assert begun["ChallengeName"] == "SELECT_CHALLENGE"
    assert begun["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]
    done = people.answer(begun, alice, ANSWER="PASSWORD", PASSWORD=PASSWORD)
    assert "AuthenticationResult" in done


def test_preferred_password_in_one_step(people, alice, refused):
    done = begin(people, alice, PREFERRED_CHALLENGE="PASSWORD", PASSWORD=PASSWORD)
    assert "AuthenticationResult" in done
    with refused("NotAuthorizedException", "Incorrect username or password."):
        begin(people, alice, PREFERRED_CHALLENGE="PASSWORD", PASSWORD="wrong")
    asked = begin(people, alice, PREFERRED_CHALLENGE="PASSWORD")
    assert asked["ChallengeName"] == "PASSWORD"
    assert "AuthenticationResult" in people.answer(asked, alice, PASSWORD=PASSWORD)


def test_password_by_srp(people, alice):
    helper = AWSSRP(
        username=alice, password=PASSWORD, pool_id=people.pool, client_id=people.client, client=people.api
    )
    public = helper.get_auth_params()["SRP_A"]
    begun = begin(people, alice, PREFERRED_CHALLENGE="PASSWORD_SRP", SRP_A=public)
    assert begun["ChallengeName"] == "PASSWORD_VERIFIER"
    answers = helper.process_challenge(begun["ChallengeParameters"], {"USERNAME": alice})
    done = people.api.respond_to_auth_challenge(
        ClientId=people.client, ChallengeName="PASSWORD_VERIFIER", ChallengeResponses=answers
    )
    assert "AuthenticationResult" in done


def test_mailed_code_is_a_first_factor(people, mail, alice):
    begun = begin(people, alice, PREFERRED_CHALLENGE="EMAIL_OTP")
    assert (begun["ChallengeName"], begun["AvailableChallenges"]) == ("EMAIL_OTP", ["EMAIL_OTP"])
    code = newest_code(people.service, mail)
    assert len(code) == 8
    done = people.answer(begun, alice, EMAIL_OTP_CODE=code)
    assert "AuthenticationResult" in done
    event = people.events(alice)[0]
    assert (event["EventResponse"], event["EventRisk"]["RiskDecision"]) == ("Pass", "NoRisk")


def test_code_confirms_who_signed_up_without_a_password(people):
    to = f"{people.pool}.new@example.com"
    people.api.sign_up(
        ClientId=people.client, Username="newcomer", UserAttributes=[{"Name": "email", "Value": to}]
    )
    begun = begin(people, "newcomer", PREFERRED_CHALLENGE="EMAIL_OTP")
    people.answer(begun, "newcomer", EMAIL_OTP_CODE=newest_code(people.service, to))
    user = people.api.admin_get_user(UserPoolId=people.pool, Username="newcomer")
    named = {each["Name"]: each["Value"] for each in user["UserAttributes"]}
    assert (user["UserStatus"], named["email_verified"]) == ("CONFIRMED", "true")


def test_confirmed_sign_up_goes_on_to_tokens(people, refused):
    """ConfirmSignUp's Session is a first proof, once, for this user and client."""
    to = f"{people.pool}.fresh@example.com"
    people.api.sign_up(
        ClientId=people.client,
        Username="fresh",
        Password=PASSWORD,
        UserAttributes=[{"Name": "email", "Value": to}],
    )
    session = people.api.confirm_sign_up(
        ClientId=people.client, Username="fresh", ConfirmationCode=newest_code(people.service, to)
    )["Session"]

    def go_on(user: str, client: str) -> dict:
        return people.api.initiate_auth(
            ClientId=client, AuthFlow="USER_AUTH", AuthParameters={"USERNAME": user}, Session=session
        )

    with refused("NotAuthorizedException", "Invalid session for the user."):
        go_on(people.user(), people.client)
    with refused("NotAuthorizedException", "Invalid session for the user."):
        go_on("fresh", people.new_client())
    assert "AuthenticationResult" in go_on("fresh", people.client)
    with refused("NotAuthorizedException", "Invalid session for the user, session can only be used once."):
        go_on("fresh", people.client)


def test_six_wrong_codes_are_six_mismatches(people, mail, alice, refused):
    """Eight digits bear more guesses than six; from the tenth on they lock."""
    begun = begin(people, alice, PREFERRED_CHALLENGE="EMAIL_OTP")
    for _ in range(10):
        with refused("CodeMismatchException", WRONG_CODE):
            people.answer(begun, alice, EMAIL_OTP_CODE="1")
    with refused("NotAuthorizedException", "Password attempts exceeded"):
        people.answer(begun, alice, EMAIL_OTP_CODE=newest_code(people.service, mail))


def test_nobody_is_asked_like_anybody(people, refused):
    """With existence hidden: a simulated code, to the same address each time, that never comes."""
    client = people.new_client(PreventUserExistenceErrors="ENABLED")
    first = begin(people, "nobody", client, PREFERRED_CHALLENGE="EMAIL_OTP")
    second = begin(people, "nobody", client, PREFERRED_CHALLENGE="EMAIL_OTP")
    assert first["ChallengeName"] == "EMAIL_OTP"
    assert first["ChallengeParameters"] == second["ChallengeParameters"]
    with refused("CodeMismatchException", WRONG_CODE):
        people.api.respond_to_auth_challenge(
            ClientId=client,
            ChallengeName="EMAIL_OTP",
            Session=first["Session"],
            ChallengeResponses={"USERNAME": "nobody", "EMAIL_OTP_CODE": "12345678"},
        )
    with refused("UserNotFoundException", "User does not exist."):
        begin(people, "nobody")


def test_who_needs_a_second_factor_begins_with_a_password(people, alice, mail):
    """A code would be one factor twice."""
    people.mfa("OPTIONAL", email=True)
    people.api.admin_set_user_mfa_preference(
        UserPoolId=people.pool, Username=alice, EmailMfaSettings={"Enabled": True}
    )
    begun = begin(people, alice)
    assert begun["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD"]
    asked = people.answer(begun, alice, ANSWER="PASSWORD", PASSWORD=PASSWORD)
    assert asked["ChallengeName"] == "EMAIL_OTP"
    with pytest.raises(ClientError):
        people.answer(begin(people, alice), alice, ANSWER="EMAIL_OTP")
    done = people.answer(asked, alice, EMAIL_OTP_CODE=newest_code(people.service, mail))
    assert "AuthenticationResult" in done


def test_temporary_password_is_chosen_by_password_only(people):
    people.api.admin_create_user(
        UserPoolId=people.pool, Username="temp", TemporaryPassword="Temp0rary!", MessageAction="SUPPRESS"
    )
    begun = begin(people, "temp")
    assert begun["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD"]
    asked = people.answer(begun, "temp", ANSWER="PASSWORD", PASSWORD="Temp0rary!")
    assert asked["ChallengeName"] == "NEW_PASSWORD_REQUIRED"


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_passkey_signs_in(people, alice, algorithm):
    key = with_passkey(people, alice, algorithm=algorithm)
    begun = begin(people, alice)
    assert "WEB_AUTHN" in begun["AvailableChallenges"]
    asked = people.answer(begun, alice, ANSWER="WEB_AUTHN")
    credential = json.dumps(key.get(options_of(asked), alice))
    done = people.answer(asked, alice, CREDENTIAL=credential)
    assert "AuthenticationResult" in done
    with pytest.raises(ClientError):
        people.answer(asked, alice, CREDENTIAL=credential)


def test_passkeys_are_listed_and_deleted(people, alice, refused):
    with_passkey(people, alice)
    token = people.sign_in(alice)["AuthenticationResult"]["AccessToken"]
    (listed,) = people.api.list_web_authn_credentials(AccessToken=token)["Credentials"]
    assert listed["RelyingPartyId"] == "localhost"
    assert listed["AuthenticatorTransports"] == ["internal", "hybrid"]
    people.api.delete_web_authn_credential(AccessToken=token, CredentialId=listed["CredentialId"])
    assert people.api.list_web_authn_credentials(AccessToken=token)["Credentials"] == []
    with refused("ResourceNotFoundException", "The passkey does not exist."):
        people.api.delete_web_authn_credential(AccessToken=token, CredentialId=listed["CredentialId"])


def test_copied_passkey_shows(people, alice):
    """A sign count that goes back is refused."""
    key = with_passkey(people, alice)
    key.count = 10
    asked = begin(people, alice, PREFERRED_CHALLENGE="WEB_AUTHN")
    assert "AuthenticationResult" in people.answer(
        asked, alice, CREDENTIAL=json.dumps(key.get(options_of(asked)))
    )
    key.count = 3
    asked = begin(people, alice, PREFERRED_CHALLENGE="WEB_AUTHN")
    with pytest.raises(ClientError) as caught:
        people.answer(asked, alice, CREDENTIAL=json.dumps(key.get(options_of(asked))))
    assert caught.value.response["Error"]["Code"] == "NotAuthorizedException"


def test_anothers_passkey_is_none(people, alice):
    with_passkey(people, alice)
    thief = with_passkey(people, people.reachable(people.user(), email="t@example.com"))
    asked = begin(people, alice, PREFERRED_CHALLENGE="WEB_AUTHN")
    with pytest.raises(ClientError):
        people.answer(asked, alice, CREDENTIAL=json.dumps(thief.get(options_of(asked))))


def test_verified_passkey_may_be_both_factors(people, alice):
    """Where the pool says so, and only when it verified its user."""
    key = with_passkey(people, alice)
    people.api.set_user_pool_mfa_config(
        UserPoolId=people.pool,
        MfaConfiguration="ON",
        SoftwareTokenMfaConfiguration={"Enabled": True},
        WebAuthnConfiguration={
            "RelyingPartyId": "localhost",
            "UserVerification": "preferred",
            "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION",
        },
    )
    asked = begin(people, alice, PREFERRED_CHALLENGE="WEB_AUTHN")
    done = people.answer(asked, alice, CREDENTIAL=json.dumps(key.get(options_of(asked))))
    assert "AuthenticationResult" in done
    key.flags = PRESENT
    asked = begin(people, alice, PREFERRED_CHALLENGE="WEB_AUTHN")
    left = people.answer(asked, alice, CREDENTIAL=json.dumps(key.get(options_of(asked))))
    assert left["ChallengeName"] == "MFA_SETUP"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"origin": "https://evil.example"}, "WebAuthnOriginNotAllowedException"),
        ({"rp": "evil.example"}, "WebAuthnRelyingPartyMismatchException"),
        ({"challenge": "AAAA"}, "WebAuthnChallengeNotFoundException"),
    ],
)
def test_registration_of_elsewhere_is_refused(people, alice, change, error):
    token = people.sign_in(alice)["AuthenticationResult"]["AccessToken"]
    options = people.api.start_web_authn_registration(AccessToken=token)["CredentialCreationOptions"]
    if "challenge" in change:
        options = {**options, "challenge": change["challenge"]}
    key = Authenticator(origin=change.get("origin", "http://localhost:3000"))
    with pytest.raises(ClientError) as caught:
        people.api.complete_web_authn_registration(
            AccessToken=token, Credential=key.create(options, rp=change.get("rp"))
        )
    assert caught.value.response["Error"]["Code"] == error


def test_registration_counts_once(people, alice):
    token = people.sign_in(alice)["AuthenticationResult"]["AccessToken"]
    options = people.api.start_web_authn_registration(AccessToken=token)["CredentialCreationOptions"]
    people.api.complete_web_authn_registration(AccessToken=token, Credential=Authenticator().create(options))
    with pytest.raises(ClientError) as caught:
        people.api.complete_web_authn_registration(
            AccessToken=token, Credential=Authenticator().create(options)
        )
    assert caught.value.response["Error"]["Code"] == "WebAuthnChallengeNotFoundException"


def test_pool_without_passkeys_registers_none(people, refused):
    people.pool_with()
    token = people.sign_in(people.user())["AuthenticationResult"]["AccessToken"]
    with refused("WebAuthnNotEnabledException", "Passkeys are not enabled for this user pool."):
        people.api.start_web_authn_registration(AccessToken=token)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.sampled_from(["", "response", "clientDataJSON", "attestationObject", "id"]), junk=_JSON)
def test_hostile_credentials_are_typed_errors(people, alice, where, junk):
    """Whatever a browser sends: one of the API's own errors."""
    token = people.sign_in(alice)["AuthenticationResult"]["AccessToken"]
    options = people.api.start_web_authn_registration(AccessToken=token)["CredentialCreationOptions"]
    credential = Authenticator().create(options)
    if where in {"clientDataJSON", "attestationObject"}:
        credential["response"][where] = junk
    elif where:
        credential[where] = junk
    else:
        credential = junk
    with pytest.raises(ClientError) as caught:
        people.api.complete_web_authn_registration(AccessToken=token, Credential=credential)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_codes_to_strangers_leave_the_owner_a_password(people, alice):
    """Fifteen codes an hour go to one user; more are refused, and sign-in by password goes on."""
    for _ in range(15):
        begin(people, alice, PREFERRED_CHALLENGE="EMAIL_OTP")
    with pytest.raises(ClientError) as caught:
        begin(people, alice, PREFERRED_CHALLENGE="EMAIL_OTP")
    assert caught.value.response["Error"]["Code"] == "TooManyRequestsException"
    assert "AuthenticationResult" in people.sign_in(alice)
    assert len(messages_to(people.service, f"{people.pool}@example.com")) == 15
