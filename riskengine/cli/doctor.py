"""`riskengine doctor`: what is old, missing, risky or broken; changes nothing."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from riskengine.base.clock import SystemClock
from riskengine.cli.checks import CHECKS, Finding, Patient
from riskengine.cli.house import TROUBLES, told
from riskengine.cli.options import json_option, settings_from, settings_options
from riskengine.config import Settings
from riskengine.server.run import run
from riskengine.storage import StorageError, open_storage
from riskengine.wiring import existing_sealer, require

_STYLES = {"ok": "green", "warning": "yellow", "fault": "bold red"}


@click.command()
@json_option
@settings_options
def doctor(config: str | None, database: str | None, *, as_json: bool) -> None:
    """Look the installation over: exit code 1 where something is broken."""
    settings = settings_from(config, database=database)
    try:
        findings = run(examine(settings))
    except TROUBLES as error:
        raise told(error) from None
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings]))
    else:
        _print(findings)
    if any(finding.state == "fault" for finding in findings):
        raise SystemExit(1)


async def examine(settings: Settings) -> list[Finding]:
    """Every check's findings; where the database can't be used, what can be told without it."""
    try:
        await asyncio.to_thread(require, settings)
    except TROUBLES as error:
        return [Finding("settings", "fault", told(error).message), *await _of_database(settings)]
    return await _of_database(settings)


async def _of_database(settings: Settings) -> list[Finding]:
    _, _, path = settings.database.partition("sqlite:///")
    if path not in ("", ":memory:") and not await asyncio.to_thread(Path(path).is_file):
        return [Finding("database", "fault", f"there is no file {path}: the first start makes it")]
    try:
        storage = await open_storage(settings.database)
    except StorageError as error:
        return [Finding("database", "fault", f"it can't be used: {error}")]
    patient = Patient(settings, storage, lambda: existing_sealer(settings), SystemClock().now())
    findings: list[Finding] = []
    try:
        for check in CHECKS:
            try:
                findings += await check(patient)
            except TROUBLES as error:
                text = f"could not be looked at: {told(error).message}"
                findings.append(Finding(check.__name__.strip("_"), "warning", text))
    finally:
        await storage.close()
    return findings


def _print(findings: list[Finding]) -> None:
    table = Table("", "about", "found", box=None, pad_edge=False)
    for finding in findings:
        table.add_row(f"[{_STYLES[finding.state]}]{finding.state}[/]", finding.about, finding.text)
    Console().print(table)
