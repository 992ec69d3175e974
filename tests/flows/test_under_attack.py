"""A user whose password is being guessed: strangers' sign-ins weigh more for a while, the owner's do not."""

import pytest
from people import AWAY, CHROME, FIREFOX, HOME, People

from riskengine.context.attempt import RawContext
from riskengine.flows.observing import observe
from riskengine.risk import Assessment, Level

ELSEWHERE = "80.202.1.1"  # another provider of the same country
DAY = 86_400
GUESSES = 20
SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Safari/605.1.15"
)


def judged(people: People, user: str, address: str, agent: str = CHROME) -> Assessment:
    """What a sign-in from there would score now; nothing is tried, so nothing is learned."""

    async def assess(services):
        found = await services.storage.users.find(people.pool, user)
        profile = (await services.storage.profiles.find(people.pool, found.sub)).profile
        engine = await services.risk.engine(people.pool, services.clock.now())
        raw = RawContext(time=services.clock.now(), address=address, headers=(("User-Agent", agent),))
        observed = observe(
            services,
            raw,
            pool=await services.storage.pools.get(people.pool),
            client=await services.storage.clients.get(people.pool, people.client),
            username=user,
            user=found,
            password=None,
        )
        return engine.assess(observed.attempt, profile)

    return people.service.do(assess)


def points(assessment: Assessment, code: str) -> int:
    return sum(reason.points for reason in assessment.reasons if reason.code == code)


@pytest.fixture
def pair(people) -> tuple[str, str]:
    """Two with the same habits; the first will be attacked."""
    people.actions("NO_ACTION", "NO_ACTION", "NO_ACTION")
    # Ten past the hour: what follows stays within it, and hours speak for themselves.
    people.service.clock.advance((600 - people.seconds()) % 3600)
    victim, other = people.user(), people.user()
    for user in (victim, other):
        people.habits(user)
    return victim, other


def guess(people: People, user: str, times: int = GUESSES) -> None:
    for _ in range(times):
        with pytest.raises(people.api.exceptions.NotAuthorizedException):
            people.sign_in_from(AWAY, FIREFOX, user, "wrong")
        people.service.clock.advance(30)


def test_guesses_raise_what_is_unfamiliar_for_hours(people, pair):
    """By as much as a level; for the same attempt on somebody who is not attacked by less."""
    victim, other = pair
    before = judged(people, victim, ELSEWHERE)
    assert before.level is Level.LOW
    guess(people, victim)

    during = judged(people, victim, ELSEWHERE)
    assert points(during, "ACCOUNT_FAILURES") >= 15
    assert points(during, "ATTACK_WAVE") >= 10
    assert during.level is Level.MEDIUM
    beside = judged(people, other, ELSEWHERE)
    assert points(beside, "ACCOUNT_FAILURES") == 0
    assert during.score - before.score >= beside.score - before.score + 15

    people.service.clock.advance(DAY - 30 * GUESSES)
    after = judged(people, victim, ELSEWHERE)
    assert abs(after.score - before.score) <= 3
    assert points(after, "ACCOUNT_FAILURES") == points(after, "ATTACK_WAVE") == 0


def test_the_attacker_is_blocked_and_the_owner_gets_in(people, pair):
    """With the right password in both hands; when the attack is over, elsewhere is only elsewhere again."""
    victim, _ = pair
    guess(people, victim)
    people.actions("NO_ACTION", "BLOCK", "BLOCK")
    with pytest.raises(people.api.exceptions.NotAuthorizedException):
        people.sign_in_from(ELSEWHERE, CHROME, victim)
    people.sign_in_from(HOME, CHROME, victim)
    home = people.events(victim)[0]["EventRisk"]
    assert (home["RiskDecision"], home.get("RiskLevel")) == ("NoRisk", None)
    people.service.clock.advance(DAY - 30 * GUESSES)
    assert "AuthenticationResult" in people.sign_in_from(ELSEWHERE, CHROME, victim)


def test_owners_familiar_sign_ins_stay_no_risk(people, pair):
    """At home in the usual browser; in a new one there, it is below what default actions ask about."""
    victim, _ = pair
    guess(people, victim, 40)
    usual, new = (judged(people, victim, HOME, agent) for agent in (CHROME, SAFARI))
    assert usual.level is Level.NONE
    assert new.level < Level.MEDIUM
    assert points(usual, "ATTACK_WAVE") == points(new, "ATTACK_WAVE") == 0


def test_alarm_raises_for_days(people, pair):
    """A sign-in called an attack: its password is known to somebody, from wherever they come next."""
    victim, _ = pair
    people.sign_in_from(AWAY, FIREFOX, victim)
    before = judged(people, victim, ELSEWHERE)
    people.api.admin_update_auth_event_feedback(
        UserPoolId=people.pool,
        Username=victim,
        EventId=people.events(victim)[0]["EventId"],
        FeedbackValue="Invalid",
    )
    alarms = []
    for _ in range(3):
        now = judged(people, victim, ELSEWHERE)
        alarms.append(points(now, "RECENT_ALARM"))
        assert judged(people, victim, HOME).level is Level.NONE
        people.service.clock.advance(14 * DAY)
    assert alarms[0] >= 8
    assert alarms == sorted(alarms, reverse=True)
    assert alarms[-1] <= 1
    assert points(before, "RECENT_ALARM") == 0
