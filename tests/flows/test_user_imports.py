"""Users from CSV files: through boto3 and a PUT, as the AWS CLI and curl would."""

import asyncio
import urllib.error
import urllib.request

import bcrypt
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from people import PASSWORD, People
from pycognito import AWSSRP

from riskengine.flows import import_run
from riskengine.flows.csv_users import BadLineError, UserLines, columns, header_of
from riskengine.flows.import_run import log_of, take_up

ROLE = "arn:aws:iam::123456789012:role/import"


@pytest.fixture
def importing(people) -> "Importing":
    return Importing(people, AliasAttributes=["email"], AutoVerifiedAttributes=["email"])


class Importing:
    """A pool, and jobs on it that are run when a test says so."""

    def __init__(self, people: People, **settings) -> None:
        self.people = people
        people.pool_with(**settings)
        self.header = people.api.get_csv_header(UserPoolId=people.pool)["CSVHeader"]

    def job(self, **more) -> dict:
        members = {"UserPoolId": self.people.pool, "JobName": "all", "CloudWatchLogsRoleArn": ROLE, **more}
        return self.people.api.create_user_import_job(**members)["UserImportJob"]

    def text(self, *rows: dict[str, str], header: list[str] | None = None) -> str:
        header = header or self.header
        lines = [",".join(header)]
        for number, row in enumerate(rows):
            address = {"email": f"user{number}@example.com", "email_verified": "true"}
            whole = {"cognito:username": f"user{number}", **address, **row}
            lines.append(",".join(whole.get(name, "").replace(",", "\\,") for name in header))
        return "\n".join(lines) + "\n"

    def run(self, text: str | bytes, **more) -> dict:
        """The job's end."""
        job = self.job(**more)
        put(job["PreSignedUrl"], text)
        self.start(job)
        self.take_up()
        return self.described(job)

    def start(self, job: dict) -> None:
        self.people.api.start_user_import_job(UserPoolId=self.people.pool, JobId=job["JobId"])

    def described(self, job: dict) -> dict:
        answer = self.people.api.describe_user_import_job(UserPoolId=self.people.pool, JobId=job["JobId"])
        return answer["UserImportJob"]

    def take_up(self) -> bool:
        """Run what is due, jobs of other tests too; whether there was anything."""
        is_found = False
        while self.people.service.do(take_up):
            is_found = True
        return is_found

    def log(self, job: dict) -> list[str]:
        async def lines(services):
            found = await services.storage.import_jobs.find(self.people.pool, job["JobId"])
            return [line async for line in log_of(services.storage, found)]

        return self.people.service.do(lines)

    def user(self, name: str) -> dict:
        found = self.people.api.admin_get_user(UserPoolId=self.people.pool, Username=name)
        return {**found, **{each["Name"]: each["Value"] for each in found["UserAttributes"]}}


def put(url: str, content: str | bytes) -> int:
    data = content.encode() if isinstance(content, str) else content
    request = urllib.request.Request(url, data=data, method="PUT")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def srp(people: People, user: str) -> dict:
    helper = AWSSRP(
        username=user, password=PASSWORD, pool_id=people.pool, client_id=people.client, client=people.api
    )
    return helper.authenticate_user()


def test_header_names_all_that_a_user_has(importing):
    assert importing.header[:3] == ["name", "given_name", "family_name"]
    assert importing.header[-2:] == ["cognito:mfa_enabled", "cognito:username"]
    assert "sub" not in importing.header


def test_lines_become_users_who_have_to_choose_a_password(importing):
    job = importing.run(importing.text({"address": "1 High St, Oslo", "updated_at": "1700000000"}, {}))
    assert (job["Status"], job["ImportedUsers"]) == ("Succeeded", 2)
    assert "PreSignedUrl" not in job
    user = importing.user("user0")
    assert user["UserStatus"] == "RESET_REQUIRED"
    assert (user["address"], user["email_verified"]) == ("1 High St, Oslo", "true")
    assert importing.user("user1@example.com")["Username"] == "user1"
    assert importing.log(job) == [
        "[SUCCEEDED] Line Number 2 - The import succeeded.",
        "[SUCCEEDED] Line Number 3 - The import succeeded.",
    ]


def test_bad_lines_are_told_and_the_others_come_in(importing):
    importing.people.api.admin_create_user(
        UserPoolId=importing.people.pool, Username="user0", MessageAction="SUPPRESS"
    )
    rows = importing.text(
        {},
        {"email_verified": "false"},
        {"cognito:username": "user4", "email": "user4@example.com"},
        {"cognito:username": "user4"},
        {"cognito:username": "another", "email": "user4@example.com"},
        {"birthdate": "yesterday"},
        {"cognito:username": ""},
        {"cognito:mfa_enabled": "true"},
        {"cognito:username": "last"},
    )
    job = importing.run(rows.encode() + b"too,short\n\xff\xfe\n\n")
    assert (job["ImportedUsers"], job["SkippedUsers"], job["FailedUsers"]) == (2, 2, 7)
    assert [line.partition(" - ")[0] for line in importing.log(job)] == [
        "[SKIPPED] Line Number 2",
        "[FAILED] Line Number 3",
        "[SUCCEEDED] Line Number 4",
        "[SKIPPED] Line Number 5",
        "[FAILED] Line Number 6",
        "[FAILED] Line Number 7",
        "[FAILED] Line Number 8",
        "[FAILED] Line Number 9",
        "[SUCCEEDED] Line Number 10",
        "[FAILED] Line Number 11",
        "[FAILED] Line Number 12",
    ]
    assert not any("yesterday" in line or "example.com" in line for line in importing.log(job))


