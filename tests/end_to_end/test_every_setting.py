"""Pools and clients with every member of their requests: all of them come back, on both databases."""

from typing import Any

import pytest
from service import Service, settings_for

pytestmark = pytest.mark.slow

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
ROLE = "arn:aws:iam::123456789012:role/any-role"
SENDER = {"LambdaVersion": "V1_0", "LambdaArn": FUNCTION}
TRIGGERS = (
    "PreSignUp CustomMessage PostConfirmation PreAuthentication PostAuthentication DefineAuthChallenge"
    " CreateAuthChallenge VerifyAuthChallengeResponse PreTokenGeneration UserMigration"
)
POOL: dict[str, Any] = {
    "PoolName": "everything",
    "Policies": {
        "PasswordPolicy": {
            "MinimumLength": 10,
            "RequireUppercase": True,
            "RequireLowercase": False,
            "RequireNumbers": True,
            "RequireSymbols": False,
            "PasswordHistorySize": 3,
            "TemporaryPasswordValidityDays": 5,
        },
        "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"]},
    },
    "DeletionProtection": "ACTIVE",
    "LambdaConfig": {
        **dict.fromkeys(TRIGGERS.split(), FUNCTION),
        "PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": FUNCTION},
        "CustomSMSSender": SENDER,
        "CustomEmailSender": SENDER,
        "InboundFederation": SENDER,
        "KMSKeyID": "arn:aws:kms:us-east-1:123456789012:key/any",
    },
    "AutoVerifiedAttributes": ["email", "phone_number"],
    "SmsVerificationMessage": "sms {####}",
    "EmailVerificationMessage": "mail {####}",
    "EmailVerificationSubject": "subject",
    "VerificationMessageTemplate": {
        "SmsMessage": "sms {####}",
        "EmailMessage": "mail {####}",
        "EmailSubject": "subject",
        "EmailMessageByLink": "{##click##}",
        "EmailSubjectByLink": "link",
        "DefaultEmailOption": "CONFIRM_WITH_LINK",
    },
    "SmsAuthenticationMessage": "auth {####}",
    "MfaConfiguration": "OPTIONAL",
    "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email", "phone_number"]},
    "DeviceConfiguration": {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": True},
    "EmailConfiguration": {
        "SourceArn": "arn:aws:ses:us-east-1:123456789012:identity/a@example.com",
        "ReplyToEmailAddress": "r@example.com",
        "EmailSendingAccount": "DEVELOPER",
        "From": "A <a@example.com>",
        "ConfigurationSet": "set",
    },
    "SmsConfiguration": {"SnsCallerArn": ROLE, "ExternalId": "e", "SnsRegion": "us-east-1"},
    "UserPoolTags": {"team": "red"},
    "AdminCreateUserConfig": {
        "AllowAdminCreateUserOnly": True,
        "UnusedAccountValidityDays": 5,
        "InviteMessageTemplate": {
            "SMSMessage": "{username} {####}",
            "EmailMessage": "{username} {####}",
            "EmailSubject": "welcome",
        },
    },
    "UserPoolAddOns": {
        "AdvancedSecurityMode": "ENFORCED",
        "AdvancedSecurityAdditionalFlows": {"CustomAuthMode": "AUDIT"},
    },
    "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
    "UserPoolTier": "PLUS",
    "KeyConfiguration": {"KeyType": "AWS_OWNED_KEY"},
    "IssuerConfiguration": {"Type": "ORIGINAL"},
    "DcrConfiguration": {
        "EnableStatus": "Disabled",
        "OpenDcrEnabled": False,
        "AuthenticatedGrantTypes": ["code"],
        "OpenDcrGrantTypes": [],
        "AllowedScopes": ["aws.cognito.signin.user.admin"],
    },
    "AcrConfiguration": {"Level2": {"AcrValue": "urn:example:two"}},
}
BORN_WITH: dict[str, Any] = {
    "AliasAttributes": ["email", "phone_number", "preferred_username"],
    "UsernameConfiguration": {"CaseSensitive": False},
    "Schema": [{"Name": "badge", "AttributeDataType": "String"}],
}
OTHERWISE = {"UsernameAttributes"}  # excludes AliasAttributes
CLIENT: dict[str, Any] = {
    "ClientName": "everything",
    "RefreshTokenValidity": 10,
    "AccessTokenValidity": 10,
    "IdTokenValidity": 20,
    "TokenValidityUnits": {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "days"},
    "ReadAttributes": ["email", "custom:badge"],
    "WriteAttributes": ["email", "custom:badge"],
    "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"],
    "SupportedIdentityProviders": ["COGNITO"],
    "CallbackURLs": ["https://example.com/back", "myapp://back"],
    "LogoutURLs": ["https://example.com/out"],
    "DefaultRedirectURI": "https://example.com/back",
    "AllowedOAuthFlows": ["code", "implicit"],
    "AllowedOAuthScopes": ["openid", "email"],
    "AllowedOAuthFlowsUserPoolClient": True,
    "AnalyticsConfiguration": {
        "ApplicationId": "a" * 32,
        "RoleArn": ROLE,
        "ExternalId": "e",
        "UserDataShared": True,
    },
    "PreventUserExistenceErrors": "ENABLED",
    "EnableTokenRevocation": False,
    "EnablePropagateAdditionalUserContextData": True,
    "AuthSessionValidity": 5,
    "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 10},
}


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def api(request, tmp_path_factory, new_database):
    folder = tmp_path_factory.mktemp(request.param)
    with Service(settings_for(folder, database=new_database(request.param, folder))) as service:
        yield service.boto3()


