"""The one sign-in that a link speaks of, and what its page says of it."""

from dataclasses import dataclass, field

from riskengine.base.secret import Secret
from riskengine.entities import AuthEvent, Pool, User
from riskengine.flows import messages, recovery, verdicts
from riskengine.flows.feedback_tokens import InvalidFeedbackTokenError, is_of, read_feedback_token
from riskengine.flows.notifications import facts_of, name_of, time_text
from riskengine.flows.risk_desk import is_grave
from riskengine.flows.services import Services
from riskengine.storage.errors import NotFound
from riskengine.storage.interface import Reader

_PAGE, _MOST_READ, _MOST_SHOWN = 100, 1000, 6
_VERDICTS = {"Valid": "Said to be you.", "Invalid": "Said to be somebody else."}


class LinkError(Exception):
    """A link is none of ours, or not any longer; pages do not tell which."""


@dataclass(frozen=True, slots=True)
class Case:
    """A notified sign-in, its user, and the token that lets somebody speak of it."""

    pool: Pool
    user: User
    event: AuthEvent
    notice: str
    token: Secret = field(repr=False)

    @property
    def is_disowned(self) -> bool:
        """Whether the last word is that it was somebody else."""
        return self.event.feedback is not None and self.event.feedback.value == "Invalid"

    @property
    def has_working_password(self) -> bool:
        """Whether the account has a password that opens it."""
        return self.user.has_password and self.user.status == "CONFIRMED"


@dataclass(frozen=True, slots=True)
class Line:
    """A sign-in in a few words."""

    when: str
    where: str
    device: str
    address: str
    outcome: str
    verdict: str = ""


async def open_case(services: Services, token: Secret, now: int) -> Case:
    """What a link's token speaks of.

    Raises:
        LinkError: the token is forged or old, or its event, user or pool is gone.
    """
    try:
        said = read_feedback_token(services, token, now)
        pool = await services.storage.pools.get(said.pool)
        user = await services.storage.users.get(said.pool, said.sub)
        event = await services.storage.events.get(said.pool, said.sub, said.event)
    except (InvalidFeedbackTokenError, NotFound):
        raise LinkError from None
    if not is_of(said, event) or pool.threat_mode == "OFF":
        raise LinkError
    return Case(pool, user, event, said.notice, token)


def view(case: Case, now: int) -> dict[str, object]:
    """What every page of a case may say."""
    until = verdicts.marked_until(case.event)
    found = recovery.channel(case.pool, case.user)
    said = case.event.feedback
    return {
        "token": case.token.reveal(),
        "account": name_of(case.user),
        "service": case.pool.description.name or "",
        "event": line(case.event),
        "reference": case.event.id,
        "said": said.value if said else "",
        "said_when": time_text(said.date) if said else "",
        "said_by_operator": said is not None and said.provider == verdicts.ADMINISTRATOR,
        "needs_operator": is_grave(case.event),
        "marked_until": time_text(until) if until is not None and now < until else "",
        "sessions_ended": (
            case.is_disowned and case.event.response == "Pass" and case.pool.revokes_on_invalid
        ),
        **_repairs(case),
        "has_password": case.user.has_password,
        "can_stop_password": case.has_working_password,
        "code_goes_to": messages.masked(found[1]) if found else "",
    }


def _repairs(case: Case) -> dict[str, object]:
    """What has been done about the account since it was called an attack."""
    said, user = case.event.feedback, case.user
    since = min((each.date for each in case.event.verdicts if each.value == "Invalid"), default=None)
    if said is None or since is None:
        return {"signed_out": False, "password_renewed": False, "password_dead": False}
    credential = user.credential
    return {
        "signed_out": user.signed_out_at >= since,
        "password_renewed": credential is not None and credential.set_at >= since,
        "password_dead": user.status == "RESET_REQUIRED",
    }


def line(event: AuthEvent) -> Line:
    """A sign-in in a few words."""
    facts, said = facts_of(event), event.feedback
    return Line(
        when=facts["login-time"],
        where=f"{facts['city']}, {facts['country']}",
        device=facts["device-name"],
        address=facts["ip-address"],
        outcome=_outcome(event),
        verdict="" if said is None else _VERDICTS[said.value],
    )


def _outcome(event: AuthEvent) -> str:
    answers = dict(event.challenges)
    if event.decision == "Block":
        return "Blocked. Nobody was let in."
    if event.response == "InProgress":
        return "Asked for one more proof. No right answer came so far."
    if event.response == "Fail":
        return "Asked for a second factor, and not let in." if "Mfa" in answers else "Not let in."
    return "Let in with a second factor." if "Mfa" in answers else "Let in."


async def others(reader: Reader, case: Case, now: int) -> list[Line]:
    """Other risky sign-ins of the last two weeks, newest first, whoever has dismissed them."""
    found: list[Line] = []
    before, read = None, 0
    while read < _MOST_READ and len(found) < _MOST_SHOWN:
        events = await reader.events.list_(case.pool.id, case.user.sub, before=before, limit=_PAGE)
        risky = (each for each in events if each.id != case.event.id and verdicts.is_marked(each, now))
        found.extend(line(each) for each in risky)
        read += len(events)
        if len(events) < _PAGE or events[-1].time < now - verdicts.MARKED_FOR:
            break
        before = (events[-1].time, events[-1].id)
    return found[:_MOST_SHOWN]
