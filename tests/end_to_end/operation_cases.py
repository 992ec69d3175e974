"""For every operation: a request that is answered, and one that is refused, with the error's code.

A case is `good(world)`, the members of a request. What is refused is the same request with `wrong` members in
place of its own; by default a pool that nobody has, or a token that nobody signed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from operation_world import (
    ARN,
    CSS,
    GOOGLE,
    LINK,
    LOGS,
    NEW_PASSWORD,
    RISK,
    World,
)
from people import PASSWORD

Members = dict[str, Any]
NO_POOL = "us-east-1_Nobody000"
NO_CLIENT = "1" * 26
NO_TOKEN = "eyJh.eyJh.eyJh"


@dataclass(frozen=True)
class Case:
    """One operation's requests."""

    good: Callable[[World], Members]
    wrong: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""


def of_pool(*names: str, **more: Any) -> Case:
    """Members that are things of the world, named as its attributes."""
    return Case(
        lambda world: {"UserPoolId": world.pool, **{n: getattr(world, v) for n, v in _pairs(names)}, **more}
    )


def of_user(**more: Any) -> Case:
    return Case(lambda world: {"UserPoolId": world.pool, "Username": world.user, **more})


def of_token(**more: Any) -> Case:
    return Case(lambda world: {"AccessToken": world.token, **more})


def refused(case: Case, code: str, **wrong: Any) -> Case:
    return Case(case.good, wrong, code)


def _pairs(names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (one.partition("=") for one in names)]


def _attribute(name: str, value: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value}]


