"""A small made-up file of recorded sign-ins: people with habits, guesses from elsewhere, and a takeover."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from people import AWAY, CHROME, FIREFOX, HOME

from riskengine.cli.commands import riskengine

START = 1_780_000_000
DAY = 86_400
USERS = ("ada", "bob", "cyd", "dan")
HEADERS = [["User-Agent", CHROME], ["Accept", "*/*"], ["Accept-Language", "nb-NO,nb;q=0.9"]]
OTHER_HEADERS = [["Accept-Language", "en-US"], ["User-Agent", FIREFOX], ["Accept", "*/*"]]

Line = dict[str, Any]


def attempt(number: int, time: float, user: str, **members: Any) -> Line:
    usual = {"ip": HOME, "headers": HEADERS, "device": None, "password_ok": True}
    return {"id": f"a{number}", "time": time, "user": user, "label": "legit", **usual, **members}


def lines() -> list[Line]:
    """In time order."""
    found: list[Line] = []
    for day in range(10):
        for place, user in enumerate(USERS):
            ip = f"88.88.12.{30 + place}"
            found.append(attempt(len(found), START + day * DAY + place * 60, user, ip=ip))
        if day > 4:
            for second in range(6):
                attack: Line = {"ip": f"41.58.1.{1 + second % 2}", "headers": OTHER_HEADERS}
                attack |= {"password_ok": second == 5, "label": "takeover", "challenge_passed": None}
                time = START + day * DAY + 7200 + second
                found.append(attempt(len(found), time, USERS[(day + second) % 4], **attack))
    found.append(attempt(len(found), START + 11 * DAY, "ada", ip=AWAY, headers=OTHER_HEADERS))
    found.append(attempt(len(found), START + 11 * DAY + 600, "ada", ip=AWAY, headers=OTHER_HEADERS))
    return found


def write(path: Path, content: list[Line]) -> Path:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in content))
    return path


def evaluate(folder: Path, file: Path) -> tuple[Result, bytes]:
    """The command's end, and the scores it wrote."""
    scores = folder / "scores.jsonl"
    ended = CliRunner().invoke(riskengine, ["evaluate", str(file), "--scores", str(scores), "--json"])
    assert ended.exit_code == 0, ended.output
    return ended, scores.read_bytes()


def judged(folder: Path, content: list[Line]) -> list[Line]:
    """What `riskengine evaluate` says of these lines."""
    _, written = evaluate(folder, write(folder / "attempts.jsonl", content))
    return [json.loads(line) for line in written.splitlines()]
