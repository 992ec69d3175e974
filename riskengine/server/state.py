"""What the web application carries for its handlers."""

from aiohttp import web

from riskengine.flows.services import Services

SERVICES = web.AppKey("services", Services)
