"""Domains of user pools through boto3."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from riskengine.base.ids import new_lower

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
CUSTOM = {"CertificateArn": CERTIFICATE}


@pytest.fixture
def name():
    """A domain is unique over all pools of the service that the tests share."""
    return f"login-{new_lower(8).replace('aws', 'x')}"


def described(cognito, name):
    return cognito.describe_user_pool_domain(Domain=name)["DomainDescription"]


def test_a_prefix_is_created_and_described(cognito, pool, name):
    created = cognito.create_user_pool_domain(Domain=name, UserPoolId=pool)

    assert created["ManagedLoginVersion"] == 1
    assert "CloudFrontDomain" not in created
    description = described(cognito, name)
    assert description.pop("Version").isdigit()
    assert description == {
        "UserPoolId": pool,
        "AWSAccountId": "000000000000",
        "Domain": name,
        "Status": "ACTIVE",
        "ManagedLoginVersion": 1,
    }
    assert cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["Domain"] == name


def test_a_custom_domain_leads_to_this_service(service, cognito, pool, name):
    custom = f"{name}.example.org"

    created = cognito.create_user_pool_domain(
        Domain=custom, UserPoolId=pool, CustomDomainConfig=CUSTOM, ManagedLoginVersion=2
    )

    host = urlsplit(service.endpoint).hostname
    assert (created["CloudFrontDomain"], created["ManagedLoginVersion"]) == (host, 2)
    description = described(cognito, custom)
    assert (description["CloudFrontDistribution"], description["CustomDomainConfig"]) == (host, CUSTOM)
    assert cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["CustomDomain"] == custom


def test_an_unknown_domain_is_described_as_empty(cognito, name, refused):
    assert described(cognito, name) == {}
    with refused("InvalidParameterException", "domain"):
        cognito.describe_user_pool_domain(Domain="Login")


def test_a_domain_is_one_pools_alone(cognito, pool, new_pool, name, refused):
    cognito.create_user_pool_domain(Domain=name, UserPoolId=pool)

    with refused("InvalidParameterException", "Domain already associated with another user pool."):
        cognito.create_user_pool_domain(Domain=name, UserPoolId=new_pool())

    assert described(cognito, name)["UserPoolId"] == pool


def test_a_pool_has_one_domain_of_each_kind(cognito, pool, name, refused):
    cognito.create_user_pool_domain(Domain=name, UserPoolId=pool)
    cognito.create_user_pool_domain(Domain=f"{name}.example.org", UserPoolId=pool, CustomDomainConfig=CUSTOM)

    for more in ({}, {"CustomDomainConfig": CUSTOM}):
        with refused("InvalidParameterException", "User pool already has a domain configured."):
            cognito.create_user_pool_domain(
                Domain=f"{name}2.example" if more else f"{name}2", UserPoolId=pool, **more
            )


def test_update_changes_what_it_names(cognito, pool, name, refused):
    custom = f"{name}.example.org"
    cognito.create_user_pool_domain(Domain=custom, UserPoolId=pool, CustomDomainConfig=CUSTOM)
    cognito.create_user_pool_domain(Domain=name, UserPoolId=pool)

    assert (
        cognito.update_user_pool_domain(Domain=custom, UserPoolId=pool, ManagedLoginVersion=2)[
            "ManagedLoginVersion"
        ]
        == 2
    )
    renewed = {"CertificateArn": f"{CERTIFICATE}6", "SecurityPolicy": "TLS_V1_3_2025"}
    cognito.update_user_pool_domain(Domain=custom, UserPoolId=pool, CustomDomainConfig=renewed)

    description = described(cognito, custom)
    assert (description["ManagedLoginVersion"], description["CustomDomainConfig"]) == (2, renewed)
    with refused("InvalidParameterException", "custom domains only"):
        cognito.update_user_pool_domain(Domain=name, UserPoolId=pool, CustomDomainConfig=renewed)


def test_a_deleted_domain_is_free_for_another_pool(cognito, pool, new_pool, name):
    cognito.create_user_pool_domain(Domain=name, UserPoolId=pool)
    cognito.delete_user_pool_domain(Domain=name, UserPoolId=pool)

    assert described(cognito, name) == {}
    assert "Domain" not in cognito.describe_user_pool(UserPoolId=pool)["UserPool"]
    other = new_pool()
    cognito.create_user_pool_domain(Domain=name, UserPoolId=other)
    assert described(cognito, name)["UserPoolId"] == other


def test_what_is_not_there_is_neither_updated_nor_deleted(cognito, pool, new_pool, name, refused):
    cognito.create_user_pool_domain(Domain=name, UserPoolId=new_pool())

    for call in (cognito.update_user_pool_domain, cognito.delete_user_pool_domain):
        for domain, pool_id in ((name, pool), (f"{name}2", pool), (name, "us-east-1_nobody")):
            with refused("InvalidParameterException", "No such domain or user pool exists."):
                call(Domain=domain, UserPoolId=pool_id)
        with refused("InvalidParameterException", "domain"):
            call(Domain="-", UserPoolId=pool)
    with refused("ResourceNotFoundException", "User pool us-east-1_nobody does not exist."):
        cognito.create_user_pool_domain(Domain=f"{name}2", UserPoolId="us-east-1_nobody")


def test_a_pool_with_a_domain_stays(cognito, pool, name, refused):
    for domain, more in ((name, {}), (f"{name}.example.org", {"CustomDomainConfig": CUSTOM})):
        cognito.create_user_pool_domain(Domain=domain, UserPoolId=pool, **more)
        with refused(
            "InvalidParameterException",
            "User pool cannot be deleted. It has a domain configured that should be deleted first.",
        ):
            cognito.delete_user_pool(UserPoolId=pool)
        cognito.delete_user_pool_domain(Domain=domain, UserPoolId=pool)

    cognito.delete_user_pool(UserPoolId=pool)


def test_an_update_of_the_pool_keeps_its_domain(cognito, pool, name):
    cognito.create_user_pool_domain(Domain=name, UserPoolId=pool)
    cognito.update_user_pool(UserPoolId=pool)

    assert cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["Domain"] == name


@pytest.mark.parametrize(
    ("settings", "error", "text"),
    [
        ({"Domain": "-login"}, "InvalidParameterException", "domain"),
        ({"Domain": "l" * 64}, "InvalidParameterException", "domain"),
        ({"Domain": "a.example.org"}, "InvalidParameterException", "contains an invalid character"),
        ({"Domain": "my-aws-login"}, "InvalidParameterException", "Domain cannot contain reserved word: aws"),
        ({"Domain": "login", "CustomDomainConfig": CUSTOM}, "InvalidParameterException", "valid subdomain"),
        ({"Domain": "a..b", "CustomDomainConfig": CUSTOM}, "InvalidParameterException", "valid subdomain"),
        ({"CustomDomainConfig": {}}, "InvalidParameterException", "certificateArn"),
        ({"CustomDomainConfig": {"CertificateArn": "mine"}}, "InvalidParameterException", "certificateArn"),
        ({"ManagedLoginVersion": 3}, "InvalidParameterException", "must be 1 or 2"),
        (
            {"Routing": {"Failover": {"SecondaryRegion": "us-west-2", "PrimaryRoute53HealthCheckId": "a"}}},
            "OperationNotEnabledException",
            "replicas",
        ),
    ],
)
def test_bad_settings_are_refused(cognito, pool, name, refused, settings, error, text):
    with refused(error, text):
        cognito.create_user_pool_domain(**{"Domain": name, "UserPoolId": pool, **settings})


def test_managed_login_is_above_the_lowest_tier(cognito, new_pool, name, refused):
    pool = new_pool(UserPoolTier="LITE")
    with refused("FeatureUnavailableInTierException"):
        cognito.create_user_pool_domain(Domain=name, UserPoolId=pool, ManagedLoginVersion=2)

    cognito.create_user_pool_domain(Domain=name, UserPoolId=pool)
    with refused("FeatureUnavailableInTierException"):
        cognito.update_user_pool_domain(Domain=name, UserPoolId=pool, ManagedLoginVersion=2)


def outcome(call, **members):
    try:
        call(**members)
    except ClientError as error:
        return error.response["Error"]["Message"]
    return "done"


def test_of_pools_that_want_a_domain_at_the_same_time_one_gets_it(cognito, new_pool, name):
    pools = [new_pool() for _ in range(6)]

    with ThreadPoolExecutor(6) as threads:
        outcomes = list(
            threads.map(
                lambda pool: outcome(cognito.create_user_pool_domain, Domain=name, UserPoolId=pool), pools
            )
        )

    winner = pools[outcomes.index("done")]
    assert outcomes.count("Domain already associated with another user pool.") == 5
    assert described(cognito, name)["UserPoolId"] == winner
    named = [cognito.describe_user_pool(UserPoolId=pool)["UserPool"].get("Domain") for pool in pools]
    assert named == [name if pool == winner else None for pool in pools]


def test_of_domains_that_a_pool_gets_at_the_same_time_one_holds(cognito, pool, name):
    names = [f"{name}-{at}" for at in range(6)]

    with ThreadPoolExecutor(6) as threads:
        outcomes = list(
            threads.map(
                lambda one: outcome(cognito.create_user_pool_domain, Domain=one, UserPoolId=pool), names
            )
        )

    assert outcomes.count("User pool already has a domain configured.") == 5
    winner = names[outcomes.index("done")]
    assert cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["Domain"] == winner
    assert [one for one in names if described(cognito, one)] == [winner]


def test_a_pool_is_never_deleted_under_its_domain(cognito, new_pool, name):
    for at in range(4):
        pool, domain = new_pool(), f"{name}-{at}"
        with ThreadPoolExecutor(2) as threads:
            created = threads.submit(outcome, cognito.create_user_pool_domain, Domain=domain, UserPoolId=pool)
            deleted = threads.submit(outcome, cognito.delete_user_pool, UserPoolId=pool)

        # Whichever was first: the other one was refused.
        assert (created.result() == "done") != (deleted.result() == "done")
        assert bool(described(cognito, domain)) == (created.result() == "done")
