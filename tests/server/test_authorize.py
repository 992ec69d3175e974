"""Who may call: keys and tokens that are good, expired, revoked, of somebody gone."""

import asyncio

import pytest
from botocore.exceptions import ClientError
from msgspec.structs import replace
from service import Service, settings_for
from wire_client import post

from riskengine import api
from riskengine.base.clock import SECOND
from riskengine.base.ids import new_pool_id
from riskengine.base.secret import Secret
from riskengine.entities import AccessKey, Client, Pool, User
from riskengine.flows.access_keys import PURPOSE
from riskengine.flows.fresh import Fresh
from riskengine.flows.token_issuer import Grant
from riskengine.tokens import jwt

CLIENT = "b" * 26


async def lists(call, request):
    return api.ListUserPoolsResponse()


async def get_user(call, request):
    caller = call.signed_in
    return api.GetUserResponse(
        username=caller.user.username,
        user_attributes=(api.AttributeType(name="sub", value=caller.session.sub),),
        preferred_mfa_setting=f"{caller.client} {' '.join(caller.scopes)}",
    )


async def global_sign_out(call, request):
    return api.GlobalSignOutResponse()


async def associate(call, request):
    return api.AssociateSoftwareTokenResponse(session=Secret(str(call.caller is not None)))


HANDLERS = {
    "ListUserPools": lists,
    "GetUser": get_user,
    "GlobalSignOut": global_sign_out,
    "AssociateSoftwareToken": associate,
}


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    with Service(settings_for(tmp_path_factory.mktemp("authorize")), HANDLERS) as running:
        yield running


class Home:
    """A pool with one signed-in user."""

    def __init__(self, web, pool_id):
        self.web = web
        self.now = web.clock.now()
        self.pool = Pool(
            id=pool_id, created=self.now, modified=self.now, description=api.UserPoolType(id=pool_id)
        )
        self.client = Client(
            pool=pool_id,
            id=CLIENT,
            created=self.now,
            modified=self.now,
            description=api.UserPoolClientType(user_pool_id=pool_id, client_id=Secret(CLIENT)),
        )
        self.user = User(
            pool=pool_id,
            sub=f"sub-{pool_id}",
            username="alice",
            created=self.now,
            modified=self.now,
            status="CONFIRMED",
        )
        self.token, self.session = web.do(self._settle)

    async def _settle(self, services):
        async with services.storage.transaction() as tx:
            tx.pools.add(self.pool)
            tx.users.add(self.user, name_key="alice", aliases=())
        grant = Grant(self.pool, self.client, self.user, (), event_id="e")
        new = await services.tokens.begin_session(grant, self.now)
        async with services.storage.transaction() as tx:
            tx.sessions.add(new.session)
        return (await new.tokens()).access_token.reveal(), new.session

    def change_user(self, **changes):
        async def change(services):
            async with services.storage.transaction() as tx:
                found = await tx.users.get(self.pool.id, self.user.sub)
                tx.users.save(replace(found, **changes))

        self.web.do(change)

    def do(self, work):
        async def inside(services):
            async with services.storage.transaction() as tx:
                await work(tx)

        self.web.do(inside)

    def signed(self, **changes):
        """An access token with other claims, signed with the pool's own key."""

        async def sign(services):
            keys = await services.tokens.keys_of(self.pool.id)
            found = {
                **jwt.verified_claims(Secret(self.token), {keys.access.kid: keys.access.public}),
                **changes,
            }
            return jwt.sign(keys.access, {name: value for name, value in found.items() if value is not None})

        return self.web.do(sign).reveal()


@pytest.fixture
def home(web):
    return Home(web, new_pool_id("us-east-1"))


def get(web, token, operation="GetUser"):
    return post(web, operation, {"AccessToken": token})


def refusal(answer):
    return answer.error, answer.json["message"]


def test_a_good_token_opens_its_user(home, web):
    answer = get(web, home.token)

    assert answer.json == {
        "Username": "alice",
        "UserAttributes": [{"Name": "sub", "Value": home.user.sub}],
        "PreferredMfaSetting": f"{CLIENT} aws.cognito.signin.user.admin",
    }


@pytest.mark.parametrize("token", ["x", "a.b.c", "..", "x" * 20_000])
def test_a_malformed_token_is_refused(web, token):
    answer = get(web, token)

    assert answer.status == 400
    assert answer.error in {"NotAuthorizedException", "InvalidParameterException"}


