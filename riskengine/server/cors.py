"""Browsers call the API directly, from any origin: no cookie or other ambient right is ever looked at."""

from aiohttp import web

ANSWER = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "x-amzn-RequestId, x-amzn-ErrorType, x-amzn-ErrorMessage",
}
# The star covers all but Authorization; old browsers do not know it and read the names.
_ALLOWED = (
    "*",
    "Authorization",
    "Cache-Control",
    "Content-Type",
    "X-Amz-Content-Sha256",
    "X-Amz-Date",
    "X-Amz-Security-Token",
    "X-Amz-Target",
    "X-Amz-User-Agent",
    "Amz-Sdk-Invocation-Id",
    "Amz-Sdk-Request",
)
_PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, GET, OPTIONS",
    "Access-Control-Allow-Headers": ", ".join(_ALLOWED),
    "Access-Control-Max-Age": "7200",
}


async def preflight(_request: web.Request) -> web.Response:
    """What a browser asks before it sends."""
    return web.Response(status=200, headers=_PREFLIGHT)
