"""What a browser sends back: a small form, from a page of ours."""

import asyncio
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

_LONGEST = 16 * 1024
_MOST_FIELDS = 16
_SECONDS = 20.0
_TYPE = "application/x-www-form-urlencoded"


class FormError(Exception):
    """The request is no form of ours."""


async def read_form(request: web.Request, public_url: str) -> dict[str, str]:
    """The fields of a form; the last of a name counts.

    Raises:
        FormError: it is none, is too long, came too slowly, or a page of somebody else sent it.
    """
    _require_own_page(request, public_url)
    if request.content_type != _TYPE or (request.content_length or 0) > _LONGEST:
        raise FormError
    try:
        async with asyncio.timeout(_SECONDS):
            body = await request.read()
        if len(body) > _LONGEST:
            raise FormError
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except (TimeoutError, ValueError, web.HTTPException):
        raise FormError from None
    return dict(pairs)


def _require_own_page(request: web.Request, public_url: str) -> None:
    """The token is the authority, no cookie is: but no other site should be able to send forms either.

    Our pages send no referrer, so browsers say "null" for their origin and name the relation beside it.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise FormError
    origin = request.headers.get("Origin", "null")
    if origin != "null" and urlsplit(origin).netloc not in {request.host, urlsplit(public_url).netloc}:
        raise FormError
