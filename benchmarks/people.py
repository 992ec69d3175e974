"""The people who sign in: the same pool, client, users and calls, whichever server they are made on."""

import json
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.request import Request, urlopen

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from servers import Server
from srp_client import new_private, public_hex

REGION = "us-east-1"
Act = Literal["InitiateAuth", "srp", "AdminInitiateAuth", "refresh"]
Mode = Literal["OFF", "AUDIT", "ENFORCED"]

_PASSWORD = "Corr3ct-horse-battery!"
_FLOWS = [
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
]
_TARGET = "AWSCognitoIdentityProviderService."
_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Safari/537.36"
)
_BROWSER = {"User-Agent": _AGENT, "Accept-Language": "nb-NO,nb;q=0.9,en;q=0.8"}


@dataclass(frozen=True)
class People:
    """Users of one client of one pool, each with a public address and a refresh token."""

    server: Server
    pool: str
    client: str
    users: tuple[str, ...]
    refresh_tokens: tuple[str, ...]
    password: str = _PASSWORD

    def order(self, act: Act, connections: int, seconds: float, warm_up: float) -> dict[str, Any]:
        """What the load generator is told."""
        users = range(len(self.users))
        return {
            "url": self.server.url + "/",
            "connections": connections,
            "seconds": seconds,
            "warm_up": warm_up,
            "proof": '"AccessToken"',
            "requests": [self.request(act, user) for user in users],
        }

    def request(self, act: Act, number: int) -> dict[str, Any]:
        """One user's request, as it is sent."""
        name = self.users[number]
        match act:
            case "InitiateAuth":
                members: dict[str, Any] = {
                    "AuthFlow": "USER_PASSWORD_AUTH",
                    "AuthParameters": {"USERNAME": name, "PASSWORD": self.password},
                }
            case "srp":
                return self._exchange(number)
            case "AdminInitiateAuth":
                members = {
                    "UserPoolId": self.pool,
                    "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
                    "AuthParameters": {"USERNAME": name, "PASSWORD": self.password},
                    "ContextData": _context_of(number),
                }
            case "refresh":
                token = {"REFRESH_TOKEN": self.refresh_tokens[number]}
                members = {"AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": token}
        body = json.dumps({"ClientId": self.client, **members})
        headers = _headers("InitiateAuth" if act == "refresh" else act, number)
        if act == "AdminInitiateAuth":
            headers = _signed(self.server, headers, body)
        return {"headers": headers, "body": body}

    def _exchange(self, number: int) -> dict[str, Any]:
        """Two requests; the second one's body is made from the answer to the first."""
        private = new_private()
        answers = {"USERNAME": self.users[number], "SRP_A": public_hex(private)}
        members = {"ClientId": self.client, "AuthFlow": "USER_SRP_AUTH", "AuthParameters": answers}
        prover = {
            "pool": self.pool,
            "client": self.client,
            "password": self.password,
            "private": f"{private:x}",
        }
        return {
            "headers": _headers("InitiateAuth", number),
            "body": json.dumps(members),
            "proof": {"headers": _headers("RespondToAuthChallenge", number), "prover": prover},
        }


def _headers(operation: str, number: int) -> dict[str, str]:
    return {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": _TARGET + operation,
        **_BROWSER,
        "X-Forwarded-For": address_of(number),
    }


def _context_of(number: int) -> dict[str, Any]:
    """What an application's server tells of the browser before it."""
    return {
        "IpAddress": address_of(number),
        "ServerName": "app.example.com",
        "ServerPath": "/login",
        "HttpHeaders": [{"headerName": n, "headerValue": v} for n, v in _BROWSER.items()],
    }


def address_of(number: int) -> str:
    """A public address of a user's own, in a /24 that few share."""
    return f"88.88.{number % 250}.{number // 250 + 1}"


def operators_call(server: Server, operation: str, **members: Any) -> dict[str, Any]:
    """A signed request for the load generator; it is good for five minutes."""
    body = json.dumps(members)
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": _TARGET + operation}
    return {"headers": _signed(server, headers, body), "body": body}


def operators_api(server: Server) -> Any:
    """A client that makes operators' calls."""
    return boto3.client(
        "cognito-idp",
        endpoint_url=server.url,
        region_name=REGION,
        aws_access_key_id=server.key[0],
        aws_secret_access_key=server.key[1],
        config=Config(retries={"total_max_attempts": 1}),
    )


def settle(server: Server, count: int, mode: Mode) -> People:
    """A pool with `count` users who have signed in once."""
    api = operators_api(server)
    add_ons = {"AdvancedSecurityMode": mode}
    pool: str = api.create_user_pool(PoolName="people", UserPoolAddOns=add_ons)["UserPool"]["Id"]
    made = api.create_user_pool_client(UserPoolId=pool, ClientName="app", ExplicitAuthFlows=_FLOWS)
    client: str = made["UserPoolClient"]["ClientId"]
    users = tuple(f"user{number:04}@example.com" for number in range(count))
    for user in users:
        api.admin_create_user(UserPoolId=pool, Username=user, MessageAction="SUPPRESS")
        api.admin_set_user_password(UserPoolId=pool, Username=user, Password=_PASSWORD, Permanent=True)
    people = People(server, pool, client, users, ())
    return replace(people, refresh_tokens=tuple(_first_sign_in(people, number) for number in range(count)))


def _first_sign_in(people: People, number: int) -> str:
    """The refresh token of a real sign-in, from where the later ones come: people are known there."""
    asked = people.request("InitiateAuth", number)
    request = Request(people.server.url + "/", asked["body"].encode(), asked["headers"])
    with urlopen(request) as answer:
        token: str = json.load(answer)["AuthenticationResult"]["RefreshToken"]
    return token


def _signed(server: Server, headers: dict[str, str], body: str) -> dict[str, str]:
    request = AWSRequest("POST", server.url + "/", headers=headers, data=body.encode())
    SigV4Auth(Credentials(*server.key), "cognito-idp", REGION).add_auth(request)
    return dict(request.headers.items())