def members_of(api, operation):
    return set(api.meta.service_model.operation_model(operation).input_shape.members)


def renamed(pool):
    return {"Name" if name == "PoolName" else name: value for name, value in pool.items()}


def shown(api, pool, asked):
    answer = api.describe_user_pool(UserPoolId=pool)["UserPool"]
    return {name: answer.get(name) for name in asked}


def test_every_member_is_tried(api):
    """What the model learns must be learnt here too."""
    assert {*POOL, *BORN_WITH, *OTHERWISE} == members_of(api, "CreateUserPool")
    assert {*POOL, "UserPoolId"} == members_of(api, "UpdateUserPool")
    secret = {"GenerateSecret", "ClientSecret", "UserPoolId"}
    assert {*CLIENT, *secret} == members_of(api, "CreateUserPoolClient")
    assert {*CLIENT, "UserPoolId", "ClientId"} == members_of(api, "UpdateUserPoolClient")


def test_pool_created_with_everything_shows_everything(api):
    pool = api.create_user_pool(**POOL, **BORN_WITH)["UserPool"]
    asked = renamed({**POOL, **BORN_WITH})
    schema = asked.pop("Schema")
    assert {name: pool.get(name) for name in asked} == asked
    assert shown(api, pool["Id"], asked) == asked
    assert pool["SchemaAttributes"][-1]["Name"] == f"custom:{schema[0]['Name']}"


def test_pool_updated_with_everything_shows_everything_and_forgets_it(api):
    pool = api.create_user_pool(PoolName="bare")["UserPool"]
    asked = renamed(POOL)
    api.update_user_pool(UserPoolId=pool["Id"], **POOL)
    assert shown(api, pool["Id"], asked) == asked

    api.update_user_pool(UserPoolId=pool["Id"])
    kept = {"Name", "UserPoolTags", "UserPoolTier", "KeyConfiguration", "IssuerConfiguration"}
    again = shown(api, pool["Id"], asked)
    assert {name: again[name] for name in kept} == {name: asked[name] for name in kept}
    assert {name: again[name] for name in asked if name not in kept} == {
        name: pool.get(name) for name in asked if name not in kept
    }


def test_client_with_everything_shows_everything_and_forgets_it(api):
    pool = api.create_user_pool(PoolName="bare", Schema=BORN_WITH["Schema"])["UserPool"]["Id"]
    made = api.create_user_pool_client(UserPoolId=pool, GenerateSecret=True, **CLIENT)["UserPoolClient"]
    named = {"UserPoolId": pool, "ClientId": made["ClientId"]}
    assert {name: made.get(name) for name in CLIENT} == CLIENT
    assert made["ClientType"] == "REGULAR"
    assert api.describe_user_pool_client(**named)["UserPoolClient"] == made

    bare = api.create_user_pool_client(UserPoolId=pool, ClientName="everything")["UserPoolClient"]
    forgotten = api.update_user_pool_client(**named)["UserPoolClient"]
    assert {name: forgotten.get(name) for name in CLIENT} == {name: bare.get(name) for name in CLIENT}
    assert forgotten["ClientSecret"] == made["ClientSecret"]

    again = api.update_user_pool_client(**named, **CLIENT)["UserPoolClient"]
    assert {name: again.get(name) for name in CLIENT} == CLIENT
