"""Options that several commands share, and what they come to."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from riskengine.config import ConfigurationError, Settings, load

F = TypeVar("F", bound=Callable[..., Any])


def settings_options(command: F) -> F:
    """`--config` and `--database`, for every command that opens the house."""
    command = click.option(
        "--database", metavar="URL", help="sqlite:///PATH or postgresql://... (RISKENGINE_DATABASE)"
    )(command)
    return click.option(
        "--config",
        metavar="FILE",
        type=click.Path(dir_okay=False),
        help="Settings in TOML (RISKENGINE_CONFIG)",
    )(command)


json_option = click.option("--json", "as_json", is_flag=True, help="Machine-readable output")


def settings_from(config: str | None, **overrides: Any) -> Settings:
    """The settings of this call; what is wrong with them ends the command in one line."""
    try:
        return load(config, overrides)
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from None
