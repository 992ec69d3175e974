"""Resource servers through boto3, and the scopes that clients name."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

READ = {"ScopeName": "read", "ScopeDescription": "Read all"}
WRITE = {"ScopeName": "write", "ScopeDescription": "Write all"}
URL = "https://api.example.org/v1"


def listed(cognito, pool, **options):
    answer = cognito.list_resource_servers(UserPoolId=pool, **options)
    return [server["Identifier"] for server in answer["ResourceServers"]], answer.get("NextToken")


def test_a_resource_server_is_created_and_described(cognito, pool):
    created = cognito.create_resource_server(
        UserPoolId=pool, Identifier=URL, Name="Example", Scopes=[WRITE, READ]
    )["ResourceServer"]

    assert created == {"UserPoolId": pool, "Identifier": URL, "Name": "Example", "Scopes": [WRITE, READ]}
    described = cognito.describe_resource_server(UserPoolId=pool, Identifier=URL)
    assert described["ResourceServer"] == created


def test_an_identifier_is_taken_once_in_a_pool(cognito, pool, new_pool, refused):
    cognito.create_resource_server(UserPoolId=pool, Identifier="api", Name="a")
    cognito.create_resource_server(UserPoolId=new_pool(), Identifier="api", Name="a")

    with refused("InvalidParameterException", f"api already exists in user pool {pool}."):
        cognito.create_resource_server(UserPoolId=pool, Identifier="api", Name="b")


def test_update_replaces_name_and_scopes(cognito, pool):
    cognito.create_resource_server(UserPoolId=pool, Identifier="api", Name="a", Scopes=[READ])

    updated = cognito.update_resource_server(UserPoolId=pool, Identifier="api", Name="b", Scopes=[WRITE])
    assert (updated["ResourceServer"]["Name"], updated["ResourceServer"]["Scopes"]) == ("b", [WRITE])

    bare = cognito.update_resource_server(UserPoolId=pool, Identifier="api", Name="b")
    assert bare["ResourceServer"]["Scopes"] == []
    assert cognito.describe_resource_server(UserPoolId=pool, Identifier="api") | {
        "ResponseMetadata": None
    } == bare | {"ResponseMetadata": None}


def test_a_deleted_one_is_gone_and_its_identifier_free(cognito, pool, refused):
    cognito.create_resource_server(UserPoolId=pool, Identifier="api", Name="a")
    cognito.delete_resource_server(UserPoolId=pool, Identifier="api")

    with refused("ResourceNotFoundException", "Resource server api does not exist."):
        cognito.describe_resource_server(UserPoolId=pool, Identifier="api")
    cognito.create_resource_server(UserPoolId=pool, Identifier="api", Name="a")


def test_listing_pages_by_identifier(cognito, pool, refused):
    for name in "cab":
        cognito.create_resource_server(UserPoolId=pool, Identifier=name, Name=name)

    first, token = listed(cognito, pool, MaxResults=2)
    second, end = listed(cognito, pool, MaxResults=2, NextToken=token)

    assert (first, second, end) == (["a", "b"], ["c"], None)
    assert listed(cognito, pool)[0] == ["a", "b", "c"]
    for size in (0, 51):
        with refused("InvalidParameterException", "maxResults"):
            cognito.list_resource_servers(UserPoolId=pool, MaxResults=size)


def test_what_is_not_there_is_not_found(cognito, pool, refused):
    calls = (
        cognito.describe_resource_server,
        cognito.update_resource_server,
        cognito.delete_resource_server,
    )
    for call in calls:
        more = {"Name": "a"} if call == cognito.update_resource_server else {}
        with refused("ResourceNotFoundException", "Resource server api does not exist."):
            call(UserPoolId=pool, Identifier="api", **more)
        with refused("ResourceNotFoundException", "User pool us-east-1_nobody does not exist."):
            call(UserPoolId="us-east-1_nobody", Identifier="api", **more)
        with refused("InvalidParameterException", "identifier"):
            call(UserPoolId=pool, Identifier='a"b', **more)
    for call in (cognito.create_resource_server, cognito.list_resource_servers):
        more = {"Identifier": "api", "Name": "a"} if call == cognito.create_resource_server else {}
        with refused("ResourceNotFoundException", "User pool us-east-1_nobody does not exist."):
            call(UserPoolId="us-east-1_nobody", **more)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"Identifier": "a b"}, "identifier"),
        ({"Name": "a/b"}, "name"),
        ({"Scopes": [{**READ, "ScopeName": "a/b"}]}, "scopeName"),
        ({"Scopes": [{"ScopeName": "a"}]}, "scopeDescription"),
        ({"Scopes": [{**READ, "ScopeName": f"s{at}"} for at in range(101)]}, "scopes"),
        ({"Scopes": [READ, {**WRITE, "ScopeName": "read"}]}, "same name"),
    ],
)
def test_bad_settings_are_refused(cognito, pool, refused, settings, text):
    with refused("InvalidParameterException", text):
        cognito.create_resource_server(**{"UserPoolId": pool, "Identifier": "api", "Name": "a", **settings})


def test_twenty_five_fit_into_a_pool_however_they_come(cognito, pool, refused):
    for at in range(21):
        cognito.create_resource_server(UserPoolId=pool, Identifier=f"first{at}", Name="a")

    def create(at):
        try:
            cognito.create_resource_server(UserPoolId=pool, Identifier=f"then{at}", Name="a")
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "created"

    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(create, range(8)))

    assert sorted(outcomes) == ["LimitExceededException"] * 4 + ["created"] * 4
    assert len(listed(cognito, pool)[0]) == 25
    with refused("LimitExceededException", "25"):
        cognito.create_resource_server(UserPoolId=pool, Identifier="last", Name="a")


def test_updates_at_the_same_time_all_end_in_one_of_them(cognito, pool):
    cognito.create_resource_server(UserPoolId=pool, Identifier="api", Name="a")

    def update(name):
        scope = {"ScopeName": name, "ScopeDescription": name}
        cognito.update_resource_server(UserPoolId=pool, Identifier="api", Name=name, Scopes=[scope])

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(update, "bcdefghi"))

    server = cognito.describe_resource_server(UserPoolId=pool, Identifier="api")["ResourceServer"]
    assert [scope["ScopeName"] for scope in server["Scopes"]] == [server["Name"]]


def test_clients_may_name_scopes_that_exist(cognito, pool, new_client, refused):
    cognito.create_resource_server(UserPoolId=pool, Identifier=URL, Name="a", Scopes=[READ])
    oauth = {"AllowedOAuthFlows": ["client_credentials"], "GenerateSecret": True}

    client = new_client(pool, AllowedOAuthScopes=[f"{URL}/read"], **oauth)
    assert client["AllowedOAuthScopes"] == [f"{URL}/read"]

    for scope in (f"{URL}/write", f"{URL}/", "read", "/read", "other/read"):
        with refused("ScopeDoesNotExistException", f"Invalid scope requested: {scope}"):
            new_client(pool, AllowedOAuthScopes=[f"{URL}/read", scope], **oauth)
        with refused("ScopeDoesNotExistException", f"Invalid scope requested: {scope}"):
            cognito.update_user_pool_client(
                UserPoolId=pool, ClientId=client["ClientId"], AllowedOAuthScopes=[scope]
            )