def test_a_token_whose_signature_was_changed_is_refused(home, web):
    head, payload, signature = home.token.split(".")
    other = ("B" if signature[0] == "A" else "A") + signature[1:]

    answer = get(web, f"{head}.{payload}.{other}")

    assert refusal(answer) == ("NotAuthorizedException", "Could not verify signature for Access Token")


def test_a_token_of_another_pool_s_key_is_refused(home, web):
    other = Home(web, new_pool_id("us-east-1"))

    async def issuer(services):
        return services.tokens.issuer_of(home.pool.id)

    answer = get(web, other.signed(iss=web.do(issuer)))

    assert refusal(answer) == ("NotAuthorizedException", "Could not verify signature for Access Token")


def test_a_token_of_another_issuer_is_refused(home, web):
    answer = get(web, home.signed(iss=f"https://elsewhere.example/{home.pool.id}"))

    assert refusal(answer) == ("NotAuthorizedException", "Invalid Access Token")


def test_a_token_of_a_pool_that_is_gone_is_refused(home, web):
    async def delete(tx):
        tx.pools.delete(await tx.pools.get(home.pool.id))

    assert get(web, home.token).status == 200
    home.do(delete)

    assert refusal(get(web, home.token)) == ("NotAuthorizedException", "Invalid Access Token")


def test_an_id_token_is_no_access_token(home, web):
    answer = get(web, home.signed(token_use="id"))

    assert refusal(answer) == ("NotAuthorizedException", "Invalid Access Token")


