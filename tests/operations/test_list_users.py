"""ListUsers through boto3: filters, pages, chosen attributes."""

import pytest


@pytest.fixture(scope="module")
def crowd(cognito):
    """A pool with three users: one disabled, one unconfirmed by an own password."""
    pool = cognito.create_user_pool(PoolName="crowd")["UserPool"]["Id"]
    people = {
        "alice": {"email": "alice@example.com", "given_name": "Alice", "name": 'The "A"'},
        "alina": {"email": "alina@example.com", "given_name": "Alina"},
        "bob": {"phone_number": "+4912345", "family_name": "Builder"},
    }
    for name, attributes in people.items():
        listed = [{"Name": key, "Value": value} for key, value in attributes.items()]
        cognito.admin_create_user(UserPoolId=pool, Username=name, UserAttributes=listed)
    cognito.admin_disable_user(UserPoolId=pool, Username="bob")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username="alina", Password="Correct-horse-9-battery", Permanent=True
    )
    return pool


def names(answer):
    return sorted(user["Username"] for user in answer["Users"])


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("", ["alice", "alina", "bob"]),
        ('username = "alice"', ["alice"]),
        ('username = "Alice"', []),
        ('username^="al"', ["alice", "alina"]),
        ('email = "alina@example.com"', ["alina"]),
        ('email ^= "ali"', ["alice", "alina"]),
        ('phone_number ^= "+49"', ["bob"]),
        ('given_name="Alice"', ["alice"]),
        ('family_name = "Builder"', ["bob"]),
        (r'name = "The \"A\""', ["alice"]),
        ('status = "Enabled"', ["alice", "alina"]),
        ('status = "Disabled"', ["bob"]),
        ('cognito:user_status = "confirmed"', ["alina"]),
        ('cognito:user_status ^= "FORCE"', ["alice", "bob"]),
        ('preferred_username = "x"', []),
    ],
)
def test_filter_finds(cognito, crowd, term, expected):
    assert names(cognito.list_users(UserPoolId=crowd, Filter=term)) == expected


def test_filter_finds_by_sub(cognito, crowd, attributes_of):
    sub = attributes_of(crowd, "bob")["sub"]

    assert names(cognito.list_users(UserPoolId=crowd, Filter=f'sub = "{sub}"')) == ["bob"]


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ('custom:foo = "x"', "Invalid search attribute: custom:foo"),
        ('nickname = "x"', "Invalid search attribute: nickname"),
        ("email = alice", "Error while parsing filter"),
        ('email ~ "x"', "Error while parsing filter"),
        ('email = "x" and name = "y"', "Error while parsing filter"),
        ('email = "x', "Error while parsing filter"),
        ("x" * 257, "filter"),
    ],
)
def test_bad_filter_is_refused(cognito, crowd, refused, term, text):
    with refused("InvalidParameterException", text):
        cognito.list_users(UserPoolId=crowd, Filter=term)


def test_pages_hold_every_match_once(cognito, crowd):
    first = cognito.list_users(UserPoolId=crowd, Filter='email ^= "al"', Limit=1)
    second = cognito.list_users(
        UserPoolId=crowd, Filter='email ^= "al"', Limit=1, PaginationToken=first["PaginationToken"]
    )

    assert sorted(names(first) + names(second)) == ["alice", "alina"]
    assert "PaginationToken" not in second


def test_page_token_is_bound_to_its_filter(cognito, crowd, refused):
    token = cognito.list_users(UserPoolId=crowd, Limit=1)["PaginationToken"]

    with refused("InvalidParameterException", "Invalid pagination token"):
        cognito.list_users(UserPoolId=crowd, Limit=1, Filter='email ^= "al"', PaginationToken=token)
    with refused("InvalidParameterException", "Invalid pagination token"):
        cognito.list_users(UserPoolId=crowd, Limit=1, PaginationToken=token[:-4] + "AAAA")


def test_only_asked_attributes_are_listed(cognito, crowd, refused):
    users = cognito.list_users(UserPoolId=crowd, AttributesToGet=["email"], Filter='username = "alice"')[
        "Users"
    ]

    assert users[0]["Attributes"] == [{"Name": "email", "Value": "alice@example.com"}]
    with refused("InvalidParameterException", "do not exist"):
        cognito.list_users(UserPoolId=crowd, AttributesToGet=["custom:none"])


def test_limits_and_pools_are_checked(cognito, crowd, refused):
    assert len(cognito.list_users(UserPoolId=crowd, Limit=0)["Users"]) == 3
    with refused("InvalidParameterException", "limit"):
        cognito.list_users(UserPoolId=crowd, Limit=61)
    with refused("ResourceNotFoundException"):
        cognito.list_users(UserPoolId="us-east-1_nobody")
