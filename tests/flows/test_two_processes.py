"""Two processes on one database: what one saw the other scores with; a new one starts where they are."""

import asyncio
import time

import jwt
import pytest
from botocore.exceptions import ClientError
from people import AWAY, CHROME, FIREFOX, HOME, PASSWORD, People

pytestmark = pytest.mark.slow

NEIGHBOUR = "41.58.1.77"


@pytest.fixture
def two(new_service, database_url):
    """Two services, each with its own view of the people."""
    first = new_service(database=database_url, issuer="http://same")
    second = new_service(database=database_url, issuer="http://same")
    return first, second


def turn(*services):
    """Everybody tells, then everybody listens."""
    for _ in range(2):
        for each in services:
            listen(each)


def listen(service, later=0.0):
    """One turn of its tail, or as if so many seconds had passed."""

    async def work(s):
        await s.tail.turn(s.clock.now(), asyncio.get_running_loop().time() + later)

    service.do(work)


def keep(service, *, is_last=True):
    async def work(s):
        return [
            await s.risk.shelf.keep(journal, s.clock.now(), is_last=is_last)
            for journal in s.risk.shelf.journals.values()
        ]

    return service.do(work)


def state(service, pool, *, has_passwords=True):
    async def work(s):
        return (await s.risk.engine(pool, s.clock.now())).population.to_state()

    found = service.do(work)
    if not has_passwords:
        del found["tables"]["crowds.password"]
    return found


def seen_from(people, service):
    """The same pool through another process."""
    other = object.__new__(People)
    other.__dict__ = {**people.__dict__, "service": service, "api": service.boto3()}
    return other


def stuff(people, address=AWAY, names=range(12)):
    for number in names:
        with pytest.raises(people.api.exceptions.UserNotFoundException):
            people.sign_in_from(address, CHROME, f"name{number}", f"{PASSWORD}{number}")


def is_refused(people, user):
    try:
        people.sign_in_from(AWAY, FIREFOX, user)
    except people.api.exceptions.TooManyRequestsException:
        return True
    return False


def risk(people, user):
    events = people.events(user)
    return events[0]["EventRisk"]


def observations(service, pool):
    return service.do(lambda s: s.storage.observations.of_pool(pool, after=("", 0), limit=1000))


