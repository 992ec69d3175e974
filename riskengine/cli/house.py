"""Opening the house for a command, with its faults told in one line."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import click

from riskengine.config import ConfigurationError, Settings
from riskengine.credentials.master_key import MasterKeyError
from riskengine.flows.access_keys import require_master_key
from riskengine.flows.services import Services
from riskengine.server.run import run
from riskengine.storage.errors import StorageError
from riskengine.wiring import open_house

T = TypeVar("T")

# What the surroundings may get wrong; anything else is a fault of ours and shows where it came from.
TROUBLES = (StorageError, ConfigurationError, ValueError, OSError)


def told(error: Exception) -> click.ClickException:
    """What ends a command, in one line."""
    if isinstance(error, StorageError):
        text = f"The database can't be used: {error or type(error).__name__}"
    elif isinstance(error, MasterKeyError):
        text = f"The master key can't be used: {error}"
    elif isinstance(error, ValueError):
        text = f"Bad setting: {error}"
    else:
        text = str(error)
    return click.ClickException(" ".join(text.split()))


def with_house(settings: Settings, work: Callable[[Services], Coroutine[Any, Any, T]]) -> T:
    """What `work` makes of the open house."""

    async def inside() -> T:
        async with open_house(settings) as services:
            await require_master_key(services)
            return await work(services)

    try:
        return run(inside())
    except TROUBLES as error:
        raise told(error) from None
