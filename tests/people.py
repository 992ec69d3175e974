"""A pool with people in it, over a running service; every test makes its own."""

import itertools
from typing import Any

import pyotp
from service import Service

PASSWORD = "Corr3ct-horse!"
HOME = "88.88.12.34"  # Telenor, Norway
AWAY = "41.58.1.1"  # Swift Networks, Nigeria
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
SENDER = {
    "EmailSendingAccount": "DEVELOPER",
    "SourceArn": "arn:aws:ses:us-east-1:123456789012:identity/app@example.com",
    "From": "app@example.com",
}
FLOWS = [
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_USER_AUTH",
]


class People:
    """One pool, one client, and what its people do."""

    def __init__(self, service: Service, *, mode: str = "ENFORCED", **client: Any) -> None:
        self.service = service
        self.api = service.shared_api
        self.pool = self.api.create_user_pool(
            PoolName="people",
            UserPoolAddOns={"AdvancedSecurityMode": mode},
            EmailConfiguration=SENDER,
        )["UserPool"]["Id"]
        self.client = self.new_client(**client)
        self._names = itertools.count(1)

    def new_client(self, **members: Any) -> str:
        members = {"ClientName": "app", "ExplicitAuthFlows": FLOWS, **members}
        answer = self.api.create_user_pool_client(UserPoolId=self.pool, **members)
        return answer["UserPoolClient"]["ClientId"]

    def mfa(self, configuration: str, *, totp: bool = True, sms: bool = False, email: bool = False) -> None:
        settings: dict[str, Any] = {"SoftwareTokenMfaConfiguration": {"Enabled": totp}}
        if sms:
            sns = {"SnsCallerArn": "arn:aws:iam::123456789012:role/sms", "ExternalId": "x"}
            settings["SmsMfaConfiguration"] = {"SmsConfiguration": sns}
        if email:
            settings["EmailMfaConfiguration"] = {"Message": "Your code: {####}", "Subject": "Code"}
        self.api.set_user_pool_mfa_config(UserPoolId=self.pool, MfaConfiguration=configuration, **settings)

    def pool_with(self, **settings: Any) -> None:
        """A pool like this one with other settings takes its place, and a client of it."""
        add_ons = {"AdvancedSecurityMode": "ENFORCED"}
        settings = {"UserPoolAddOns": add_ons, "EmailConfiguration": SENDER, **settings}
        self.pool = self.api.create_user_pool(PoolName="people", **settings)["UserPool"]["Id"]
        self.client = self.new_client()

    def reachable(self, user: str, **attributes: str) -> str:
        """The user with addresses, verified unless it is said otherwise."""
        flags = {f"{name}_verified": "true" for name in attributes if f"{name}_verified" not in attributes}
        given = {name: value for name, value in {**flags, **attributes}.items() if "_verified_" not in name}
        listed = [{"Name": name, "Value": value} for name, value in given.items()]
        self.api.admin_update_user_attributes(UserPoolId=self.pool, Username=user, UserAttributes=listed)
        return user

    def actions(self, low: str, medium: str, high: str, **more: Any) -> None:
        each = {"LowAction": low, "MediumAction": medium, "HighAction": high}
        takeover = {
            "Actions": {name: {"Notify": False, "EventAction": action} for name, action in each.items()}
        }
        self.api.set_risk_configuration(
            UserPoolId=self.pool, AccountTakeoverRiskConfiguration=takeover, **more
        )

    def user(self, password: str = PASSWORD) -> str:
        name = f"user{next(self._names)}"
        self.api.admin_create_user(UserPoolId=self.pool, Username=name, MessageAction="SUPPRESS")
        self.api.admin_set_user_password(
            UserPoolId=self.pool, Username=name, Password=password, Permanent=True
        )
        return name

    def status(self, user: str) -> str:
        return self.api.admin_get_user(UserPoolId=self.pool, Username=user)["UserStatus"]

    def sign_in(self, user: str, password: str = PASSWORD, client: str | None = None) -> dict[str, Any]:
        """From the user's own machine, which is this one."""
        return self.api.initiate_auth(
            ClientId=client or self.client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": user, "PASSWORD": password},
        )

    def sign_in_from(self, address: str, agent: str, user: str, password: str = PASSWORD) -> dict[str, Any]:
        """Through the app's server, which tells where the user is."""
        headers = [{"headerName": "User-Agent", "headerValue": agent}]
        return self.api.admin_initiate_auth(
            UserPoolId=self.pool,
            ClientId=self.client,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": user, "PASSWORD": password},
            ContextData={
                "IpAddress": address,
                "ServerName": "app.example.com",
                "ServerPath": "/login",
                "HttpHeaders": headers,
            },
        )

    def answer(self, challenge: dict[str, Any], user: str, *, admin: bool = False, **answers: str) -> Any:
        members = {
            "ClientId": self.client,
            "ChallengeName": challenge["ChallengeName"],
            "ChallengeResponses": {"USERNAME": user, **answers},
        }
        if "Session" in challenge:
            members["Session"] = challenge["Session"]
        if admin:
            return self.api.admin_respond_to_auth_challenge(UserPoolId=self.pool, **members)
        return self.api.respond_to_auth_challenge(**members)

    def register_totp(self, access_token: str) -> pyotp.TOTP:
        totp = pyotp.TOTP(self.api.associate_software_token(AccessToken=access_token)["SecretCode"])
        # The step before this one: registering spends it, and the present code stays good.
        code = totp.at(self.seconds() - 30)
        self.api.verify_software_token(AccessToken=access_token, UserCode=code)
        return totp

    def code(self, totp: pyotp.TOTP) -> str:
        return totp.at(self.seconds())

    def seconds(self) -> int:
        return self.service.clock.now() // 1_000_000

    def events(self, user: str) -> list[dict[str, Any]]:
        """Newest first."""
        return self.api.admin_list_user_auth_events(UserPoolId=self.pool, Username=user)["AuthEvents"]

    def habits(self, user: str, days: int = 12) -> None:
        """The user signed in from home once a day; the clock moves on."""
        for _ in range(days):
            self.service.clock.advance(86_400)
            self.sign_in_from(HOME, CHROME, user)
