"""`riskengine backup` and `riskengine restore`: a SQLite database, while it is served."""

from pathlib import Path

import click

from riskengine.cli.house import TROUBLES, told
from riskengine.cli.options import settings_from, settings_options
from riskengine.storage import sqlite_backup


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@settings_options
def backup(file: Path, config: str | None, database: str | None) -> None:
    """Copy the SQLite database into FILE, as it is at this moment; serving goes on.

    The master key is not in it: keep that apart, or the copy opens nothing.
    """
    settings = settings_from(config, database=database)
    try:
        size = sqlite_backup.backup(sqlite_backup.file_of(settings.database), file)
    except TROUBLES as error:
        raise told(error) from None
    click.echo(
        f"{file}: {size:,} bytes, checked. Without the master key it is of no use: keep that too, apart."
    )


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@settings_options
def restore(file: Path, config: str | None, database: str | None) -> None:
    """Put the backup FILE where the SQLite database belongs; none may be there."""
    settings = settings_from(config, database=database)
    try:
        target = sqlite_backup.file_of(settings.database)
        sqlite_backup.restore(file, target)
    except TROUBLES as error:
        raise told(error) from None
    click.echo(f"{target} is as {file} was. It opens under the master key of that time.")
