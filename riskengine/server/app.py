"""The web application: every route of the service in one place."""

from collections.abc import Callable, Iterable, Mapping

import msgspec
from aiohttp import web

from riskengine.base.clock import Clock, SystemClock
from riskengine.config import Settings
from riskengine.context.address import parse_address
from riskengine.context.client_ip import client_address
from riskengine.context.ranges import Ranges
from riskengine.flows.services import Services
from riskengine.operations import HANDLERS
from riskengine.operations.registry import Handler
from riskengine.server import cors, health, imports, issuer, metrics
from riskengine.server.admission import Admission
from riskengine.server.arrivals import Arrivals
from riskengine.server.authorize import Authorizer
from riskengine.server.gateway import Gateway, Headers, PeerOf
from riskengine.server.state import ADMISSION, ARRIVALS, SERVICES
from riskengine.server.throttle import Throttle, rates_of

_POOL = "{pool:[A-Za-z0-9_-]{1,55}}"


def create_app(
    services: Services,
    *,
    handlers: Mapping[str, Handler] | None = None,
    machine: Clock | None = None,
    pages: Iterable[web.RouteDef] = (),
) -> web.Application:
    """The application over some services, with the API's handlers or others in their place.

    `machine` is the clock that signatures of requests are held against; the services' own clock
    may be a virtual one. `pages` are those for people, beside the API: wiring.open_pages.
    """
    machine = machine or SystemClock()
    authorizer = Authorizer(services, machine)
    admission = Admission(services.settings.requests_at_once, services.settings.requests_waiting)
    arrivals = Arrivals()
    gateway = Gateway(
        services,
        HANDLERS if handlers is None else handlers,
        authorizer,
        _peer_of(services.settings),
        Throttle(rates_of(services.settings.request_rates), machine, lambda: 1 + services.tail.others),
        admission,
        arrivals,
        _is_proxy(services.settings),
    )
    app = web.Application(client_max_size=services.settings.body_limit)
    app[SERVICES] = services
    app[ADMISSION] = admission
    app[ARRIVALS] = arrivals
    app.on_response_prepare.append(_name_server)
    app.add_routes(
        [
            web.post("/", gateway.__call__),
            web.get("/health/live", health.live),
            web.get("/health/ready", health.ready),
            web.get("/metrics", _metrics),
            web.get(f"/{_POOL}/.well-known/jwks.json", issuer.jwks),
            web.get(f"/{_POOL}/.well-known/openid-configuration", issuer.openid_configuration),
            web.put("/imports/{token:[A-Za-z0-9_-]+}", imports.upload),
            *pages,
            web.options("/{path:.*}", cors.preflight),
            web.route("*", "/{path:.*}", _not_found),
        ]
    )
    return app


def _peer_of(settings: Settings) -> PeerOf:
    trusted = Ranges.of(settings.trusted_proxies, single=True)

    def peer_of(socket: str | None, headers: Headers) -> str | None:
        address = client_address(socket, headers, trusted, settings.forwarding_header)
        return None if address is None else address.text

    return peer_of


def _is_proxy(settings: Settings) -> Callable[[str | None], bool]:
    trusted = Ranges.of(settings.trusted_proxies, single=True)
    return lambda remote: trusted.contains(parse_address(remote))


async def _metrics(_request: web.Request) -> web.Response:
    return web.Response(body=metrics.render(), headers={"Content-Type": metrics.CONTENT_TYPE})


async def _not_found(_request: web.Request) -> web.Response:
    message = "This is a Cognito user-pools API: POST / with an X-Amz-Target."
    body = msgspec.json.encode({"__type": "UnknownOperationException", "message": message})
    return web.Response(status=404, body=body, content_type="application/json", headers=cors.ANSWER)


async def _name_server(_request: web.Request, response: web.StreamResponse) -> None:
    # Otherwise the library's and Python's versions are told to everybody.
    response.headers["Server"] = "riskengine"
