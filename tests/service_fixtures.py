"""Running services to ask for. What they need is imported at their first use: most tests need none of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from service import Service


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Service]":
    """One service for all quick tests: each makes a pool of its own and leaves the clock alone."""
    from service import Service, settings_for

    with Service(settings_for(tmp_path_factory.mktemp("service"))) as running:
        yield running


@pytest.fixture
def new_service(tmp_path: Path) -> "Iterator[Callable[..., Service]]":
    """A maker of services that nobody else uses; takes `handlers` and settings (such as `database`)."""
    from service import Service, settings_for

    started: list[Service] = []

    def start(handlers: Any = None, **changes: Any) -> Service:
        folder = tmp_path / f"service{len(started)}"
        folder.mkdir()
        one = Service(settings_for(folder, **changes), handlers)
        started.append(one)
        return one.__enter__()

    yield start
    for one in started:
        one.stop()
