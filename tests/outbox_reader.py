"""Reads the outbox of a running service, as `riskengine outbox latest` does."""

from service import Service

from riskengine.courier.envelope import Content, open_content
from riskengine.entities import Message
from riskengine.flows.notifications import PURPOSE
from riskengine.flows.services import Services


def messages_to(service: Service, destination: str) -> list[tuple[Message, Content | None]]:
    """Newest first; None for what was sent and wiped."""

    async def read(services: Services) -> list[tuple[Message, Content | None]]:
        found = await services.storage.outbox.latest(destination, limit=100)
        return [(each, open_content(services.sealer, each) if each.content else None) for each in found]

    return service.do(read)


def newest_code(service: Service, destination: str) -> str:
    """The code of the newest message to an address that carries one."""
    found = [each for each in messages_to(service, destination) if each[0].purpose != PURPOSE]
    assert found, f"nothing was sent to {destination}"
    content = found[0][1]
    assert content is not None
    return content.secret
