"""User pools through boto3."""

import pytest

STANDARD = {
    "sub", "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile",
    "picture", "website", "email", "email_verified", "gender", "birthdate", "zoneinfo", "locale",
    "phone_number", "phone_number_verified", "address", "updated_at",
}  # fmt: skip


def test_bare_pool_has_every_default(cognito, pool):
    answer = cognito.describe_user_pool(UserPoolId=pool)["UserPool"]

    assert answer["Name"] == "people"
    assert answer["Policies"]["PasswordPolicy"] == {
        "MinimumLength": 8,
        "RequireUppercase": True,
        "RequireLowercase": True,
        "RequireNumbers": True,
        "RequireSymbols": True,
        "TemporaryPasswordValidityDays": 7,
    }
    assert answer["MfaConfiguration"] == "OFF"
    assert answer["DeletionProtection"] == "INACTIVE"
    assert answer["UserPoolTier"] == "PLUS"
    assert answer["EstimatedNumberOfUsers"] == 0
    assert answer["EmailConfiguration"] == {"EmailSendingAccount": "COGNITO_DEFAULT"}
    assert answer["AdminCreateUserConfig"] == {
        "AllowAdminCreateUserOnly": False,
        "UnusedAccountValidityDays": 7,
    }
    assert answer["Arn"] == f"arn:aws:cognito-idp:us-east-1:000000000000:userpool/{pool}"
    assert answer["CreationDate"] == answer["LastModifiedDate"]


def test_standard_attributes_are_always_in_the_schema(cognito, pool):
    schema = cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["SchemaAttributes"]
    by_name = {attribute["Name"]: attribute for attribute in schema}

    assert set(by_name) == STANDARD
    assert by_name["sub"]["Required"] is True
    assert by_name["sub"]["Mutable"] is False
    assert by_name["birthdate"]["StringAttributeConstraints"] == {"MinLength": "10", "MaxLength": "10"}


def test_schema_adjusts_standard_and_adds_custom_attributes(cognito, new_pool):
    pool = new_pool(
        Schema=[
            {"Name": "email", "Required": True, "Mutable": False},
            {
                "Name": "level",
                "AttributeDataType": "Number",
                "NumberAttributeConstraints": {"MinValue": "1", "MaxValue": "9"},
            },
            {"Name": "hint", "AttributeDataType": "String", "DeveloperOnlyAttribute": True},
        ]
    )

    schema = cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["SchemaAttributes"]
    by_name = {attribute["Name"]: attribute for attribute in schema}
    assert by_name["email"]["Required"] is True
    assert by_name["email"]["Mutable"] is False
    assert by_name["custom:level"]["NumberAttributeConstraints"] == {"MinValue": "1", "MaxValue": "9"}
    assert by_name["dev:custom:hint"]["DeveloperOnlyAttribute"] is True


@pytest.mark.parametrize(
    "attribute",
    [
        {"Name": "x", "AttributeDataType": "String", "Required": True},
        {"Name": "email", "AttributeDataType": "Number"},
        {"Name": "sub", "Required": False},
        {
            "Name": "x",
            "AttributeDataType": "Number",
            "NumberAttributeConstraints": {"MinValue": "9", "MaxValue": "1"},
        },
        {"Name": "x", "StringAttributeConstraints": {"MaxLength": "many"}},
    ],
)
def test_impossible_schema_attributes_are_refused(cognito, refused, attribute):
    with refused("InvalidParameterException"):
        cognito.create_user_pool(PoolName="p", Schema=[attribute])


def test_custom_attributes_can_be_added_once(cognito, pool, refused):
    cognito.add_custom_attributes(UserPoolId=pool, CustomAttributes=[{"Name": "team"}])

    schema = cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["SchemaAttributes"]
    assert "custom:team" in {attribute["Name"] for attribute in schema}
    with refused("InvalidParameterException", "custom:team"):
        cognito.add_custom_attributes(UserPoolId=pool, CustomAttributes=[{"Name": "team"}])
    with refused("InvalidParameterException", "customAttributes"):
        cognito.add_custom_attributes(UserPoolId=pool, CustomAttributes=[])


def test_a_given_password_policy_requires_only_what_it_names(cognito, new_pool):
    pool = new_pool(Policies={"PasswordPolicy": {"MinimumLength": 6, "RequireNumbers": True}})

    policy = cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["Policies"]["PasswordPolicy"]
    assert (policy["MinimumLength"], policy["RequireNumbers"], policy["RequireSymbols"]) == (6, True, False)