def test_columns_come_in_any_order_with_any_line_ends(importing):
    header = importing.header[::-1]
    text = importing.text({}, {}, header=header).replace("\n", "\r\n").removesuffix("\r\n")
    assert importing.run(b"\xef\xbb\xbf" + text.encode())["ImportedUsers"] == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda header: header[1:], "lacks name"),
        (lambda header: [*header, "name"], "twice"),
        (lambda header: [*header, "custom:none"], "does not have"),
    ],
)
def test_header_must_be_the_pools(importing, change, message):
    job = importing.run(importing.text({}, header=change(importing.header)))
    assert job["Status"] == "Failed"
    assert message in job["CompletionMessage"]


def test_file_of_nothing_but_failures_fails(importing):
    job = importing.run(importing.text({"birthdate": "x"}))
    assert job["Status"] == "Failed"
    assert job["CompletionMessage"].startswith("Too many users have failed or been skipped")


@pytest.mark.parametrize("text", ["", "\n", "x" * 300_000])
def test_file_that_is_none_fails(importing, text):
    assert importing.run(text)["Status"] == "Failed"


def test_line_without_end_is_one_failure(importing):
    """A line longer than a piece of the file is cut, told and left behind."""
    header, first, last = importing.text({}, {}).splitlines()
    job = importing.run("\n".join([header, first, "x" * 700_000, last]))
    assert (job["ImportedUsers"], job["FailedUsers"]) == (2, 1)
    assert "longer than 16000 characters" in importing.log(job)[1]


def test_start_needs_a_file_and_no_other_job(importing):
    job, other = importing.job(), importing.job()
    with pytest.raises(ClientError, match="No file has been uploaded"):
        importing.start(job)
    for each in (job, other):
        assert put(each["PreSignedUrl"], importing.text({})) == 200
    importing.start(job)
    with pytest.raises(ClientError, match="Another import job of the user pool is running"):
        importing.start(other)
    with pytest.raises(ClientError, match="The job is Pending, not Created"):
        importing.start(job)
    importing.take_up()
    assert importing.described(job)["Status"] == "Succeeded"
    importing.start(other)


def test_pool_keeps_its_rules_while_a_job_runs(importing):
    job = importing.job()
    put(job["PreSignedUrl"], importing.text({}))
    importing.start(job)
    api, pool = importing.people.api, importing.people.pool
    attribute = {"Name": "late", "AttributeDataType": "String"}
    with pytest.raises(api.exceptions.UserImportInProgressException):
        api.update_user_pool(UserPoolId=pool)
    with pytest.raises(api.exceptions.UserImportInProgressException):
        api.add_custom_attributes(UserPoolId=pool, CustomAttributes=[attribute])
    importing.take_up()
    api.add_custom_attributes(UserPoolId=pool, CustomAttributes=[attribute])


def test_upload_is_for_the_jobs_own_quarter_of_an_hour(importing):
    job = importing.job()
    url = job["PreSignedUrl"]
    assert put(url[:-4] + "AAAA", "x") == 403
    importing.people.service.clock.advance(15 * 60)
    assert put(url, "x") == 403
    fresh = importing.described(job)["PreSignedUrl"]
    assert put(fresh, importing.text({})) == 200
    importing.start(job)
    assert put(fresh, "x") == 409
    importing.take_up()


def test_last_upload_counts_whole(importing):
    job = importing.job()
    put(job["PreSignedUrl"], importing.text(*({} for _ in range(9))))
    put(job["PreSignedUrl"], importing.text({"cognito:username": "only"}))
    importing.start(job)
    importing.take_up()
    assert importing.described(job)["ImportedUsers"] == 1


def test_file_that_is_too_long_is_refused_and_counts_for_nothing(importing, monkeypatch):
    monkeypatch.setattr("riskengine.flows.user_imports.MOST_BYTES", 1000)
    job = importing.job()
    assert put(job["PreSignedUrl"], "x" * 1001) == 413
    with pytest.raises(ClientError, match="No file has been uploaded"):
        importing.start(job)


def test_job_nobody_starts_expires(importing):
    job = importing.job()
    put(job["PreSignedUrl"], importing.text({}))
    importing.people.service.clock.advance(24 * 3600)
    with pytest.raises(ClientError, match="Expired"):
        importing.start(job)
    importing.take_up()
    assert importing.described(job)["Status"] == "Expired"