def test_an_expired_token_is_refused(home, web):
    answer = get(web, home.signed(exp=home.now // SECOND - 1))

    assert refusal(answer) == ("NotAuthorizedException", "Access Token has expired")


def test_the_id_token_s_key_signs_no_access_tokens(home, web):
    async def sign(services):
        keys = await services.tokens.keys_of(home.pool.id)
        found = jwt.verified_claims(Secret(home.token), {keys.access.kid: keys.access.public})
        return jwt.sign(keys.id, found).reveal()

    answer = get(web, web.do(sign))

    assert refusal(answer) == ("NotAuthorizedException", "Could not verify signature for Access Token")


def test_another_user_s_session_is_refused(home, web):
    async def add(tx):
        bob = replace(home.user, sub="sub-of-bob", username="bob", version=0)
        tx.users.add(bob, name_key="bob", aliases=())

    home.do(add)

    answer = get(web, home.signed(sub="sub-of-bob"))

    assert refusal(answer) == ("NotAuthorizedException", "Access Token has been revoked")


def test_a_token_without_the_scope_is_refused(home, web):
    answer = get(web, home.signed(scope="openid email"))

    assert refusal(answer) == ("NotAuthorizedException", "Access Token does not have required scopes")


def test_a_token_of_a_revoked_session_is_refused(home, web):
    async def revoke(tx):
        session = await tx.sessions.get(home.pool.id, home.session.id)
        tx.sessions.save(replace(session, is_revoked=True))

    home.do(revoke)

    assert refusal(get(web, home.token)) == ("NotAuthorizedException", "Access Token has been revoked")


@pytest.mark.parametrize("origin", [None, "no-such-session"])
def test_a_token_of_no_session_is_refused(home, web, origin):
    answer = get(web, home.signed(origin_jti=origin))

    assert refusal(answer) == ("NotAuthorizedException", "Access Token has been revoked")


def test_tokens_from_before_the_sign_out_are_refused(home, web):
    home.change_user(signed_out_at=home.session.created)

    assert refusal(get(web, home.token)) == ("NotAuthorizedException", "Access Token has been revoked")


def test_tokens_from_after_the_sign_out_are_good(home, web):
    home.change_user(signed_out_at=home.session.created - 1)

    assert get(web, home.token).status == 200


def test_a_disabled_user_is_refused(home, web):
    home.change_user(is_enabled=False)

    assert refusal(get(web, home.token)) == ("NotAuthorizedException", "User is disabled.")


def test_a_deleted_user_is_told_as_the_operation_can(home, web):
    async def delete(tx):
        tx.users.delete(await tx.users.get(home.pool.id, home.user.sub))

    home.do(delete)

    assert refusal(get(web, home.token)) == ("UserNotFoundException", "User does not exist.")
    assert refusal(get(web, home.token, "GlobalSignOut")) == (
        "NotAuthorizedException",
        "Invalid Access Token",
    )


def test_a_session_may_stand_in_for_the_token_where_the_model_says_so(home, web):
    with_token = post(web, "AssociateSoftwareToken", {"AccessToken": home.token})
    with_session = post(web, "AssociateSoftwareToken", {"Session": "x" * 40})
    with_neither = post(web, "AssociateSoftwareToken", {})

    assert [one.json["Session"] for one in (with_token, with_session, with_neither)] == [
        "True",
        "False",
        "False",
    ]


def test_a_bad_token_is_refused_even_beside_a_session(web):
    answer = post(web, "AssociateSoftwareToken", {"AccessToken": "a.b.c", "Session": "x" * 40})

    assert answer.error == "NotAuthorizedException"


def test_an_unknown_key_is_refused(web):
    client = web.boto3(("AKIAUNKNOWN", "secret"))

    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        client.list_user_pools(MaxResults=1)


def test_a_wrong_secret_is_refused(web):
    client = web.boto3((web.key()[0], "wrong"))

    with pytest.raises(ClientError, match="InvalidSignatureException"):
        client.list_user_pools(MaxResults=1)


def test_an_inactive_key_is_refused(web):
    async def add(services):
        sealed = services.sealer.seal(PURPOSE, b"secret", b"AKIDLE")
        async with services.storage.transaction() as tx:
            tx.keys.add_access(AccessKey(id="AKIDLE", secret=sealed, created=0, is_active=False))

    web.do(add)

    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        web.boto3(("AKIDLE", "secret")).list_user_pools(MaxResults=1)


def test_a_key_sealed_under_another_master_key_is_refused(web):
    async def add(services):
        async with services.storage.transaction() as tx:
            tx.keys.add_access(AccessKey(id="AKLOST", secret=bytes(64), created=0))

    web.do(add)

    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        web.boto3(("AKLOST", "secret")).list_user_pools(MaxResults=1)


def test_temporary_credentials_are_refused(web):
    import boto3

    id_, secret = web.key()
    client = boto3.client(
        "cognito-idp",
        endpoint_url=web.endpoint,
        region_name="us-east-1",
        aws_access_key_id=id_,
        aws_secret_access_key=secret,
        aws_session_token="temporary",
    )

    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        client.list_user_pools(MaxResults=1)


def test_a_deleted_key_is_refused_within_a_second(web):
    key = web.key()
    client = web.boto3(key)
    client.list_user_pools(MaxResults=1)

    async def delete(services):
        async with services.storage.transaction() as tx:
            tx.keys.delete_access(key[0])
        await asyncio.sleep(1.01)

    web.do(delete)

    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        client.list_user_pools(MaxResults=1)


def test_a_virtual_clock_does_not_touch_signatures(new_service):
    running = new_service(HANDLERS)
    client = running.boto3()

    running.clock.advance(90 * 86_400)

    assert client.list_user_pools(MaxResults=1)["ResponseMetadata"]["HTTPStatusCode"] == 200


class Hand:
    """A clock set by hand."""

    def __init__(self):
        self.time = 10 * SECOND

    def now(self):
        return self.time


class Shelf:
    """Counts how often it is asked."""

    def __init__(self, **values):
        self.values = values
        self.asked = []

    async def read(self, key):
        self.asked.append(key)
        return self.values.get(key)


async def test_an_answer_is_believed_for_less_than_a_second():
    clock, shelf = Hand(), Shelf(a=1)
    fresh = Fresh(shelf.read, clock)

    seen = []
    for moment in (0, SECOND - 1, SECOND):
        clock.time = 10 * SECOND + moment
        seen.append((await fresh.get("a"), len(shelf.asked)))

    assert seen == [(1, 1), (1, 1), (1, 2)]


async def test_what_is_absent_is_asked_for_each_time():
    clock, shelf = Hand(), Shelf()
    fresh = Fresh(shelf.read, clock)
    await fresh.get("a")
    shelf.values["a"] = 1

    assert await fresh.get("a") == 1


async def test_a_clock_set_back_keeps_nothing_alive():
    clock, shelf = Hand(), Shelf(a=1)
    fresh = Fresh(shelf.read, clock)
    await fresh.get("a")
    clock.time -= 3600 * SECOND
    del shelf.values["a"]

    assert await fresh.get("a") is None


async def test_the_memory_is_bounded_and_drops_the_oldest():
    clock, shelf = Hand(), Shelf(a=1, b=2, c=3)
    fresh = Fresh(shelf.read, clock, limit=2)

    for key in ("a", "b", "c", "b", "c", "a"):
        await fresh.get(key)

    assert shelf.asked == ["a", "b", "c", "a"]
