"""What the demo says before its table and after it."""

from riskengine.demo.browsers import CHROME_MAC
from riskengine.demo.client import TARGET, Access, AppIds
from riskengine.demo.history import DAYS
from riskengine.demo.people import ASTRID, BRAZIL, PEOPLE, address_in
from riskengine.demo.stage import password_of
from riskengine.risk import Thresholds


def introduction(sign_ins: int, limits: Thresholds) -> str:
    """What the reader is about to see."""
    return f"""\
A company of {len(PEOPLE)} people in Norway, Spain and Brazil has signed in {sign_ins:,} times in {DAYS} days,
and the engine has learned their habits. Here is one morning of theirs, played through the real
API (boto3) as if from behind a reverse proxy. The points add up; 10 more double the odds of an attack.

This pool's levels: Low from {limits.low} points, Medium from {limits.medium}, High from {limits.high}.
Its risk configuration: let Low in, ask for a code at Medium (of those who have one), block High.
"""


def next_steps(access: Access, app: AppIds) -> str:
    """Ready-made lines for whoever wants to go on from here."""
    user, password = ASTRID.name, password_of(ASTRID.name)
    abroad, agent = address_in(BRAZIL.homes[0], "next steps"), CHROME_MAC.agent_text(0)
    return f"""
The service goes on at {access.endpoint}; Ctrl+C ends it.
User pool {app.pool}, app client {app.client}, user {user}, password {password}

In another terminal, an operator of the demo:

  export AWS_ACCESS_KEY_ID={access.key_id}
  export AWS_SECRET_ACCESS_KEY={access.secret.reveal()}
  export AWS_DEFAULT_REGION={access.region} AWS_ENDPOINT_URL={access.endpoint}

Sign in as {user}; what the engine thought of it; and that it was not her:

  aws cognito-idp initiate-auth --auth-flow USER_PASSWORD_AUTH --client-id {app.client} \\
    --auth-parameters USERNAME={user},PASSWORD={password}
  aws cognito-idp admin-list-user-auth-events --user-pool-id {app.pool} --username {user} --max-results 1
  aws cognito-idp admin-update-auth-event-feedback --user-pool-id {app.pool} --username {user} \\
    --event-id EVENT_ID --feedback-value Invalid

The same from Brazil on a Mac (here, X-Forwarded-For is believed); then the points and their reasons:

  curl -s {access.endpoint} -H 'Content-Type: application/x-amz-json-1.1' \\
    -H 'X-Amz-Target: {TARGET}InitiateAuth' \\
    -H 'X-Forwarded-For: {abroad}' -A '{agent}' \\
    -d '{{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"{app.client}",
         "AuthParameters":{{"USERNAME":"{user}","PASSWORD":"{password}"}}}}'
  curl -s {access.endpoint} -H 'Content-Type: application/x-amz-json-1.1' \\
    -H 'X-Amz-Target: {TARGET}AdminListUserAuthEvents' \\
    -H 'X-Riskengine-Extensions: 1' --aws-sigv4 aws:amz:{access.region}:cognito-idp \\
    --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \\
    -d '{{"UserPoolId":"{app.pool}","Username":"{user}","MaxResults":1}}' | python3 -m json.tool

In Python, with the same environment:

  import boto3
  cognito = boto3.client("cognito-idp")
  cognito.describe_risk_configuration(UserPoolId="{app.pool}")
"""
