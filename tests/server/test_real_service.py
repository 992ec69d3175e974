"""The whole house behind the web floor, through boto3."""

import pytest
from service import Service, settings_for
from wire_client import post

from riskengine import api
from riskengine.operations import HANDLERS, NOT_BUILT


def test_a_pool_made_through_boto3_is_listed_and_has_keys(service):
    client = service.boto3()
    pool = client.create_user_pool(PoolName="smoke")["UserPool"]["Id"]

    pages = client.get_paginator("list_user_pools").paginate(MaxResults=60)
    listed = [one["Id"] for page in pages for one in page["UserPools"]]

    assert pool in listed


def test_every_operation_has_a_handler_or_stands_in_the_list():
    assert set(HANDLERS) | NOT_BUILT == set(api.OPERATIONS)
    assert not set(HANDLERS) & NOT_BUILT


def test_the_house_stands_on_every_database(new_service, database_url):
    client = new_service(database=database_url).boto3()

    pool = client.create_user_pool(PoolName="smoke")["UserPool"]["Id"]

    assert client.describe_user_pool(UserPoolId=pool)["UserPool"]["Name"] == "smoke"


@pytest.fixture(scope="module")
def unsigned(tmp_path_factory):
    with Service(settings_for(tmp_path_factory.mktemp("unsigned"), insecure_dev=True)) as running:
        yield running


@pytest.mark.parametrize("name", sorted(api.OPERATIONS))
def test_no_operation_falls_over_an_empty_request(unsigned, name):
    answer = post(unsigned, name, b"{}")

    # Some take nothing; the others say what is missing, or that they are not built.
    assert answer.status in {200, 400}
    assert answer.status == 200 or answer.error.endswith("Exception")
