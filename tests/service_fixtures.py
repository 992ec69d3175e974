"""Running services to ask for. What they need is imported at their first use: most tests need none of it."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from service import Service

_KEYS = 16


class KeyRing:
    """Makes the first few keys as the product does, then gives them out again: each costs 50 ms.

    Two pools made one after the other never have the same.
    """

    def __init__(self, make: Callable[[int, int], Any]) -> None:
        self._make = make
        self._made: list[Any] = []
        self._count = itertools.count()

    def __call__(self, exponent: int, bits: int) -> Any:
        """A key, new or not."""
        turn = next(self._count) % _KEYS
        while len(self._made) <= turn:
            self._made.append(self._make(exponent, bits))
        return self._made[turn]


@pytest.fixture(scope="session")
def quick_keys() -> Iterator[None]:
    """Signing keys of a ring, for services within this process."""
    from riskengine.tokens import keys

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "generate_private_key", KeyRing(keys.generate_private_key))
        yield


@pytest.fixture(scope="session")
def service(quick_keys: None, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Service]":
    """One service for all quick tests: each makes a pool of its own and leaves the clock alone."""
    from service import Service, settings_for

    with Service(settings_for(tmp_path_factory.mktemp("service"))) as running:
        yield running


@pytest.fixture
def new_service(quick_keys: None, tmp_path: Path) -> "Iterator[Callable[..., Service]]":
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
