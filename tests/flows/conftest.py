"""People of a service whose clock each module may turn."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError
from people import People
from service import Service, settings_for


@pytest.fixture(scope="module")
def turned_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of this module's own: its clock only goes forward."""
    with Service(settings_for(tmp_path_factory.mktemp("flows"))) as running:
        yield running


@pytest.fixture
def people(turned_service: Service) -> People:
    return People(turned_service)


@pytest.fixture
def new_people(turned_service: Service) -> Callable[..., People]:
    return lambda **settings: People(turned_service, **settings)


@pytest.fixture
def refused() -> Callable[[str, str], AbstractContextManager[None]]:
    """A block that ends in this error, with exactly this message."""

    @contextmanager
    def refusing(name: str, message: str) -> Iterator[Any]:
        with pytest.raises(ClientError) as caught:
            yield caught
        error = caught.value.response["Error"]
        assert (error["Code"], error["Message"]) == (name, message)

    return refusing
