"""A pool with everything in it that operations ask for; each thing comes into being when it is named."""

import itertools
import os
import urllib.request
from functools import cached_property
from typing import Any

import pyotp
from authenticator import Authenticator
from msgspec.structs import replace
from outbox_reader import newest_code
from people import FLOWS, PASSWORD, People
from pycognito.aws_srp import generate_hash_device

from riskengine.flows.feedback_tokens import feedback_token
from riskengine.flows.services import Services

ROLE = "arn:aws:iam::123456789012:role/any-role"
NEW_PASSWORD = "An0ther-horse!"
LOG_ARN = "arn:aws:logs:us-east-1:123456789012:log-group:riskengine"
GOOGLE = {"client_id": "a", "client_secret": "b", "authorize_scopes": "openid"}
LINK = {"ProviderName": "Google", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "123"}
EXCHANGE = ["ALLOW_TOKEN_EXCHANGE_IMPERSONATION", "ALLOW_TOKEN_EXCHANGE_DELEGATION"]
_numbers = itertools.count(1)


class World:
    """What one case works on. `pool` is a fresh pool with ALL first factors, devices, MFA by choice."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.api = people.api
        people.pool_with(
            AutoVerifiedAttributes=["email"],
            DeviceConfiguration={"ChallengeRequiredOnNewDevice": True},
            Schema=[{"Name": "badge", "AttributeDataType": "String", "Mutable": True}],
            Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}},
        )
        people.api.set_user_pool_mfa_config(
            UserPoolId=people.pool,
            MfaConfiguration="OPTIONAL",
            SoftwareTokenMfaConfiguration={"Enabled": True},
            SmsMfaConfiguration={"SmsConfiguration": {"SnsCallerArn": ROLE, "ExternalId": "x"}},
            WebAuthnConfiguration={"RelyingPartyId": "localhost", "UserVerification": "preferred"},
        )
        self.number = next(_numbers)

    @property
    def pool(self) -> str:
        return self.people.pool

    @property
    def client(self) -> str:
        return self.people.client

    @cached_property
    def mail(self) -> str:
        return f"somebody{self.number}@example.com"

    @cached_property
    def user(self) -> str:
        """Confirmed, with a verified address and a password."""
        return self.people.reachable(self.people.user(), email=self.mail)

    @cached_property
    def newcomer(self) -> str:
        """Signed up, not confirmed."""
        attributes = [{"Name": "email", "Value": self.mail}]
        self.api.sign_up(
            ClientId=self.client, Username="newcomer", Password=PASSWORD, UserAttributes=attributes
        )
        return "newcomer"

    @property
    def code(self) -> str:
        """The newest code to the address."""
        return newest_code(self.people.service, self.mail)

    @cached_property
    def tokens(self) -> dict[str, Any]:
        return self.people.sign_in(self.user)["AuthenticationResult"]

    @property
    def token(self) -> str:
        return self.tokens["AccessToken"]

    @cached_property
    def device(self) -> str:
        """A confirmed device of the user's."""
        offered = self.tokens["NewDeviceMetadata"]
        _, verifier = generate_hash_device(offered["DeviceGroupKey"], offered["DeviceKey"])
        self.api.confirm_device(
            AccessToken=self.token,
            DeviceKey=offered["DeviceKey"],
            DeviceName="laptop",
            DeviceSecretVerifierConfig=verifier,
        )
        return offered["DeviceKey"]

    @cached_property
    def offered_device(self) -> dict[str, Any]:
        """What ConfirmDevice takes."""
        offered = self.tokens["NewDeviceMetadata"]
        _, verifier = generate_hash_device(offered["DeviceGroupKey"], offered["DeviceKey"])
        return {"DeviceKey": offered["DeviceKey"], "DeviceSecretVerifierConfig": verifier}

    @cached_property
    def totp(self) -> pyotp.TOTP:
        return self.people.register_totp(self.token)

    @cached_property
    def passkey_options(self) -> Any:
        return self.api.start_web_authn_registration(AccessToken=self.token)["CredentialCreationOptions"]

    @property
    def passkey(self) -> dict[str, Any]:
        return Authenticator().create(self.passkey_options)

    @cached_property
    def passkey_id(self) -> str:
        self.api.complete_web_authn_registration(AccessToken=self.token, Credential=self.passkey)
        (listed,) = self.api.list_web_authn_credentials(AccessToken=self.token)["Credentials"]
        return listed["CredentialId"]

    @cached_property
    def event(self) -> str:
        assert self.tokens
        return self.people.events(self.user)[0]["EventId"]

    @cached_property
    def feedback_token(self) -> str:
        """As a notification of the event would carry it."""

        async def token(services: Services) -> str:
            user = await services.storage.users.find(self.pool, self.user)
            assert user is not None
            async with services.storage.transaction() as tx:
                event = await tx.events.get(self.pool, user.sub, self.event)
                event = replace(event, notice="a notification's id")
                tx.events.save(event)
            return feedback_token(services, event).reveal()

        return self.people.service.do(token)

    @cached_property
    def group(self) -> str:
        self.api.create_group(UserPoolId=self.pool, GroupName="staff")
        return "staff"

    @cached_property
    def server(self) -> str:
        scopes = [{"ScopeName": "read", "ScopeDescription": "Read"}]
        self.api.create_resource_server(UserPoolId=self.pool, Identifier="api", Name="api", Scopes=scopes)
        return "api"

    @cached_property
    def provider(self) -> str:
        self.api.create_identity_provider(
            UserPoolId=self.pool,
            ProviderName="Google",
            ProviderType="Google",
            ProviderDetails=GOOGLE,
            IdpIdentifiers=["g.example"],
        )
        return "Google"

    @cached_property
    def linked(self) -> dict[str, str]:
        self.link()
        return LINK

    def link(self) -> None:
        assert self.provider
        self.api.admin_link_provider_for_user(
            UserPoolId=self.pool,
            DestinationUser={"ProviderName": "Cognito", "ProviderAttributeValue": self.user},
            SourceUser=LINK,
        )

    @cached_property
    def new_domain(self) -> str:
        return f"login-{os.urandom(6).hex()}"

    @cached_property
    def domain(self) -> str:
        self.api.create_user_pool_domain(Domain=self.new_domain, UserPoolId=self.pool)
        return self.new_domain

    @cached_property
    def branding(self) -> str:
        made = self.api.create_managed_login_branding(
            UserPoolId=self.pool, ClientId=self.client, UseCognitoProvidedValues=True
        )
        return made["ManagedLoginBranding"]["ManagedLoginBrandingId"]

    @property
    def new_terms(self) -> dict[str, Any]:
        return {
            "UserPoolId": self.pool,
            "ClientId": self.client,
            "TermsName": "terms-of-use",
            "TermsSource": "LINK",
            "Enforcement": "NONE",
            "Links": {"cognito:default": "https://example.org/terms"},
        }

    @cached_property
    def terms(self) -> str:
        return self.api.create_terms(**self.new_terms)["Terms"]["TermsId"]

    @cached_property
    def confidential(self) -> dict[str, Any]:
        """A client with a secret, for machines."""
        return self.api.create_user_pool_client(
            UserPoolId=self.pool,
            ClientName="machine",
            GenerateSecret=True,
            ExplicitAuthFlows=["ALLOW_CLIENT_TOKEN_AUTH"],
            AllowedOAuthScopes=[f"{self.server}/read"],
        )["UserPoolClient"]

    @cached_property
    def second_secret(self) -> str:
        answer = self.api.add_user_pool_client_secret(
            UserPoolId=self.pool, ClientId=self.confidential["ClientId"]
        )
        return answer["ClientSecretDescriptor"]["ClientSecretId"]

    @cached_property
    def exchanger(self) -> dict[str, Any]:
        """A client that may exchange tokens."""
        return self.api.create_user_pool_client(
            UserPoolId=self.pool, ClientName="gateway", GenerateSecret=True, ExplicitAuthFlows=EXCHANGE
        )["UserPoolClient"]

    def tracked(self) -> str:
        """The access token of a user with two sessions, in a pool that tracks them."""
        self.api.set_user_pool_session_configuration(
            UserPoolId=self.pool, UserSessionTracking="ENABLED", TokenSession={"MaxPerUser": 5}
        )
        self.people.sign_in(self.user)
        return self.token

    @cached_property
    def other_session(self) -> str:
        token = self.tracked()
        listed = self.api.list_user_sessions(AccessToken=token)["Sessions"]
        return next(each["SessionId"] for each in listed if not each["IsCurrentSession"])

    @property
    def job_settings(self) -> dict[str, Any]:
        return {"UserPoolId": self.pool, "JobName": "all", "CloudWatchLogsRoleArn": ROLE}

    @cached_property
    def job(self) -> dict[str, Any]:
        return self.api.create_user_import_job(**self.job_settings)["UserImportJob"]

    @cached_property
    def uploaded(self) -> dict[str, Any]:
        """A job with a file of one line."""
        header = self.api.get_csv_header(UserPoolId=self.pool)["CSVHeader"]
        row = {"cognito:username": "ann", "email": "ann@example.com", "email_verified": "true"}
        lines = [",".join(header), ",".join(row.get(name, "") for name in header)]
        put(self.job["PreSignedUrl"], "\n".join(lines).encode())
        return self.job

    @cached_property
    def started(self) -> dict[str, Any]:
        job = self.uploaded["JobId"]
        return self.api.start_user_import_job(UserPoolId=self.pool, JobId=job)["UserImportJob"]

    @cached_property
    def forgotten(self) -> dict[str, Any]:
        """What ConfirmForgotPassword takes."""
        self.api.forgot_password(ClientId=self.client, Username=self.user)
        return {
            "ClientId": self.client,
            "Username": self.user,
            "ConfirmationCode": self.code,
            "Password": NEW_PASSWORD,
        }

    @cached_property
    def verification(self) -> dict[str, Any]:
        """What VerifyUserAttribute takes."""
        self.api.get_user_attribute_verification_code(AccessToken=self.token, AttributeName="email")
        return {"AccessToken": self.token, "AttributeName": "email", "Code": self.code}

    @cached_property
    def totp_proof(self) -> dict[str, Any]:
        """What VerifySoftwareToken takes."""
        totp = pyotp.TOTP(self.api.associate_software_token(AccessToken=self.token)["SecretCode"])
        return {"AccessToken": self.token, "UserCode": self.people.code(totp)}

    @cached_property
    def admin_challenge(self) -> dict[str, Any]:
        """What AdminRespondToAuthChallenge takes: a new password that is waited for."""
        self.api.admin_set_user_password(
            UserPoolId=self.pool, Username=self.user, Password=PASSWORD, Permanent=False
        )
        asked = self.api.admin_initiate_auth(
            UserPoolId=self.pool,
            ClientId=self.client,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": self.user, "PASSWORD": PASSWORD},
        )
        return {
            "ClientId": self.client,
            "ChallengeName": asked["ChallengeName"],
            "Session": asked["Session"],
            "ChallengeResponses": {"USERNAME": self.user, "NEW_PASSWORD": NEW_PASSWORD},
        }

    @cached_property
    def challenge(self) -> dict[str, Any]:
        """What RespondToAuthChallenge takes: a second factor that is waited for."""
        totp = self.totp
        self.api.set_user_mfa_preference(
            AccessToken=self.token, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True}
        )
        asked = self.people.sign_in(self.user)
        return {
            "ClientId": self.client,
            "ChallengeName": asked["ChallengeName"],
            "Session": asked["Session"],
            "ChallengeResponses": {
                "USERNAME": self.user,
                "SOFTWARE_TOKEN_MFA_CODE": self.people.code(totp),
            },
        }

    @cached_property
    def rotating(self) -> dict[str, str]:
        """A client that rotates, and a refresh token of it."""
        flows = [flow for flow in FLOWS if flow != "ALLOW_REFRESH_TOKEN_AUTH"]
        client = self.people.new_client(
            ExplicitAuthFlows=flows, RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}
        )
        signed_in = self.people.sign_in(self.user, client=client)["AuthenticationResult"]
        return {"ClientId": client, "RefreshToken": signed_in["RefreshToken"]}


def put(url: str, content: bytes) -> None:
    """PUT as curl -T would."""
    request = urllib.request.Request(url, data=content, method="PUT")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200


ARN = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/{}"
CSS = ".submitButton-customizable { color: #fff; }"
RISK = {
    "CompromisedCredentialsRiskConfiguration": {"Actions": {"EventAction": "BLOCK"}},
}
LOGS = [
    {
        "LogLevel": "INFO",
        "EventSource": "userAuthEvents",
        "CloudWatchLogsConfiguration": {"LogGroupArn": LOG_ARN},
    }
]
