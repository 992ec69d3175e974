"""`riskengine explain`: why an event scored what it did, in points that add up."""

import json
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from riskengine.base.clock import to_seconds
from riskengine.cli.house import with_house
from riskengine.cli.options import json_option, settings_from, settings_options
from riskengine.entities import AuthEvent
from riskengine.flows import lookup
from riskengine.flows.risk_desk import assessment_of
from riskengine.flows.services import Services
from riskengine.risk import Reason
from riskengine.storage.errors import NotFound

_STYLES = {"POSITIVE": "red", "NEGATIVE": "green", "UNKNOWN": "dim"}


@click.command()
@click.argument("event")
@click.option("--pool", help="Id of the event's pool")
@click.option("--user", help="User name of the event's user; with --pool, nothing has to be searched")
@json_option
@settings_options
def explain(  # noqa: PLR0913 - one option each
    event: str,
    pool: str | None,
    user: str | None,
    config: str | None,
    database: str | None,
    *,
    as_json: bool,
) -> None:
    """Show the reasons of EVENT, an EventId of AdminListUserAuthEvents or the event_id of a token.

    Without --pool and --user all events are looked through, which takes a while where there are many.
    """

    async def work(services: Services) -> AuthEvent | None:
        if pool is None or user is None:
            return await services.storage.events.find_anywhere(event)
        owner = await lookup.user(services.storage, await lookup.pool(services.storage, pool), user)
        try:
            return await services.storage.events.get(pool, owner.sub, event)
        except NotFound:
            return None

    found = with_house(settings_from(config, database=database), work)
    if found is None or (pool is not None and found.pool != pool):
        raise click.ClickException(f"There is no event {event}")
    if as_json:
        click.echo(json.dumps(_plain(found), ensure_ascii=False))
    else:
        _show(found)


def _plain(event: AuthEvent) -> dict[str, Any]:
    limits = event.thresholds
    feedback = event.feedback
    return {
        "EventId": event.id,
        "UserPoolId": event.pool,
        "ClientId": event.client,
        "Username": event.username,
        "EventType": event.type,
        "CreationDate": to_seconds(event.time),
        "EventResponse": event.response,
        "RiskScore": event.score,
        "RiskLevel": event.level,
        "RiskDecision": event.decision,
        "RiskAction": event.action,
        "Thresholds": dict(zip(("Low", "Medium", "High"), limits, strict=True)) if limits else None,
        "RiskReasons": [
            {"Code": each.code, "Points": each.points, "Sign": each.sign, "Text": each.text}
            for each in assessment_of(event).reasons
        ],
        "Learning": event.learning,
        "Feedback": feedback.value if feedback else None,
    }


def _show(event: AuthEvent) -> None:
    console = Console()
    when = datetime.fromtimestamp(to_seconds(event.time), UTC)
    place = ", ".join(filter(None, (event.address or "unknown address", event.city, event.country)))
    console.print(f"{event.type} of {event.username} on {when:%Y-%m-%d at %H:%M:%S} UTC: {event.response}")
    console.print(f"{event.device_name or 'unknown device'}, {place}")
    if event.score is None:
        console.print("No risk was computed: threat protection was off, or the address is on a list.")
        return
    assessment = assessment_of(event)
    table = Table(show_header=False, box=None, padding=(0, 1))
    for reason in sorted(assessment.reasons, key=lambda each: -abs(each.points)):
        table.add_row(*_row(reason))
    table.add_section()
    table.add_row(f"{assessment.score:+d}", "", Text(_verdict(event), style="bold"))
    console.print(table)
    if event.feedback is not None:
        console.print(f"Feedback: {event.feedback.value}, by {event.feedback.provider}")


def _row(reason: Reason) -> tuple[Text, Text, Text]:
    style = _STYLES[reason.sign]
    return Text(f"{reason.points:+d}", style, justify="right"), Text(reason.code, style), Text(reason.text)


def _verdict(event: AuthEvent) -> str:
    low, medium, high = event.thresholds or (0, 0, 0)
    done = f"; {event.decision}, {event.action}" if event.decision else ""
    return f"{event.level} risk (Low from {low}, Medium from {medium}, High from {high}){done}"
