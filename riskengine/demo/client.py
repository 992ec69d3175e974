"""boto3 as the demo uses it: an operator's signed calls, and sign-ins with a visitor's own headers.

Imported by the demo alone, as it runs: boto3 is an extra, and slow to import.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from riskengine.base.clock import SECOND
from riskengine.base.secret import Secret
from riskengine.context.fingerprint import JAVASCRIPT, sign
from riskengine.demo.browsers import Headers

_SERVICE = "cognito-identity-provider"
TARGET = "AWSCognitoIdentityProviderService."
_EXTENSIONS = ("X-Riskengine-Extensions", "1")
_NO_SESSION = Secret("")
_TRANSPORT = ("X-Amz-Target", "Content-Type", "Content-Length")  # what a call can't do without

Door = Literal["app", "server"]


@dataclass(frozen=True, slots=True)
class Access:
    """How operators reach the service: its address, and an access key."""

    endpoint: str
    region: str
    key_id: str
    secret: Secret


@dataclass(frozen=True, slots=True)
class Visit:
    """One try to sign in, as it leaves somebody's machine."""

    username: str
    password: Secret
    address: str
    headers: Headers
    context: Mapping[str, str] | None  # what the collector in the page read
    time: int  # microseconds


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API said: tokens, a challenge with its session, or an error."""

    challenge: str = ""
    session: Secret = _NO_SESSION
    error: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class AppIds:
    """What an app is configured with."""

    pool: str
    client: str


class Api:
    """The service through boto3."""

    def __init__(self, access: Access) -> None:
        settings = {"endpoint_url": access.endpoint, "region_name": access.region}
        once = Config(retries={"total_max_attempts": 1}, read_timeout=30)
        session = boto3.session.Session()
        self.operator: Any = session.client(
            "cognito-idp",
            aws_access_key_id=access.key_id,
            aws_secret_access_key=access.secret.reveal(),
            config=once,
            **settings,
        )
        self._public: Any = session.client(
            "cognito-idp", config=once.merge(Config(signature_version=UNSIGNED)), **settings
        )
        self._visit: Visit | None = None
        self._events: dict[str, Any] = {}
        self._public.meta.events.register(f"before-send.{_SERVICE}", self._dress)
        listing = f"{_SERVICE}.AdminListUserAuthEvents"
        self.operator.meta.events.register(f"before-call.{listing}", _ask_for_extensions)
        self.operator.meta.events.register(f"after-call.{listing}", self._keep_events)

    def sign_in(self, app: AppIds, visit: Visit, door: Door = "app") -> Answer:
        """Present a password: from the visitor's browser, or by the app's own server, which tells of it."""
        given = {"USERNAME": visit.username, "PASSWORD": visit.password.reveal()}
        if door == "server":
            return self._answer(
                self.operator.admin_initiate_auth,
                UserPoolId=app.pool,
                ClientId=app.client,
                AuthFlow="ADMIN_USER_PASSWORD_AUTH",
                AuthParameters=given,
                ContextData=_context_data(app, visit),
            )
        self._visit = visit
        return self._answer(
            self._public.initiate_auth,
            ClientId=app.client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters=given,
            **_user_context(app, visit),
        )

    def answer_code(self, app: AppIds, visit: Visit, session: Secret, code: str) -> Answer:
        """Answer the challenge for a code of the authenticator app, from the visitor's browser."""
        self._visit = visit
        return self._answer(
            self._public.respond_to_auth_challenge,
            ClientId=app.client,
            ChallengeName="SOFTWARE_TOKEN_MFA",
            Session=session.reveal(),
            ChallengeResponses={"USERNAME": visit.username, "SOFTWARE_TOKEN_MFA_CODE": code},
            **_user_context(app, visit),
        )

    def first_token(self, app: AppIds, visit: Visit) -> str:
        """The access token of a sign-in that nobody doubts."""
        self._visit = visit
        answer = self._public.initiate_auth(
            ClientId=app.client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": visit.username, "PASSWORD": visit.password.reveal()},
            **_user_context(app, visit),
        )
        return str(answer["AuthenticationResult"]["AccessToken"])

    def latest_event(self, app: AppIds, username: str) -> dict[str, Any] | None:
        """The newest event of a user with score and reasons; None where there is no such user."""
        try:
            self.operator.admin_list_user_auth_events(UserPoolId=app.pool, Username=username, MaxResults=1)
        except self.operator.exceptions.UserNotFoundException:
            return None
        events = self._events["AuthEvents"]
        return dict(events[0]) if events else None

    def _answer(self, call: Any, **request: Any) -> Answer:
        try:
            answer = call(**request)
        except ClientError as error:
            told = error.response["Error"]
            return Answer(error=told["Code"], message=told["Message"])
        return Answer(challenge=answer.get("ChallengeName", ""), session=Secret(answer.get("Session", "")))

    def _dress(self, request: Any, **_: Any) -> None:
        """The visitor's headers in their order, as a reverse proxy in front of us passes them on."""
        visit = self._visit
        if visit is None:
            return
        needed = [(name, request.headers[name]) for name in _TRANSPORT if name in request.headers]
        request.headers.clear()
        for name, value in (*visit.headers, *needed, ("X-Forwarded-For", visit.address)):
            request.headers[name] = value

    def _keep_events(self, http_response: Any, **_: Any) -> None:
        # boto3 drops members that Amazon's model does not have.
        self._events = json.loads(http_response.content)


def encoded_data(app: AppIds, visit: Visit) -> str | None:
    """EncodedData as the JavaScript collector makes it."""
    if visit.context is None:
        return None
    payload = json.dumps(
        {
            "contextData": dict(visit.context),
            "username": visit.username,
            "userPoolId": app.pool,
            "timestamp": str(visit.time * 1000 // SECOND),
        }
    )
    signature = sign(app.client, JAVASCRIPT, payload).decode()
    envelope = {"payload": payload, "signature": signature, "version": JAVASCRIPT}
    return b64encode(json.dumps(envelope).encode()).decode()


def _user_context(app: AppIds, visit: Visit) -> dict[str, Any]:
    encoded = encoded_data(app, visit)
    return {} if encoded is None else {"UserContextData": {"EncodedData": encoded}}


def _context_data(app: AppIds, visit: Visit) -> dict[str, Any]:
    encoded = encoded_data(app, visit)
    return {
        "IpAddress": visit.address,
        "ServerName": "app.example.com",
        "ServerPath": "/sign-in",
        "HttpHeaders": [{"headerName": name, "headerValue": value} for name, value in visit.headers],
        **({} if encoded is None else {"EncodedData": encoded}),
    }


def _ask_for_extensions(params: dict[str, Any], **_: Any) -> None:
    name, value = _EXTENSIONS
    params["headers"][name] = value