POOLS: dict[str, Case] = {
    "CreateUserPool": refused(
        Case(lambda _: {"PoolName": "shop"}),
        "InvalidParameterException",
        AliasAttributes=["email"],
        UsernameAttributes=["email"],
    ),
    "DescribeUserPool": of_pool(),
    "UpdateUserPool": of_pool(),
    "DeleteUserPool": of_pool(),
    "ListUserPools": refused(Case(lambda _: {"MaxResults": 1}), "InvalidParameterException", NextToken="x"),
    "AddCustomAttributes": of_pool(CustomAttributes=[{"Name": "tier", "AttributeDataType": "String"}]),
    "GetUserPoolMfaConfig": of_pool(),
    "SetUserPoolMfaConfig": of_pool(
        MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True}
    ),
    "GetSigningCertificate": of_pool(),
    "SetRiskConfiguration": of_pool(**RISK),
    "DescribeRiskConfiguration": of_pool(),
    "GetLogDeliveryConfiguration": of_pool(),
    "SetLogDeliveryConfiguration": of_pool(LogConfigurations=LOGS),
    "GetUserPoolSessionConfiguration": of_pool(),
    "SetUserPoolSessionConfiguration": of_pool(UserSessionTracking="ENABLED", TokenSession={"MaxPerUser": 3}),
    "ListTagsForResource": refused(
        Case(lambda world: {"ResourceArn": ARN.format(world.pool)}),
        "ResourceNotFoundException",
        ResourceArn=ARN.format(NO_POOL),
    ),
    "TagResource": refused(
        Case(lambda world: {"ResourceArn": ARN.format(world.pool), "Tags": {"team": "a"}}),
        "ResourceNotFoundException",
        ResourceArn=ARN.format(NO_POOL),
    ),
    "UntagResource": refused(
        Case(lambda world: {"ResourceArn": ARN.format(world.pool), "TagKeys": ["team"]}),
        "ResourceNotFoundException",
        ResourceArn=ARN.format(NO_POOL),
    ),
}
CLIENTS: dict[str, Case] = {
    "CreateUserPoolClient": of_pool(ClientName="web"),
    "DescribeUserPoolClient": of_pool("ClientId=client"),
    "UpdateUserPoolClient": of_pool("ClientId=client"),
    "DeleteUserPoolClient": of_pool("ClientId=client"),
    "ListUserPoolClients": of_pool(),
    "AddUserPoolClientSecret": refused(
        Case(lambda world: {"UserPoolId": world.pool, "ClientId": world.confidential["ClientId"]}),
        "ResourceNotFoundException",
        ClientId=NO_CLIENT,
    ),
    "ListUserPoolClientSecrets": of_pool("ClientId=client"),
    "DeleteUserPoolClientSecret": refused(
        Case(
            lambda world: {
                "UserPoolId": world.pool,
                "ClientId": world.confidential["ClientId"],
                "ClientSecretId": world.second_secret,
            }
        ),
        "ResourceNotFoundException",
        ClientSecretId="none",
    ),
    "GetUserPoolClientSessionConfiguration": of_pool("ClientId=client"),
    "SetUserPoolClientSessionConfiguration": refused(
        Case(
            lambda world: {
                "UserPoolId": world.tracked() and world.pool,
                "ClientId": world.client,
                "SSOSession": {"MaxValidityMinutes": 5},
            }
        ),
        "ResourceNotFoundException",
        ClientId=NO_CLIENT,
    ),
    "GetClientToken": refused(
        Case(
            lambda world: {
                "ClientId": world.confidential["ClientId"],
                "Secret": world.confidential["ClientSecret"],
            }
        ),
        "NotAuthorizedException",
        Secret="w" * 51,
    ),
    "GetDerivedToken": refused(
        Case(
            lambda world: {
                "ClientId": world.exchanger["ClientId"],
                "ClientSecret": world.exchanger["ClientSecret"],
                "SubjectToken": world.token,
                "SubjectTokenType": "ACCESS_TOKEN",
            }
        ),
        "NotAuthorizedException",
        SubjectToken=NO_TOKEN,
    ),
}
HOSTED: dict[str, Case] = {
    "CreateResourceServer": of_pool(Identifier="shop", Name="shop"),
    "DescribeResourceServer": of_pool("Identifier=server"),
    "UpdateResourceServer": of_pool("Identifier=server", Name="other"),
    "DeleteResourceServer": of_pool("Identifier=server"),
    "ListResourceServers": of_pool(MaxResults=5),
    "CreateIdentityProvider": of_pool(ProviderName="Google", ProviderType="Google", ProviderDetails=GOOGLE),
    "DescribeIdentityProvider": of_pool("ProviderName=provider"),
    "UpdateIdentityProvider": of_pool("ProviderName=provider", ProviderDetails=GOOGLE),
    "DeleteIdentityProvider": of_pool("ProviderName=provider"),
    "ListIdentityProviders": of_pool(),
    "GetIdentityProviderByIdentifier": refused(
        Case(lambda world: {"UserPoolId": world.provider and world.pool, "IdpIdentifier": "g.example"}),
        "ResourceNotFoundException",
        IdpIdentifier="x.example",
    ),
    "AdminLinkProviderForUser": refused(
        Case(
            lambda world: {
                "UserPoolId": world.provider and world.pool,
                "DestinationUser": {"ProviderName": "Cognito", "ProviderAttributeValue": world.user},
                "SourceUser": LINK,
            }
        ),
        "ResourceNotFoundException",
        SourceUser={**LINK, "ProviderName": "Nobody"},
    ),
    "AdminDisableProviderForUser": refused(
        Case(lambda world: {"UserPoolId": world.pool, "User": world.linked}),
        "UserNotFoundException",
        User={**LINK, "ProviderAttributeValue": "nobody"},
    ),
    "CreateUserPoolDomain": of_pool("Domain=new_domain"),
    "DescribeUserPoolDomain": refused(
        Case(lambda world: {"Domain": world.domain}), "InvalidParameterException", Domain="BAD DOMAIN"
    ),
    "UpdateUserPoolDomain": refused(
        of_pool("Domain=domain", ManagedLoginVersion=2), "InvalidParameterException", UserPoolId=NO_POOL
    ),
    "DeleteUserPoolDomain": refused(
        of_pool("Domain=domain"), "InvalidParameterException", UserPoolId=NO_POOL
    ),
    "GetUICustomization": Case(lambda world: {"UserPoolId": world.domain and world.pool}),
    "SetUICustomization": refused(
        Case(lambda world: {"UserPoolId": world.domain and world.pool, "CSS": CSS}),
        "InvalidParameterException",
        CSS="}",
    ),
    "CreateManagedLoginBranding": of_pool("ClientId=client", UseCognitoProvidedValues=True),
    "DescribeManagedLoginBranding": of_pool("ManagedLoginBrandingId=branding"),
    "DescribeManagedLoginBrandingByClient": refused(
        Case(lambda world: {"UserPoolId": world.branding and world.pool, "ClientId": world.client}),
        "ResourceNotFoundException",
        ClientId=NO_CLIENT,
    ),
    "UpdateManagedLoginBranding": of_pool("ManagedLoginBrandingId=branding", UseCognitoProvidedValues=True),
    "DeleteManagedLoginBranding": of_pool("ManagedLoginBrandingId=branding"),
    "CreateTerms": Case(lambda world: world.new_terms),
    "DescribeTerms": of_pool("TermsId=terms"),
    "DescribeTermsByClient": refused(
        Case(
            lambda world: {
                "UserPoolId": world.terms and world.pool,
                "ClientId": world.client,
                "TermsName": "terms-of-use",
            }
        ),
        "ResourceNotFoundException",
        TermsName="privacy-policy",
    ),
    "UpdateTerms": of_pool("TermsId=terms", Links={"cognito:default": "https://example.org/new"}),
    "DeleteTerms": of_pool("TermsId=terms"),
    "ListTerms": of_pool(),
    "GetCSVHeader": of_pool(),
    "CreateUserImportJob": Case(lambda world: world.job_settings),
    "DescribeUserImportJob": Case(lambda world: {"UserPoolId": world.pool, "JobId": world.job["JobId"]}),
    "ListUserImportJobs": of_pool(MaxResults=5),
    "StartUserImportJob": refused(
        Case(lambda world: {"UserPoolId": world.pool, "JobId": world.uploaded["JobId"]}),
        "ResourceNotFoundException",
        JobId="import-none",
    ),
    "StopUserImportJob": refused(
        Case(lambda world: {"UserPoolId": world.pool, "JobId": world.started["JobId"]}),
        "ResourceNotFoundException",
        JobId="import-none",
    ),
}
GROUPS: dict[str, Case] = {
    "CreateGroup": of_pool(GroupName="staff"),
    "GetGroup": of_pool("GroupName=group"),
    "UpdateGroup": of_pool("GroupName=group", Precedence=3),
    "DeleteGroup": of_pool("GroupName=group"),
    "ListGroups": of_pool(),
    "ListUsersInGroup": of_pool("GroupName=group"),
    "AdminAddUserToGroup": of_pool("GroupName=group", "Username=user"),
    "AdminRemoveUserFromGroup": of_pool("GroupName=group", "Username=user"),
    "AdminListGroupsForUser": of_user(),
}
ADMINS: dict[str, Case] = {
    "AdminCreateUser": of_pool(Username="new", MessageAction="SUPPRESS"),
    "AdminGetUser": of_user(),
    "AdminDeleteUser": of_user(),
    "AdminSetUserPassword": of_user(Password=NEW_PASSWORD, Permanent=True),
    "AdminResetUserPassword": of_user(),
    "AdminEnableUser": of_user(),
    "AdminDisableUser": of_user(),
    "AdminUpdateUserAttributes": of_user(UserAttributes=_attribute("custom:badge", "7")),
    "AdminDeleteUserAttributes": of_user(UserAttributeNames=["custom:badge"]),
    "AdminConfirmSignUp": of_pool("Username=newcomer"),
    "AdminSetUserSettings": of_user(MFAOptions=[]),
    "AdminSetUserMFAPreference": of_user(SoftwareTokenMfaSettings={"Enabled": False}),
    "AdminDeleteSoftwareToken": refused(
        Case(lambda world: {"UserPoolId": world.totp and world.pool, "Username": world.user}),
        "UserNotFoundException",
        Username="nobody",
    ),
    "AdminGetUserAuthFactors": of_user(),
    "AdminUserGlobalSignOut": of_user(),
    "AdminListUserAuthEvents": of_user(),
    "AdminUpdateAuthEventFeedback": refused(
        Case(
            lambda world: {
                "UserPoolId": world.pool,
                "Username": world.user,
                "EventId": world.event,
                "FeedbackValue": "Valid",
            }
        ),
        "ResourceNotFoundException",
        EventId="none",
    ),
    "AdminListDevices": of_user(),
    "AdminGetDevice": of_pool("Username=user", "DeviceKey=device"),
    "AdminUpdateDeviceStatus": of_pool("Username=user", "DeviceKey=device"),
    "AdminForgetDevice": of_pool("Username=user", "DeviceKey=device"),
    "AdminListUserSessions": Case(
        lambda world: {"UserPoolId": world.tracked() and world.pool, "Username": world.user}
    ),
    "AdminRevokeUserSession": of_pool("Username=user", "SessionId=other_session"),
    "AdminInitiateAuth": refused(
        Case(
            lambda world: {
                "UserPoolId": world.pool,
                "ClientId": world.client,
                "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
                "AuthParameters": {"USERNAME": world.user, "PASSWORD": PASSWORD},
            }
        ),
        "UserNotFoundException",
        AuthParameters={"USERNAME": "nobody", "PASSWORD": PASSWORD},
    ),
    "AdminRespondToAuthChallenge": refused(
        Case(lambda world: {"UserPoolId": world.pool, **world.admin_challenge}),
        "NotAuthorizedException",
        Session="x" * 40,
    ),
    "ListUsers": of_pool(Filter='status = "Enabled"'),
}
PUBLIC: dict[str, Case] = {
    "SignUp": refused(
        Case(lambda world: {"ClientId": world.client, "Username": "new", "Password": PASSWORD}),
        "InvalidPasswordException",
        Password="short",
    ),
    "ConfirmSignUp": refused(
        Case(
            lambda world: {
                "ClientId": world.client,
                "Username": world.newcomer,
                "ConfirmationCode": world.code,
            }
        ),
        "CodeMismatchException",
        ConfirmationCode="000000x",
    ),
    "ResendConfirmationCode": refused(
        Case(lambda world: {"ClientId": world.client, "Username": world.newcomer}),
        "ResourceNotFoundException",
        ClientId=NO_CLIENT,
    ),
    "ForgotPassword": refused(
        Case(lambda world: {"ClientId": world.client, "Username": world.user}),
        "UserNotFoundException",
        Username="nobody",
    ),
    "ConfirmForgotPassword": refused(
        Case(lambda world: world.forgotten), "CodeMismatchException", ConfirmationCode="000000x"
    ),
    "InitiateAuth": refused(
        Case(
            lambda world: {
                "ClientId": world.client,
                "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": {"USERNAME": world.user, "PASSWORD": PASSWORD},
            }
        ),
        "UserNotFoundException",
        AuthParameters={"USERNAME": "nobody", "PASSWORD": PASSWORD},
    ),
    "RespondToAuthChallenge": refused(
        Case(lambda world: world.challenge), "NotAuthorizedException", Session="x" * 40
    ),
    "GetTokensFromRefreshToken": refused(
        Case(lambda world: world.rotating), "NotAuthorizedException", RefreshToken="x.y"
    ),
    "UpdateAuthEventFeedback": refused(
        Case(
            lambda world: {
                "UserPoolId": world.pool,
                "Username": world.user,
                "EventId": world.event,
                "FeedbackToken": world.feedback_token,
                "FeedbackValue": "Invalid",
            }
        ),
        "NotAuthorizedException",
        FeedbackToken=NO_TOKEN,
    ),
    "RevokeToken": refused(
        Case(lambda world: {"ClientId": world.client, "Token": world.tokens["RefreshToken"]}),
        "UnauthorizedException",
        ClientId=NO_CLIENT,
    ),
}
OWN: dict[str, Case] = {
    "GetUser": of_token(),
    "DeleteUser": of_token(),
    "UpdateUserAttributes": of_token(UserAttributes=_attribute("custom:badge", "7")),
    "DeleteUserAttributes": of_token(UserAttributeNames=["custom:badge"]),
    "GetUserAttributeVerificationCode": of_token(AttributeName="email"),
    "VerifyUserAttribute": refused(
        Case(lambda world: world.verification), "CodeMismatchException", Code="000000x"
    ),
    "ChangePassword": refused(
        Case(
            lambda world: {
                "AccessToken": world.token,
                "PreviousPassword": PASSWORD,
                "ProposedPassword": NEW_PASSWORD,
            }
        ),
        "NotAuthorizedException",
        PreviousPassword="wrong",
    ),
    "GlobalSignOut": of_token(),
    "SetUserSettings": of_token(MFAOptions=[]),
    "SetUserMFAPreference": of_token(SoftwareTokenMfaSettings={"Enabled": False}),
    "GetUserAuthFactors": of_token(),
    "AssociateSoftwareToken": of_token(),
    "VerifySoftwareToken": refused(
        Case(lambda world: world.totp_proof), "EnableSoftwareTokenMFAException", UserCode="000000"
    ),
    "ConfirmDevice": refused(
        Case(lambda world: {"AccessToken": world.token, **world.offered_device}),
        "InvalidParameterException",
        DeviceKey="us-east-1_0a1b2c3d-0a1b-4a1b-8a1b-0a1b2c3d4e5f",
    ),
    "GetDevice": Case(lambda world: {"AccessToken": world.token, "DeviceKey": world.device}),
    "ListDevices": of_token(),
    "UpdateDeviceStatus": Case(
        lambda world: {
            "AccessToken": world.token,
            "DeviceKey": world.device,
            "DeviceRememberedStatus": "remembered",
        }
    ),
    "ForgetDevice": Case(lambda world: {"AccessToken": world.token, "DeviceKey": world.device}),
    "StartWebAuthnRegistration": of_token(),
    "CompleteWebAuthnRegistration": refused(
        Case(lambda world: {"AccessToken": world.token, "Credential": world.passkey}),
        "InvalidParameterException",
        Credential={},
    ),
    "ListWebAuthnCredentials": of_token(),
    "DeleteWebAuthnCredential": refused(
        Case(lambda world: {"AccessToken": world.token, "CredentialId": world.passkey_id}),
        "ResourceNotFoundException",
        CredentialId="none",
    ),
    "ListUserSessions": Case(lambda world: {"AccessToken": world.tracked()}),
    "RevokeUserSession": refused(
        Case(lambda world: {"AccessToken": world.tracked(), "SessionId": world.other_session}),
        "ResourceNotFoundException",
        SessionId="tkn" + "0" * 25,
    ),
}
CASES: dict[str, Case] = {**POOLS, **CLIENTS, **HOSTED, **GROUPS, **ADMINS, **PUBLIC, **OWN}


def bad(case: Case, members: Members) -> tuple[Members, str]:
    """The refused request out of the good one, and its error's code."""
    if case.wrong:
        return {**members, **case.wrong}, case.code
    if "AccessToken" in members:
        return {**members, "AccessToken": NO_TOKEN}, "NotAuthorizedException"
    return {**members, "UserPoolId": NO_POOL}, "ResourceNotFoundException"
