"""What the web application carries for its handlers."""

from aiohttp import web

from riskengine.flows.services import Services
from riskengine.server.admission import Admission
from riskengine.server.arrivals import Arrivals

SERVICES = web.AppKey("services", Services)
ADMISSION = web.AppKey("admission", Admission)
ARRIVALS = web.AppKey("arrivals", Arrivals)