def test_stopped_job_stops_and_keeps_what_it_did(importing):
    job = importing.job()
    put(job["PreSignedUrl"], importing.text(*({} for _ in range(120))))
    importing.start(job)
    target = {"UserPoolId": importing.people.pool, "JobId": job["JobId"]}
    stopping = importing.people.api.stop_user_import_job(**target)
    assert stopping["UserImportJob"]["Status"] == "Stopping"
    importing.take_up()
    ended = importing.described(job)
    assert (ended["Status"], ended["ImportedUsers"]) == ("Stopped", 0)
    assert ended["CompletionMessage"] == "The Import Job was stopped by the developer."
    with pytest.raises(ClientError, match="it does not run"):
        importing.people.api.stop_user_import_job(**target)


def test_job_of_a_dead_process_goes_on_where_it_stood(importing, monkeypatch):
    """The process dies after two batches; another one takes the job up when the lease is over."""
    job = importing.job()
    put(job["PreSignedUrl"], importing.text(*({} for _ in range(130))))
    importing.start(job)
    batch = import_run._Import._batch

    async def dying(self, before, lines):
        if before.imported == 100:
            raise asyncio.CancelledError
        return await batch(self, before, lines)

    async def dies(services):
        with pytest.raises(asyncio.CancelledError):
            await take_up(services)

    monkeypatch.setattr(import_run._Import, "_batch", dying)
    importing.people.service.do(dies)
    monkeypatch.undo()
    assert importing.described(job)["ImportedUsers"] == 100
    assert not importing.take_up()
    importing.people.service.clock.advance(31)
    assert importing.take_up()
    ended = importing.described(job)
    assert (ended["Status"], ended["ImportedUsers"], ended.get("SkippedUsers")) == ("Succeeded", 130, 0)
    assert len(importing.log(job)) == 130


def test_hashed_password_signs_in_and_becomes_ours(new_service):
    importing = Importing(People(new_service()))
    people, header = importing.people, [*importing.header, "cognito:password_hash"]
    hash_ = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    rows = ({"cognito:password_hash": hash_}, {}, {"cognito:password_hash": "secret"})
    job = importing.run(importing.text(*rows, header=header), PasswordHashingAlgorithm="BCRYPT")
    assert (job["ImportedUsers"], job["FailedUsers"], job["PasswordHashingAlgorithm"]) == (2, 1, "BCRYPT")
    assert not any("secret" in line for line in importing.log(job))
    statuses = [importing.user(name)["UserStatus"] for name in ("user0", "user1")]
    assert statuses == ["CONFIRMED", "RESET_REQUIRED"]
    with pytest.raises(ClientError, match="Incorrect username or password"):
        people.sign_in("user0", "Wrong-horse-1!")
    with pytest.raises(ClientError, match="Incorrect username or password"):
        srp(people, "user0")
    assert "AuthenticationResult" in people.sign_in("user0")
    assert "AuthenticationResult" in srp(people, "user0")
    assert "AuthenticationResult" in people.sign_in("user0")


def test_jobs_are_listed_newest_first(importing):
    made = [importing.job(JobName=f"job {number}")["JobId"] for number in range(3)]
    api, pool = importing.people.api, importing.people.pool
    first = api.list_user_import_jobs(UserPoolId=pool, MaxResults=2)
    rest = api.list_user_import_jobs(UserPoolId=pool, MaxResults=2, PaginationToken=first["PaginationToken"])
    listed = [job["JobId"] for page in (first, rest) for job in page["UserImportJobs"]]
    assert listed == made[::-1]
    assert "PaginationToken" not in rest


def test_addresses_are_names_where_the_pool_says_so(people):
    importing = Importing(people, UsernameAttributes=["email"])
    job = importing.run(importing.text({"cognito:username": ""}, {"cognito:username": "user1@example.com"}))
    assert job["ImportedUsers"] == 2
    assert importing.user("user0@example.com")["email"] == "user0@example.com"


def test_any_line_is_a_user_or_a_reason(people):
    """Whatever a file holds: a user, or a sentence."""
    people.pool_with(AliasAttributes=["email"])
    services = people.service.services
    pool = people.service.do(lambda inside: inside.storage.pools.get(people.pool))
    named = columns(pool, "ARGON2ID", ",".join([*header_of(pool), "cognito:password_hash"]).encode())
    reader = UserLines(services, pool, "ARGON2ID", named)
    fields = st.lists(st.text(max_size=30), min_size=len(named), max_size=len(named))

    @given(line=st.binary(max_size=200) | fields.map(lambda values: ",".join(values).encode()))
    def check(line):
        try:
            found = reader.newcomer(line, 0)
        except BadLineError as error:
            told = str(error)
        else:
            told = found.user.username
        assert told

    check()
