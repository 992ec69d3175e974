"""What the demo shows: a table for people, JSON lines for programs, and where to go from there."""

import json
from collections.abc import Callable, Iterable

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from riskengine.demo.play import Decided, Note, Shown

_WIDEST = 120
_NARROWEST = 100
_RISKS = {"None": "no risk", "Low": "low risk", "Medium": "medium risk", "High": "high risk"}
_LEVEL_STYLES = {"None": "green", "Low": "cyan", "Medium": "yellow", "High": "bold red"}


def json_of(decided: Decided) -> str:
    """One decision as a line of JSON; what was not scored has no points, and says so."""
    line = {
        "scene": decided.scene.title,
        "user": decided.scene.user,
        "ip": decided.scene.address,
        "scored": decided.score is not None,
        "score": decided.score or 0,
        "level": decided.level or "None",
        "decision": decided.decision or "NoRisk",
        "action": decided.action,
        "outcome": decided.outcome,
        "reasons": [
            {"code": each.code, "points": each.points, "text": each.text} for each in decided.reasons
        ],
    }
    return json.dumps(line, ensure_ascii=False)


def console() -> Console:
    """Where the table goes: as wide as the terminal, within what reads well."""
    terminal = Console()
    width = min(max(terminal.width, _NARROWEST), _WIDEST) if terminal.is_terminal else _WIDEST
    return Console(highlight=False, width=width)


def table_of(shown: Iterable[Shown], network_of: Callable[[str], str]) -> Table:
    """All that was played, a row each; `network_of` puts an address in words."""
    table = Table(box=box.ROUNDED, show_lines=True, header_style="bold", expand=True, border_style="dim")
    table.add_column("who, from where", width=28)
    table.add_column("the points, and what they are for", ratio=1)
    table.add_column("risk, and what happened", width=25)
    for each in shown:
        if isinstance(each, Note):
            table.add_row(Text(each.title, style="italic"), Text(each.text, style="italic"), "")
        else:
            table.add_row(_who(each, network_of), _why(each), _what(each))
    return table


def _who(decided: Decided, network_of: Callable[[str], str]) -> Text:
    scene = decided.scene
    text = Text().append(f"{decided.number}. {scene.title}\n", style="bold")
    text.append(f"{scene.user}, {scene.device.browser.words}\n{scene.address}\n")
    return text.append(network_of(scene.address), style="dim")


def _why(decided: Decided) -> Group | Text:
    if not decided.event:
        return Text("no such account, so no account's event to read the points from", style="dim")
    if decided.score is None:
        return Text("no risk is computed", style="dim")
    lines = Table.grid(padding=(0, 1, 0, 0))
    lines.add_column(justify="right", width=4)
    lines.add_column()
    told = (reason for reason in decided.reasons if reason.points)
    for reason in sorted(told, key=lambda reason: -reason.points):
        lines.add_row(Text(f"{reason.points:+d}", style="red" if reason.points > 0 else "green"), reason.text)
    lines.add_row("────", "")
    lines.add_row(Text(f"{decided.score:+d}", style=_style(decided)), Text("points", style="bold"))
    return Group(lines)


def _what(decided: Decided) -> Text:
    risk = "not scored" if decided.level is None else _RISKS[decided.level]
    text = Text().append(f"{risk}\n", style=_style(decided))
    text.append(f"{decided.outcome}\n", style="bold green" if decided.is_in else "bold red")
    return text.append(decided.scene.told)


def _style(decided: Decided) -> str:
    return _LEVEL_STYLES.get(decided.level or "", "dim")
