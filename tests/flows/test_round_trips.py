"""What a sign-in asks of the database: each question is a round trip, and the same for whoever it is."""

import pytest
from botocore.exceptions import ClientError
from people import PASSWORD

from riskengine.storage.sqlite import SqliteFile


@pytest.fixture
def asked(people, monkeypatch):
    """The tables that reads and units of this pool named, in order, since the last `clear`."""
    questions = []
    rows, commit = SqliteFile.rows, SqliteFile.commit

    async def noted_rows(self, statement, parameters):
        if parameters.get("pool") == people.pool:
            questions.append(statement.tables - {"found"})
        return await rows(self, statement, parameters)

    async def noted_commit(self, writes):
        if any(write.parameters.get("pool") == people.pool for write in writes):
            questions.append([write.statement.table for write in writes])
        return await commit(self, writes)

    monkeypatch.setattr(SqliteFile, "rows", noted_rows)
    monkeypatch.setattr(SqliteFile, "commit", noted_commit)
    return questions


READ = frozenset({"users", "aliases", "lockouts", "profiles", "members", "groups"})


def try_(people, user, password):
    try:
        return people.sign_in(user, password=password)
    except ClientError as error:
        return error.response["Error"]["Code"]


@pytest.mark.parametrize(
    ("password", "kept"),
    [
        (PASSWORD, {"profiles", "observations", "sessions", "events"}),
        ("Wr0ng-horse!", {"profiles", "observations", "lockouts", "events"}),
    ],
    ids=["right", "wrong"],
)
def test_a_sign_in_is_one_question_and_one_unit(people, asked, password, kept):
    user = people.user()
    people.sign_in(user)  # what is believed for a second has been read
    asked.clear()

    try_(people, user, password)

    [read, written] = asked
    assert read == READ
    assert set(written) == kept
    assert len(written) == len(kept)


def test_a_name_that_nobody_has_costs_as_many(people, asked):
    people.sign_in(people.user())
    asked.clear()

    try_(people, "nobody-has-this", PASSWORD)

    [read, written] = asked
    assert read == READ
    assert sorted(written) == ["events", "lockouts", "observations"]


def test_the_word_invalid_ends_a_session_without_looking_at_the_others(people, asked):
    people.pool_with()
    user = people.user()
    for _ in range(3):
        people.sign_in(user)
    event = people.api.admin_list_user_auth_events(UserPoolId=people.pool, Username=user)["AuthEvents"][0]
    asked.clear()

    people.api.admin_update_auth_event_feedback(
        UserPoolId=people.pool, Username=user, EventId=event["EventId"], FeedbackValue="Invalid"
    )

    reads = [each for each in asked if isinstance(each, frozenset)]
    assert reads.count(frozenset({"sessions"})) == 1
    assert "sessions" in asked[-1]