def test_every_broken_limit_is_listed(cognito, refused):
    with refused("InvalidParameterException", "2 validation errors detected"):
        cognito.create_user_pool(PoolName="in/out", MfaConfiguration="MAYBE")


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"AliasAttributes": ["email"], "UsernameAttributes": ["email"]}, "InvalidParameterException"),
        ({"MfaConfiguration": "ON"}, "InvalidParameterException"),
        ({"UserPoolTags": {"aws:x": "1"}}, "InvalidParameterException"),
        (
            {"UserPoolTier": "ESSENTIALS", "UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"}},
            "FeatureUnavailableInTierException",
        ),
        (
            {"UserPoolTier": "LITE", "Policies": {"PasswordPolicy": {"PasswordHistorySize": 3}}},
            "FeatureUnavailableInTierException",
        ),
        (
            {"UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]}},
            "InvalidParameterException",
        ),
        ({"KeyConfiguration": {"KeyType": "CUSTOMER_MANAGED_KEY"}}, "InvalidParameterException"),
        (
            {"AcrConfiguration": {"Level1": {"AcrValue": "a"}, "Level2": {"AcrValue": "a"}}},
            "InvalidParameterException",
        ),
        (
            {"AcrConfiguration": {"Level1": {"AcrValue": "urn:cognito:loa:4"}}},
            "InvalidParameterException",
        ),
        (
            {"UserPoolTier": "LITE", "AcrConfiguration": {"Level1": {"AcrValue": "a"}}},
            "FeatureUnavailableInTierException",
        ),
        (
            {"UserPoolTier": "LITE", "DcrConfiguration": {"EnableStatus": "Enabled"}},
            "FeatureUnavailableInTierException",
        ),
        (
            {
                "AccountRecoverySetting": {
                    "RecoveryMechanisms": [
                        {"Priority": 1, "Name": "admin_only"},
                        {"Priority": 2, "Name": "verified_email"},
                    ]
                }
            },
            "InvalidParameterException",
        ),
    ],
)
def test_contradicting_settings_are_refused(cognito, refused, settings, error):
    with refused(error):
        cognito.create_user_pool(PoolName="p", **settings)


def test_update_puts_back_what_it_leaves_out(cognito, new_pool):
    pool = new_pool(
        UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"},
        DeletionProtection="ACTIVE",
        UserPoolTags={"team": "red"},
        AutoVerifiedAttributes=["email"],
        UsernameConfiguration={"CaseSensitive": False},
    )

    cognito.update_user_pool(UserPoolId=pool, Policies={"PasswordPolicy": {"MinimumLength": 12}})

    answer = cognito.describe_user_pool(UserPoolId=pool)["UserPool"]
    assert answer["Policies"]["PasswordPolicy"]["MinimumLength"] == 12
    assert "UserPoolAddOns" not in answer
    assert "AutoVerifiedAttributes" not in answer
    assert answer["DeletionProtection"] == "INACTIVE"
    # A name, tags and what only a creation can set stay.
    assert (answer["Name"], answer["UserPoolTags"]) == ("people", {"team": "red"})
    assert answer["UsernameConfiguration"] == {"CaseSensitive": False}


def test_unknown_pool_does_not_exist(cognito, refused):
    for call in (cognito.describe_user_pool, cognito.update_user_pool, cognito.delete_user_pool):
        with refused("ResourceNotFoundException", "User pool us-east-1_nobody does not exist."):
            call(UserPoolId="us-east-1_nobody")


def test_malformed_pool_id_is_a_validation_error(cognito, refused):
    for call in (cognito.describe_user_pool, cognito.update_user_pool, cognito.delete_user_pool):
        with refused("InvalidParameterException", "userPoolId"):
            call(UserPoolId="nobody")


def test_deleted_pool_is_gone(cognito, pool, refused):
    cognito.delete_user_pool(UserPoolId=pool)

    with refused("ResourceNotFoundException"):
        cognito.describe_user_pool(UserPoolId=pool)


def test_protected_pool_is_not_deleted(cognito, new_pool, refused):
    pool = new_pool(DeletionProtection="ACTIVE")

    with refused("InvalidParameterException", "deletion protection"):
        cognito.delete_user_pool(UserPoolId=pool)

    cognito.update_user_pool(UserPoolId=pool, DeletionProtection="INACTIVE")
    cognito.delete_user_pool(UserPoolId=pool)


def test_listing_pages_through_every_pool_once(cognito, new_pool):
    made = {new_pool() for _ in range(3)}

    pages = cognito.get_paginator("list_user_pools").paginate(PaginationConfig={"PageSize": 2})
    found = [each["Id"] for page in pages for each in page["UserPools"]]

    assert made <= set(found)
    assert len(found) == len(set(found))


def test_listing_refuses_bad_limits_and_foreign_tokens(cognito, pool, refused):
    with refused("InvalidParameterException", "maxResults"):
        cognito.list_user_pools(MaxResults=61)
    with refused("InvalidParameterException", "Invalid pagination token"):
        cognito.list_user_pools(MaxResults=1, NextToken="made-up")


def test_tier_does_not_fall_below_what_is_switched_on(cognito, new_pool, refused):
    pool = new_pool()
    cognito.set_user_pool_session_configuration(
        UserPoolId=pool, UserSessionTracking="ENABLED", TokenSession={"MaxPerUser": 2}
    )

    with refused("FeatureUnavailableInTierException", "session tracking"):
        cognito.update_user_pool(UserPoolId=pool, UserPoolTier="LITE")

    cognito.update_user_pool(UserPoolId=pool, UserPoolTier="ESSENTIALS")
    assert cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["UserPoolTier"] == "ESSENTIALS"


def test_older_message_members_say_what_the_template_says(cognito, new_pool):
    template = {"EmailMessage": "Your code: {####}", "EmailSubject": "Code", "SmsMessage": "Code {####}"}
    older = {"EmailVerificationMessage", "EmailVerificationSubject", "SmsVerificationMessage"}

    answer = cognito.describe_user_pool(UserPoolId=new_pool(VerificationMessageTemplate=template))["UserPool"]

    assert {answer[name] for name in older} == set(template.values())
