"""Tags of pools through boto3."""

import pytest


@pytest.fixture
def arn(cognito, pool):
    return cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["Arn"]


def test_tags_are_set_listed_and_removed(cognito, pool, arn):
    cognito.tag_resource(ResourceArn=arn, Tags={"team": "red", "stage": "test"})
    cognito.tag_resource(ResourceArn=arn, Tags={"team": "blue"})
    assert cognito.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"team": "blue", "stage": "test"}

    cognito.untag_resource(ResourceArn=arn, TagKeys=["stage", "never"])

    assert cognito.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"team": "blue"}
    assert cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["UserPoolTags"] == {"team": "blue"}


def test_no_more_than_fifty_tags_and_none_reserved(cognito, arn, refused):
    cognito.tag_resource(ResourceArn=arn, Tags={f"t{number}": "x" for number in range(50)})

    with refused("InvalidParameterException", "50"):
        cognito.tag_resource(ResourceArn=arn, Tags={"one": "more"})
    with refused("InvalidParameterException", "reserved"):
        cognito.tag_resource(ResourceArn=arn, Tags={"AWS:x": "1"})


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:cognito-idp:us-east-1:000000000000:identitypool/us-east-1_x",
        "arn:aws:cognito-idp:eu-west-1:000000000000:userpool/us-east-1_x",
        "arn:aws:cognito-idp:us-east-1:111111111111:userpool/us-east-1_x",
    ],
)
def test_names_of_other_things_are_refused(cognito, refused, arn):
    for call in (
        lambda: cognito.list_tags_for_resource(ResourceArn=arn),
        lambda: cognito.tag_resource(ResourceArn=arn, Tags={"a": "b"}),
        lambda: cognito.untag_resource(ResourceArn=arn, TagKeys=["a"]),
    ):
        with refused("InvalidParameterException"):
            call()


def test_unknown_pool_has_no_tags(cognito, refused):
    arn = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_nobody"
    for call in (
        lambda: cognito.list_tags_for_resource(ResourceArn=arn),
        lambda: cognito.tag_resource(ResourceArn=arn, Tags={"a": "b"}),
        lambda: cognito.untag_resource(ResourceArn=arn, TagKeys=["a"]),
    ):
        with refused("ResourceNotFoundException"):
            call()


def test_malformed_names_are_validation_errors(cognito, refused):
    with refused("InvalidParameterException", "resourceArn"):
        cognito.list_tags_for_resource(ResourceArn="short")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("riskengine:preset", "paranoid", "consumer, workforce, high-security"),
        ("riskengine:sensitivity", "11", "low, normal, high"),
        ("riskengine:sensitivity:someclient", "", "low, normal, high"),
        ("riskengine:presets", "consumer", "Unknown tag riskengine:presets"),
    ],
)
def test_a_senseless_choice_is_refused_and_told(cognito, pool, arn, refused, name, value, told):
    with refused("InvalidParameterException", told):
        cognito.tag_resource(ResourceArn=arn, Tags={name: value})
    with refused("InvalidParameterException", told):
        cognito.create_user_pool(PoolName="other", UserPoolTags={name: value})

    assert not cognito.list_tags_for_resource(ResourceArn=arn).get("Tags")
