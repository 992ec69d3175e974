"""Terms documents through boto3."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

LINKS = {"cognito:default": "https://example.org/terms", "cognito:french": "https://example.org/fr"}


@pytest.fixture
def client(pool, new_client):
    return new_client(pool)["ClientId"]


@pytest.fixture
def new_terms(cognito, pool, client):
    def make(**settings):
        members = {
            "UserPoolId": pool,
            "ClientId": client,
            "TermsName": "terms-of-use",
            "TermsSource": "LINK",
            "Enforcement": "NONE",
            "Links": LINKS,
            **settings,
        }
        given = {name: value for name, value in members.items() if value is not None}
        return cognito.create_terms(**given)["Terms"]

    return make


def test_terms_are_created_and_described(cognito, pool, client, new_terms):
    created = new_terms()

    assert created["Links"] == LINKS
    assert (created["UserPoolId"], created["ClientId"]) == (pool, client)
    assert (created["TermsSource"], created["Enforcement"]) == ("LINK", "NONE")
    assert created["CreationDate"] == created["LastModifiedDate"]
    described = cognito.describe_terms(UserPoolId=pool, TermsId=created["TermsId"])
    assert described["Terms"] == created
    by_client = cognito.describe_terms_by_client(UserPoolId=pool, ClientId=client, TermsName="terms-of-use")
    assert by_client["Terms"] == created


def test_a_client_has_one_of_each_name(cognito, pool, new_terms, new_client, refused):
    new_terms()
    new_terms(TermsName="privacy-policy")
    new_terms(ClientId=new_client(pool)["ClientId"])

    with refused("TermsExistsException", "terms-of-use"):
        new_terms()


def test_update_replaces_what_it_names(cognito, pool, new_terms, refused):
    terms = new_terms()
    other = new_terms(TermsName="privacy-policy")
    named = {"UserPoolId": pool, "TermsId": terms["TermsId"]}

    links = {"cognito:german": "https://example.org/de"}
    updated = cognito.update_terms(**named, Links=links)["Terms"]
    assert updated["Links"] == links
    assert updated["TermsName"] == "terms-of-use"
    assert updated["CreationDate"] == terms["CreationDate"]
    assert updated["LastModifiedDate"] > terms["LastModifiedDate"]

    with refused("TermsExistsException", "privacy-policy"):
        cognito.update_terms(**named, TermsName="privacy-policy")
    cognito.delete_terms(UserPoolId=pool, TermsId=other["TermsId"])
    assert cognito.update_terms(**named, TermsName="privacy-policy")["Terms"]["Links"] == links


def test_deleted_terms_are_gone(cognito, pool, client, new_terms, refused):
    terms = new_terms()
    cognito.delete_terms(UserPoolId=pool, TermsId=terms["TermsId"])

    with refused("ResourceNotFoundException", terms["TermsId"]):
        cognito.describe_terms(UserPoolId=pool, TermsId=terms["TermsId"])
    with refused("ResourceNotFoundException", "terms-of-use"):
        cognito.describe_terms_by_client(UserPoolId=pool, ClientId=client, TermsName="terms-of-use")


def test_terms_go_with_their_client(cognito, pool, client, new_terms):
    new_terms()
    cognito.delete_user_pool_client(UserPoolId=pool, ClientId=client)

    assert cognito.list_terms(UserPoolId=pool)["Terms"] == []


def test_listing_pages_by_id(cognito, pool, new_terms, new_client, refused):
    made = {new_terms()["TermsId"], new_terms(TermsName="privacy-policy")["TermsId"]}
    made.add(new_terms(ClientId=new_client(pool)["ClientId"])["TermsId"])

    first = cognito.list_terms(UserPoolId=pool, MaxResults=2)
    second = cognito.list_terms(UserPoolId=pool, MaxResults=2, NextToken=first["NextToken"])

    assert [terms["TermsId"] for terms in first["Terms"] + second["Terms"]] == sorted(made)
    assert "NextToken" not in second
    assert "Links" not in first["Terms"][0]
    for size in (0, 61):
        with refused("InvalidParameterException", "maxResults"):
            cognito.list_terms(UserPoolId=pool, MaxResults=size)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"TermsName": "cookies"}, "termsName"),
        ({"TermsSource": "FILE"}, "termsSource"),
        ({"Enforcement": "ALWAYS"}, "enforcement"),
        ({"Links": {}}, "links"),
        ({"Links": None}, "Links must name"),
        ({"Links": {"cognito:klingon": "https://example.org"}}, "links"),
        ({"Links": {"cognito:default": "javascript:alert(1)"}}, "http or https URL"),
        ({"Links": {"cognito:default": "https://[broken"}}, "http or https URL"),
        ({"Links": {"cognito:default": "/terms"}}, "http or https URL"),
    ],
)
def test_bad_settings_are_refused(new_terms, refused, settings, text):
    with refused("InvalidParameterException", text):
        new_terms(**settings)


def test_what_is_not_there_is_not_found(cognito, pool, new_terms, refused):
    nobody = {"UserPoolId": pool, "TermsId": str(uuid4())}
    for call in (cognito.describe_terms, cognito.update_terms, cognito.delete_terms):
        with refused("ResourceNotFoundException", nobody["TermsId"]):
            call(**nobody)
        with refused("ResourceNotFoundException", "User pool"):
            call(**{**nobody, "UserPoolId": "us-east-1_nobody"})
        with refused("InvalidParameterException", "termsId"):
            call(**{**nobody, "TermsId": "1"})
    with refused("ResourceNotFoundException", "User pool client nobody does not exist."):
        new_terms(ClientId="nobody")
    with refused("ResourceNotFoundException", "User pool client nobody does not exist."):
        cognito.describe_terms_by_client(UserPoolId=pool, ClientId="nobody", TermsName="terms-of-use")
    with refused("InvalidParameterException", "termsName"):
        cognito.describe_terms_by_client(UserPoolId=pool, ClientId="nobody", TermsName="x")
    with refused("ResourceNotFoundException", "User pool"):
        cognito.list_terms(UserPoolId="us-east-1_nobody")


def test_of_creations_at_the_same_time_one_holds(cognito, pool, new_terms):
    def create(_):
        try:
            return new_terms()["TermsName"]
        except ClientError as error:
            return error.response["Error"]["Code"]

    with ThreadPoolExecutor(6) as threads:
        outcomes = sorted(threads.map(create, range(6)))

    assert outcomes == ["TermsExistsException"] * 5 + ["terms-of-use"]
    assert len(cognito.list_terms(UserPoolId=pool)["Terms"]) == 1
