"""Request-rate categories, as Cognito forms them, with its default quotas (requests a second)."""

from collections.abc import Mapping
from dataclasses import dataclass

from riskengine import api


@dataclass(frozen=True, slots=True)
class Category:
    """Operations that share one rate; `cognito` is what Cognito grants them by default."""

    cognito: int
    operations: frozenset[str]


def _of(cognito: int, names: str) -> Category:
    return Category(cognito, frozenset(names.split()))


_USERS: Mapping[str, Category] = {
    "UserAuthentication": _of(120, "InitiateAuth AdminInitiateAuth"),
    "UserAuthenticationResponse": _of(360, "RespondToAuthChallenge AdminRespondToAuthChallenge"),
    "UserCreation": _of(50, "SignUp ConfirmSignUp AdminCreateUser AdminConfirmSignUp"),
    "UserAccountRecovery": _of(
        30, "ForgotPassword ConfirmForgotPassword ChangePassword AdminResetUserPassword AdminSetUserPassword"
    ),
    "UserRead": _of(120, "GetUser AdminGetUser GetUserAuthFactors AdminGetUserAuthFactors"),
    "UserUpdate": _of(
        25,
        "AdminUpdateUserAttributes AdminDeleteUserAttributes AdminDeleteUser AdminEnableUser"
        " AdminDisableUser AdminAddUserToGroup AdminRemoveUserFromGroup AdminLinkProviderForUser"
        " AdminDisableProviderForUser UpdateUserAttributes DeleteUserAttributes DeleteUser",
    ),
    "UserToken": _of(
        120, "RevokeToken GetTokensFromRefreshToken GlobalSignOut AdminUserGlobalSignOut GetDerivedToken"
    ),
    "UserResourceRead": _of(
        50,
        "GetDevice ListDevices AdminGetDevice AdminListDevices AdminListGroupsForUser"
        " AdminListUserAuthEvents GetUserAttributeVerificationCode ResendConfirmationCode"
        " ListUserSessions AdminListUserSessions ListWebAuthnCredentials",
    ),
    "UserResourceUpdate": _of(
        25,
        "ConfirmDevice ForgetDevice UpdateDeviceStatus AdminForgetDevice AdminUpdateDeviceStatus"
        " AssociateSoftwareToken VerifySoftwareToken AdminDeleteSoftwareToken SetUserMFAPreference"
        " AdminSetUserMFAPreference SetUserSettings AdminSetUserSettings VerifyUserAttribute"
        " UpdateAuthEventFeedback AdminUpdateAuthEventFeedback RevokeUserSession AdminRevokeUserSession"
        " StartWebAuthnRegistration CompleteWebAuthnRegistration DeleteWebAuthnCredential",
    ),
    "UserList": _of(30, "ListUsers ListUsersInGroup"),
    "ClientAuthentication": _of(150, "GetClientToken"),
}
_CLIENT = "UserPoolClient"
_READS = ("Describe", "Get", "List")


def category_of(operation: str) -> str:
    """The category of an operation: users' ones by name, those of pools by what they read or change."""
    named = _BY_OPERATION.get(operation)
    if named is not None:
        return named
    verb = "Read" if operation.startswith(_READS) else "Update"
    if _CLIENT in operation:
        return f"{_CLIENT}{verb}"
    return f"UserPool{verb}" if "UserPool" in operation else f"UserPoolResource{verb}"


_BY_OPERATION = {name: category for category, one in _USERS.items() for name in one.operations}
_OF_POOLS = ("UserPoolRead", "UserPoolUpdate", "UserPoolResourceUpdate", f"{_CLIENT}Read", f"{_CLIENT}Update")

COGNITO: Mapping[str, int] = {
    **{category: one.cognito for category, one in _USERS.items()},
    **dict.fromkeys(_OF_POOLS, 15),
    "UserPoolResourceRead": 20,
}
CATEGORIES: Mapping[str, str] = {name: category_of(name) for name in api.OPERATIONS}
