"""SMS by an HTTP hook of the operator's own, signed so that nobody else can have it send."""

import aiohttp
import msgspec

from riskengine.base.clock import SECOND, Clock
from riskengine.courier.envelope import Content
from riskengine.courier.interface import DeliveryError
from riskengine.credentials.webhook import webhook_headers
from riskengine.entities import Message

_TIMEOUT = aiohttp.ClientTimeout(total=10)
_TRY_AGAIN = (408, 425, 429)


class SmsCarrier:
    """POSTs {"id", "to", "text", "pool", "purpose"} to one URL; 2xx means that the message was taken."""

    def __init__(self, url: str, key: bytes | None, clock: Clock) -> None:
        if not url.startswith(("http://", "https://")):
            raise ValueError("sms_url must be an http:// or https:// URL")
        self._url = url
        self._key = key
        self._clock = clock

    async def carry(self, message: Message, content: Content) -> None:
        """Hand the text over; `id` and webhook-id stay the same when it is tried again."""
        body = msgspec.json.encode(
            {
                "id": message.id,
                "to": message.destination,
                "text": content.body,
                "pool": message.pool,
                "purpose": message.purpose,
            }
        )
        headers = {"Content-Type": "application/json"}
        if self._key is not None:
            headers |= webhook_headers(self._key, message.id, self._clock.now() // SECOND, body)
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT) as session,
                session.post(self._url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise DeliveryError(type(error).__name__) from None
        if not 200 <= status < 300:
            is_final = 300 <= status < 500 and status not in _TRY_AGAIN
            raise DeliveryError(f"HTTP {status}", is_final=is_final)
