"""Groups through boto3."""


def test_group_is_made_read_changed_and_deleted(cognito, pool, refused):
    made = cognito.create_group(UserPoolId=pool, GroupName="staff", Precedence=5, Description="all of us")[
        "Group"
    ]
    assert (made["GroupName"], made["UserPoolId"], made["Precedence"]) == ("staff", pool, 5)

    changed = cognito.update_group(UserPoolId=pool, GroupName="staff", Precedence=0)["Group"]
    assert (changed["Precedence"], changed["Description"]) == (0, "all of us")
    assert cognito.get_group(UserPoolId=pool, GroupName="staff")["Group"] == changed

    cognito.delete_group(UserPoolId=pool, GroupName="staff")
    with refused("ResourceNotFoundException", "Group not found."):
        cognito.get_group(UserPoolId=pool, GroupName="staff")


def test_group_names_are_unique(cognito, pool, refused):
    cognito.create_group(UserPoolId=pool, GroupName="staff")

    with refused("GroupExistsException", "A group with the name already exists."):
        cognito.create_group(UserPoolId=pool, GroupName="staff")


def test_groups_of_nothing_are_not_found(cognito, pool, refused):
    for call in (cognito.get_group, cognito.update_group, cognito.delete_group, cognito.list_users_in_group):
        with refused("ResourceNotFoundException", "Group not found."):
            call(UserPoolId=pool, GroupName="nobody")
        with refused("ResourceNotFoundException", "does not exist."):
            call(UserPoolId="us-east-1_nobody", GroupName="staff")
        with refused("InvalidParameterException", "groupName"):
            call(UserPoolId=pool, GroupName="")


def test_negative_precedence_is_a_validation_error(cognito, pool, refused):
    with refused("InvalidParameterException", "precedence"):
        cognito.create_group(UserPoolId=pool, GroupName="staff", Precedence=-1)


def test_listing_pages_by_name(cognito, pool, refused):
    for name in ("c", "a", "b"):
        cognito.create_group(UserPoolId=pool, GroupName=name)

    first = cognito.list_groups(UserPoolId=pool, Limit=2)
    second = cognito.list_groups(UserPoolId=pool, Limit=2, NextToken=first["NextToken"])

    assert [group["GroupName"] for group in first["Groups"] + second["Groups"]] == ["a", "b", "c"]
    assert "NextToken" not in second
    with refused("InvalidParameterException", "limit"):
        cognito.list_groups(UserPoolId=pool, Limit=61)
    with refused("ResourceNotFoundException"):
        cognito.list_groups(UserPoolId="us-east-1_nobody")


def test_membership_begins_and_ends(cognito, pool, new_user):
    new_user(pool, "alice")
    cognito.create_group(UserPoolId=pool, GroupName="staff")

    for _ in range(2):  # a member stays one
        cognito.admin_add_user_to_group(UserPoolId=pool, Username="alice", GroupName="staff")
    members = cognito.list_users_in_group(UserPoolId=pool, GroupName="staff")["Users"]
    assert [member["Username"] for member in members] == ["alice"]

    for _ in range(2):
        cognito.admin_remove_user_from_group(UserPoolId=pool, Username="alice", GroupName="staff")
    assert cognito.list_users_in_group(UserPoolId=pool, GroupName="staff")["Users"] == []


def test_membership_needs_user_and_group(cognito, pool, new_user, refused):
    new_user(pool, "alice")
    cognito.create_group(UserPoolId=pool, GroupName="staff")

    for call in (cognito.admin_add_user_to_group, cognito.admin_remove_user_from_group):
        with refused("UserNotFoundException", "User does not exist."):
            call(UserPoolId=pool, Username="nobody", GroupName="staff")
        with refused("ResourceNotFoundException", "Group not found."):
            call(UserPoolId=pool, Username="alice", GroupName="nobody")
        with refused("InvalidParameterException", "username"):
            call(UserPoolId=pool, Username="", GroupName="staff")


def test_a_users_groups_come_by_precedence(cognito, pool, new_user, refused):
    new_user(pool, "alice")
    for name, settings in (("last", {}), ("second", {"Precedence": 9}), ("first", {"Precedence": 0})):
        cognito.create_group(UserPoolId=pool, GroupName=name, **settings)
        cognito.admin_add_user_to_group(UserPoolId=pool, Username="alice", GroupName=name)

    first = cognito.admin_list_groups_for_user(UserPoolId=pool, Username="alice", Limit=2)
    second = cognito.admin_list_groups_for_user(
        UserPoolId=pool, Username="alice", Limit=2, NextToken=first["NextToken"]
    )

    names = [group["GroupName"] for group in first["Groups"] + second["Groups"]]
    assert names == ["first", "second", "last"]
    assert "NextToken" not in second
    with refused("UserNotFoundException"):
        cognito.admin_list_groups_for_user(UserPoolId=pool, Username="nobody")
    with refused("InvalidParameterException", "limit"):
        cognito.admin_list_groups_for_user(UserPoolId=pool, Username="alice", Limit=-1)


def test_members_are_paged(cognito, pool, new_user):
    cognito.create_group(UserPoolId=pool, GroupName="staff")
    names = {"alice", "bob", "carol"}
    for name in names:
        new_user(pool, name)
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName="staff")

    first = cognito.list_users_in_group(UserPoolId=pool, GroupName="staff", Limit=2)
    second = cognito.list_users_in_group(UserPoolId=pool, GroupName="staff", NextToken=first["NextToken"])

    assert {user["Username"] for user in first["Users"] + second["Users"]} == names


def test_deleting_a_group_leaves_its_members(cognito, pool, new_user):
    new_user(pool, "alice")
    cognito.create_group(UserPoolId=pool, GroupName="staff")
    cognito.admin_add_user_to_group(UserPoolId=pool, Username="alice", GroupName="staff")

    cognito.delete_group(UserPoolId=pool, GroupName="staff")

    assert cognito.admin_list_groups_for_user(UserPoolId=pool, Username="alice")["Groups"] == []
    assert cognito.admin_get_user(UserPoolId=pool, Username="alice")["Username"] == "alice"
