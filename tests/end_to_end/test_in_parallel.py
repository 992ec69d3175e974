"""Many at once change the same thing, on both databases: each change is kept, and no limit is overrun."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError
from people import PASSWORD
from service import Service, settings_for

pytestmark = pytest.mark.slow

MANY = 16


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def anywhere(request, tmp_path_factory, new_database):
    folder = tmp_path_factory.mktemp(request.param)
    with Service(settings_for(folder, database=new_database(request.param, folder))) as service:
        yield service


@pytest.fixture(scope="module")
def api(anywhere):
    """A client that takes the first answer for the last."""
    return anywhere.boto3(max_pool_connections=MANY)


@pytest.fixture
def pool(api):
    schema = [{"Name": f"n{number}", "AttributeDataType": "String"} for number in range(MANY)]
    return api.create_user_pool(PoolName="busy", Schema=schema)["UserPool"]["Id"]


@pytest.fixture
def user(api, pool):
    api.admin_create_user(UserPoolId=pool, Username="ann", MessageAction="SUPPRESS")
    api.admin_set_user_password(UserPoolId=pool, Username="ann", Password=PASSWORD, Permanent=True)
    return "ann"


def at_once(act, many=MANY):
    """The error codes of many calls at the same time; "" for those that were answered."""

    def one(number):
        try:
            act(number)
        except ClientError as error:
            return error.response["Error"]["Code"]
        return ""

    with ThreadPoolExecutor(MANY) as threads:
        return list(threads.map(one, range(many)))


def attributes_of(api, pool, user):
    listed = api.admin_get_user(UserPoolId=pool, Username=user)["UserAttributes"]
    return {each["Name"] for each in listed}


def test_each_administrators_change_of_a_user_is_kept(api, pool, user):
    codes = at_once(
        lambda number: api.admin_update_user_attributes(
            UserPoolId=pool, Username=user, UserAttributes=[{"Name": f"custom:n{number}", "Value": "x"}]
        )
    )
    assert codes == [""] * MANY
    assert attributes_of(api, pool, user) == {"sub", *(f"custom:n{number}" for number in range(MANY))}


def test_each_change_of_ones_own_is_kept(api, pool, user):
    flows = ["ALLOW_USER_PASSWORD_AUTH"]
    client = api.create_user_pool_client(UserPoolId=pool, ClientName="app", ExplicitAuthFlows=flows)
    tokens = api.initiate_auth(
        ClientId=client["UserPoolClient"]["ClientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user, "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    codes = at_once(
        lambda number: api.update_user_attributes(
            AccessToken=tokens["AccessToken"], UserAttributes=[{"Name": f"custom:n{number}", "Value": "x"}]
        )
    )
    assert codes == [""] * MANY
    assert attributes_of(api, pool, user) == {"sub", *(f"custom:n{number}" for number in range(MANY))}


def test_each_tag_and_each_custom_attribute_is_kept(api, pool):
    arn = f"arn:aws:cognito-idp:us-east-1:000000000000:userpool/{pool}"

    def add(number):
        api.tag_resource(ResourceArn=arn, Tags={f"t{number}": ""})
        new = {"Name": f"m{number}", "AttributeDataType": "String"}
        api.add_custom_attributes(UserPoolId=pool, CustomAttributes=[new])

    assert at_once(add) == [""] * MANY
    assert len(api.list_tags_for_resource(ResourceArn=arn)["Tags"]) == MANY
    schema = api.describe_user_pool(UserPoolId=pool)["UserPool"]["SchemaAttributes"]
    assert sum(each["Name"].startswith("custom:") for each in schema) == 2 * MANY


def test_pool_settings_are_kept_or_told_to_be_overtaken(api, pool):
    """Two that replace the same settings can't both hold: the second is told, never undone in silence."""
    codes = at_once(lambda number: api.update_user_pool(UserPoolId=pool, PoolName=f"name{number}"))
    assert "" in codes
    assert set(codes) <= {"", "ConcurrentModificationException"}
    kept = api.describe_user_pool(UserPoolId=pool)["UserPool"]["Name"]
    assert codes[int(kept.removeprefix("name"))] == ""


def test_no_second_secret_is_a_third(api, pool):
    client = api.create_user_pool_client(UserPoolId=pool, ClientName="web", GenerateSecret=True)
    named = {"UserPoolId": pool, "ClientId": client["UserPoolClient"]["ClientId"]}
    codes = at_once(lambda _: api.add_user_pool_client_secret(**named))
    assert sorted(codes) == ["", *["LimitExceededException"] * (MANY - 1)]
    assert len(api.list_user_pool_client_secrets(**named)["ClientSecrets"]) == 2


def test_no_client_slips_past_the_thousandth(api, pool):
    def make(_):
        api.create_user_pool_client(UserPoolId=pool, ClientName="app")

    assert set(at_once(make, 1000 - MANY // 2)) == {""}
    codes = at_once(make)
    assert sorted(codes) == [*[""] * (MANY // 2), *["LimitExceededException"] * (MANY // 2)]


def test_nobody_slips_into_a_group_too_many(api, pool, user):
    for number in range(100 + MANY - 2):
        api.create_group(UserPoolId=pool, GroupName=f"g{number:03}")
    member = {"UserPoolId": pool, "Username": user}
    for number in range(98):
        api.admin_add_user_to_group(**member, GroupName=f"g{number:03}")
    codes = at_once(lambda number: api.admin_add_user_to_group(**member, GroupName=f"g{98 + number:03}"))
    assert sorted(codes) == ["", "", *["InvalidParameterException"] * (MANY - 2)]


def test_one_name_makes_one_group_and_one_user(api, pool):
    groups = at_once(lambda _: api.create_group(UserPoolId=pool, GroupName="staff"))
    assert sorted(groups) == ["", *["GroupExistsException"] * (MANY - 1)]
    users = at_once(
        lambda _: api.admin_create_user(UserPoolId=pool, Username="bob", MessageAction="SUPPRESS")
    )
    assert sorted(users) == ["", *["UsernameExistsException"] * (MANY - 1)]


def test_who_is_deleted_meanwhile_is_not_found(api, pool):
    """Every one is told something true, whoever comes first."""
    named = {"UserPoolId": pool, "Username": "eve"}
    acts = (
        lambda: api.admin_delete_user(**named),
        lambda: api.admin_user_global_sign_out(**named),
        lambda: api.admin_disable_user(**named),
        lambda: api.admin_set_user_password(**named, Password=PASSWORD),
    )
    for _ in range(4):
        api.admin_create_user(**named, MessageAction="SUPPRESS")
        codes = at_once(lambda number: acts[number % len(acts)]())
        assert set(codes) <= {"", "UserNotFoundException"}
