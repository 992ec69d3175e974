"""What /metrics shows of the web floor; the counters of sign-ins are telemetry's."""

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

from riskengine.telemetry import REGISTRY

OK = "ok"
UNKNOWN = "unknown"
CONTENT_TYPE = CONTENT_TYPE_LATEST
_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)

IN_FLIGHT = Gauge("riskengine_requests_in_flight", "API calls being answered now", registry=REGISTRY)
_REQUESTS = Counter(
    "riskengine_requests", "API calls by operation and outcome", ("operation", "outcome"), registry=REGISTRY
)
_SECONDS = Histogram(
    "riskengine_request_seconds",
    "Time to answer an API call",
    ("operation",),
    registry=REGISTRY,
    buckets=_BUCKETS,
)


def record(operation: str, outcome: str, seconds: float) -> None:
    """One call: its operation (or `unknown`), `ok` or the error's type, its duration."""
    _REQUESTS.labels(operation, outcome).inc()
    _SECONDS.labels(operation).observe(seconds)


def render() -> bytes:
    """Every metric in Prometheus' text format."""
    return generate_latest(REGISTRY)