class TestHearing:
    def test_failures_at_one_process_count_at_the_other(self, two):
        first, second = two
        people = People(first)
        there = seen_from(people, second)
        there.sign_in_from(HOME, CHROME, people.user())
        turn(*two)

        stuff(people)
        before = state(second, people.pool)
        turn(*two)

        assert before["tables"]["failures.ip"] == {}
        assert state(second, people.pool) == state(first, people.pool)

    def test_who_was_good_at_one_process_is_let_through_a_flood_at_the_other(self, two):
        first, second = two
        people = People(first)
        there = seen_from(people, second)
        local, *unheard = (people.user() for _ in range(4))
        people.sign_in_from(AWAY, CHROME, local)
        there.sign_in_from(HOME, CHROME, unheard[0])  # the second process has the pool in use
        turn(*two)

        for number in range(90):
            with pytest.raises(ClientError):
                there.sign_in_from(AWAY, "stuffer/1.0", f"name{number}", PASSWORD)

        # A few strangers pass, one a second: not all of three at once.
        assert any(is_refused(there, user) for user in unheard)
        # From another device, so that the profile says nothing for them.
        assert "AuthenticationResult" in there.sign_in_from(AWAY, FIREFOX, local)

    def test_each_hears_the_other_once(self, two):
        first, second = two
        people = People(first)
        there = seen_from(people, second)
        for round_ in range(3):
            stuff(people, names=range(round_, round_ + 3))
            stuff(there, NEIGHBOUR, names=range(round_ + 20, round_ + 23))
            turn(*two)
        turn(*two)

        here, beyond = state(first, people.pool), state(second, people.pool)
        for table in ("pool.ever", "failures.prefix", "crowds.prefix", "crowds.password"):
            assert here["tables"][table].keys() == beyond["tables"][table].keys()
        [count], [count_beyond] = (
            [entry[0] for entry in each["tables"]["failures.prefix"].values()] for each in (here, beyond)
        )
        assert count == pytest.approx(18, abs=0.1)
        assert count_beyond == pytest.approx(count, abs=1e-3)

    def test_feedback_acts_at_the_other_process(self, two):
        first, second = two
        people = People(first)
        there = seen_from(people, second)
        user = people.user()
        people.sign_in_from(AWAY, CHROME, user)
        there.sign_in_from(HOME, CHROME, people.user())
        event = people.events(user)[0]["EventId"]
        people.api.admin_update_auth_event_feedback(
            UserPoolId=people.pool, Username=user, EventId=event, FeedbackValue="Invalid"
        )
        turn(*two)

        assert state(second, people.pool)["tables"]["taints"] == state(first, people.pool)["tables"]["taints"]
        assert state(second, people.pool)["tables"]["taints"] != {}

    def test_a_challenge_answered_elsewhere_is_not_given_up(self, two):
        first, second = two
        people = People(first)
        people.mfa("ON")
        there = seen_from(people, second)
        user = people.user()
        setup = people.sign_in_from(HOME, CHROME, user)
        token = people.api.associate_software_token(Session=setup["Session"])
        import pyotp

        totp = pyotp.TOTP(token["SecretCode"])
        verified = people.api.verify_software_token(
            Session=token["Session"], UserCode=totp.at(people.seconds() - 30)
        )
        people.answer({**setup, **verified}, user, admin=True)
        challenge = people.sign_in_from(HOME, CHROME, user)
        turn(*two)
        there.sign_in_from(HOME, CHROME, people.user())
        there.answer(challenge, user, admin=True, SOFTWARE_TOKEN_MFA_CODE=people.code(totp))
        turn(*two)
        failed = state(first, people.pool)["tables"]["failures.ip"]

        for service in two:
            service.clock.advance(3600)
            # The sign-ins whose users were only offered to set a factor up are still open.
            assert service.do(lambda s: s.risk.give_up(s.clock.now())) <= 2
        assert challenge["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
        assert failed == {}
        assert risk(people, user)["RiskDecision"] == "NoRisk"

    def test_what_nobody_answered_is_given_up_once(self, two):
        first, second = two
        people = People(first)
        people.mfa("ON")
        user = people.user()
        people.sign_in_from(AWAY, CHROME, user)
        seen_from(people, second).sign_in_from(HOME, CHROME, people.user())
        turn(*two)
        for service in two:
            service.clock.advance(3600)

        counts = [service.do(lambda s: s.risk.give_up(s.clock.now())) for service in two]
        turn(*two)

        assert counts == [2, 0]
        assert state(first, people.pool) == state(second, people.pool)
        assert [service.do(lambda s: s.risk.give_up(s.clock.now())) for service in two] == [0, 0]


class TestStarting:
    def test_a_new_process_starts_with_exactly_what_one_knew(self, new_service, database_url):
        first = new_service(database=database_url)
        people = People(first)
        user = people.user()
        people.habits(user, 3)
        stuff(people)
        event = people.events(user)[0]["EventId"]
        people.api.admin_update_auth_event_feedback(
            UserPoolId=people.pool, Username=user, EventId=event, FeedbackValue="Invalid"
        )

        assert state(new_service(database=database_url), people.pool) == state(first, people.pool)

        assert keep(first) == [True]
        stuff(people, NEIGHBOUR)
        people.habits(user, 2)
        assert state(new_service(database=database_url), people.pool, has_passwords=False) == state(
            first, people.pool, has_passwords=False
        )

    def test_old_observations_go_and_are_not_missed(self, two, new_service, database_url):
        first, second = two
        people = People(first)
        there = seen_from(people, second)
        stuff(people)
        stuff(there, NEIGHBOUR)
        turn(*two)
        assert keep(first) == [True]
        stuff(people, names=range(30, 33))
        turn(*two)
        assert len(observations(first, people.pool)) == 27

        assert keep(second, is_last=False) == [False]  # it has just been kept
        second.clock.advance(40)
        first.clock.advance(40)
        assert keep(second, is_last=False) == [True]
        keep(first)

        assert len(observations(first, people.pool)) <= 3
        third = state(new_service(database=database_url), people.pool, has_passwords=False)
        assert third["tables"]["pool.ever"] == state(second, people.pool)["tables"]["pool.ever"]

    def test_a_process_that_slept_starts_over(self, two):
        first, second = two
        people = People(first)
        seen_from(people, second).sign_in_from(HOME, CHROME, people.user())
        turn(*two)
        stuff(people)
        listen(first)
        keep(first)
        keep(first)
        assert observations(first, people.pool) == []

        listen(second, later=100)

        assert state(second, people.pool, has_passwords=False) == state(
            first, people.pool, has_passwords=False
        )


class TestTwoAtOnce:
    def test_states_agree_after_both_worked_at_the_same_time(self, two):
        from concurrent.futures import ThreadPoolExecutor

        first, second = two
        people = People(first)
        there = seen_from(people, second)
        user = people.user()
        with ThreadPoolExecutor(4) as threads:
            works = [
                threads.submit(stuff, each, address, range(lane * 10, lane * 10 + 10))
                for lane, (each, address) in enumerate(
                    [(people, AWAY), (there, AWAY), (people, NEIGHBOUR), (there, NEIGHBOUR)]
                )
            ]
            for work in works:
                work.result()
        turn(*two)

        counts = [
            {key: round(entry[0], 3) for key, entry in each["tables"]["pool.ever"].items()}
            for each in (state(first, people.pool), state(second, people.pool))
        ]
        assert counts[0] == counts[1] == {"attempts": 40.0, "failures": 40.0}
        for service in (first, second):
            seen_from(people, service).sign_in_from(AWAY, CHROME, user)
        scores = [event["EventRisk"] for event in people.events(user)[:2]]
        assert {each["RiskLevel"] for each in scores if "RiskLevel" in each}


def within_a_second(attempt):
    """The first answer of `attempt` that is no None; asked until a second and a bit have gone by."""
    deadline = time.monotonic() + 1.3
    while time.monotonic() < deadline:
        found = attempt()
        if found is not None:
            return found
        time.sleep(0.05)
    return None


class TestConfiguration:
    def refusal(self, people, user):
        try:
            people.sign_in_from(HOME, CHROME, user)
        except ClientError as error:
            return error.response["Error"]["Code"]
        return None

    def block_home(self, people):
        people.actions(*("NO_ACTION",) * 3, RiskExceptionConfiguration={"BlockedIPRangeList": [f"{HOME}/32"]})

    def test_a_risk_configuration_acts_here_at_once_and_there_within_a_second(self, two):
        first, second = two
        people = People(first)
        there = seen_from(people, second)
        user = people.user()
        assert self.refusal(there, user) is self.refusal(people, user) is None

        self.block_home(people)

        assert self.refusal(people, user) == "NotAuthorizedException"
        assert within_a_second(lambda: self.refusal(there, user)) == "NotAuthorizedException"

    def test_a_deleted_client_is_gone_there_within_a_second(self, two):
        first, second = two
        people = People(first)
        there = seen_from(people, second)
        user = people.user()
        there.sign_in(user)
        people.api.delete_user_pool_client(UserPoolId=people.pool, ClientId=people.client)

        assert self.refusal(people, user) == "ResourceNotFoundException"
        assert within_a_second(lambda: self.refusal(there, user)) == "ResourceNotFoundException"

    def test_a_new_client_is_there_at_once_though_it_was_asked_for_before(self, two):
        first, second = two
        people = People(first)
        there = seen_from(people, second)
        user = people.user()
        there.client = "a" * 26
        assert self.refusal(there, user) == "ResourceNotFoundException"

        there.client = people.new_client()

        assert self.refusal(there, user) is None

    def test_a_sign_out_and_a_revocation_hold_there_at_once(self, two):
        first, second = two
        people = People(first)
        there = seen_from(people, second)
        user = people.user()
        tokens = people.sign_in(user)["AuthenticationResult"]
        there.api.get_user(AccessToken=tokens["AccessToken"])

        people.api.admin_user_global_sign_out(UserPoolId=people.pool, Username=user)

        with pytest.raises(ClientError, match="revoked"):
            there.api.get_user(AccessToken=tokens["AccessToken"])
        with pytest.raises(ClientError, match="NotAuthorized"):
            there.api.initiate_auth(
                ClientId=people.client,
                AuthFlow="REFRESH_TOKEN_AUTH",
                AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]},
            )

    def test_two_that_make_a_pool_s_first_keys_end_with_the_same(self, two):
        first, second = two
        people = People(first)
        there = seen_from(people, second)
        user = people.user()
        kids = [jwt_header(each.sign_in(user)) for each in (people, there)]
        time.sleep(1.1)
        for each in (people, there):  # one reads anew meanwhile
            each.sign_in(user)

        assert jwt_header(people.sign_in(user)) == jwt_header(there.sign_in(user)) == kids[1]


def jwt_header(answer):
    return jwt.get_unverified_header(answer["AuthenticationResult"]["AccessToken"])["kid"]
