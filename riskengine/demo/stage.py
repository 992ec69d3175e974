"""The demo's pool as an operator makes it: settings, risk configuration, users, second factors."""

from base64 import b32decode
from dataclasses import dataclass, field

from riskengine.base.secret import Secret
from riskengine.credentials.totp import STEP, hotp
from riskengine.demo.client import Api, AppIds, Visit
from riskengine.demo.clock import PlayClock
from riskengine.demo.history import DAYS
from riskengine.demo.people import PEOPLE, Person

BLOCKED = "185.220.101.0/24"  # Tor exits
SKIPPED = "193.71.80.0/24"  # a partner's network
KNOWN_PASSWORD = "Password1"  # noqa: S105 - among the most common ones, which is the point
SPRAYED_PASSWORD = "Sommer2026"  # noqa: S105 - what many would choose, on no list yet
STAGE_DAYS = DAYS + 1  # how long before the play the pool was made
_PASSWORDS = {"marcos": KNOWN_PASSWORD, "mette": SPRAYED_PASSWORD}


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that was made before the play."""

    app: AppIds
    keys: dict[str, bytes] = field(repr=False)  # of the users' authenticator apps

    def code(self, username: str, now: int) -> str:
        """What a user's authenticator app shows."""
        return hotp(self.keys[username], now // STEP)


def password_of(username: str) -> str:
    """A made-up user's password."""
    return _PASSWORDS.get(username, f"{username.capitalize()}-likes-9-lakes")


def set_stage(api: Api, clock: PlayClock, opening: int) -> Stage:
    """Make the pool, a day before its first recorded sign-in."""
    app = _create_pool(api)
    for person in PEOPLE:
        _create_user(api, app, person)
    keys = {
        person.name: _register_totp(api, app, person, clock, opening) for person in PEOPLE if person.has_totp
    }
    return Stage(app, keys)


def _create_pool(api: Api) -> AppIds:
    policy = {"MinimumLength": 8, "RequireUppercase": True, "RequireLowercase": True, "RequireNumbers": True}
    pool = api.operator.create_user_pool(
        PoolName="demo",
        Policies={"PasswordPolicy": policy},
        UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"},
    )["UserPool"]["Id"]
    api.operator.set_user_pool_mfa_config(
        UserPoolId=pool, SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration="OPTIONAL"
    )
    client = api.operator.create_user_pool_client(
        UserPoolId=pool,
        ClientName="demo-app",
        ExplicitAuthFlows=[
            "ALLOW_USER_PASSWORD_AUTH",
            "ALLOW_ADMIN_USER_PASSWORD_AUTH",
            "ALLOW_USER_SRP_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
        ],
        PreventUserExistenceErrors="ENABLED",
    )["UserPoolClient"]["ClientId"]
    actions = {"LowAction": "NO_ACTION", "MediumAction": "MFA_IF_CONFIGURED", "HighAction": "BLOCK"}
    api.operator.set_risk_configuration(
        UserPoolId=pool,
        AccountTakeoverRiskConfiguration={
            "Actions": {level: {"Notify": False, "EventAction": action} for level, action in actions.items()}
        },
        CompromisedCredentialsRiskConfiguration={"Actions": {"EventAction": "BLOCK"}},
        RiskExceptionConfiguration={"BlockedIPRangeList": [BLOCKED], "SkippedIPRangeList": [SKIPPED]},
    )
    return AppIds(pool, client)


def _create_user(api: Api, app: AppIds, person: Person) -> None:
    email = {"Name": "email", "Value": f"{person.name}@example.com"}
    api.operator.admin_create_user(
        UserPoolId=app.pool, Username=person.name, UserAttributes=[email], MessageAction="SUPPRESS"
    )
    api.operator.admin_set_user_password(
        UserPoolId=app.pool, Username=person.name, Password=password_of(person.name), Permanent=True
    )


def _register_totp(api: Api, app: AppIds, person: Person, clock: PlayClock, opening: int) -> bytes:
    """The user's own doing, at home. No preference is set: only risk will ask for a code."""
    visit = Visit(
        username=person.name,
        password=Secret(password_of(person.name)),
        address=person.home_address,
        headers=person.laptop.browser.header_lines(person.laptop.language, STAGE_DAYS),
        context=person.laptop.context(opening, STAGE_DAYS),
        time=clock.now(),
    )
    token = api.first_token(app, visit)
    secret = api.operator.associate_software_token(AccessToken=token)["SecretCode"]
    key = b32decode(secret + "=" * (-len(secret) % 8))
    code = hotp(key, clock.now() // STEP)
    api.operator.verify_software_token(AccessToken=token, UserCode=code)
    return key
