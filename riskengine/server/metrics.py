"""What /metrics shows of the web floor, summed over all workers; the counters of sign-ins are telemetry's.

Each worker writes its figures into a folder of the supervisor once a second, and answers with its own as
they are and those of the others as they were then. Counts of workers that died stay.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import Metric

from riskengine.telemetry import REGISTRY

OK = "ok"
UNKNOWN = "unknown"
CONTENT_TYPE = CONTENT_TYPE_LATEST
SHARE_SECONDS = 1.0
_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
_DEAD = "dead"
# Gauges that add up over processes; of others, which tell of things all have alike, the highest counts.
_ADDED = frozenset({"riskengine_requests_in_flight", "riskengine_requests_waiting"})

IN_FLIGHT = Gauge("riskengine_requests_in_flight", "API calls being answered now", registry=REGISTRY)
WAITING = Gauge("riskengine_requests_waiting", "API calls that wait for their turn", registry=REGISTRY)
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


class _Figure(msgspec.Struct, frozen=True, array_like=True):
    name: str
    labels: dict[str, str]
    value: float


class _Family(msgspec.Struct, frozen=True, array_like=True):
    name: str
    text: str
    kind: str
    figures: list[_Figure]


class _Board:
    """Where the workers of one supervisor meet; alone without a folder."""

    folder: Path | None = None
    name = ""


def record(operation: str, outcome: str, seconds: float) -> None:
    """One call: its operation (or `unknown`), `ok` or the error's type, its duration."""
    _REQUESTS.labels(operation, outcome).inc()
    _SECONDS.labels(operation).observe(seconds)


def share(folder: Path, name: str) -> None:
    """This process is one of several that meet in a folder."""
    _Board.folder, _Board.name = folder, name


def is_shared() -> bool:
    """Whether there is somebody to `publish` for."""
    return _Board.folder is not None


def publish() -> None:
    """Write this process's figures down for the others."""
    if _Board.folder is not None:
        _write(_Board.folder / f"{_Board.name}.json", _own())


def keep_counts(folder: Path, name: str) -> None:
    """A worker has died: what it counted stays, what it measured is no more."""
    last = _read(folder / f"{name}.json")
    counts = [family for family in last if family.kind != "gauge"]
    _write(folder / f"{_DEAD}.json", _merged([_read(folder / f"{_DEAD}.json"), counts]))
    (folder / f"{name}.json").unlink(missing_ok=True)


def render() -> bytes:
    """Every metric in Prometheus' text format, of all workers."""
    if _Board.folder is None:
        return generate_latest(REGISTRY)
    others = [_read(path) for path in _Board.folder.glob("*.json") if path.stem != _Board.name]
    return generate_latest(_Collected(_merged([_own(), *others])))


class _Collected:
    """Families, as a registry offers them."""

    def __init__(self, families: Iterable[_Family]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        """The families as the library's own."""
        for family in self._families:
            metric = Metric(family.name, family.text, family.kind)
            for figure in family.figures:
                metric.add_sample(figure.name, figure.labels, figure.value)
            yield metric


def _own() -> list[_Family]:
    return [
        _Family(
            metric.name,
            metric.documentation,
            metric.type,
            [_Figure(sample.name, sample.labels, sample.value) for sample in metric.samples],
        )
        for metric in REGISTRY.collect()
    ]


def _merged(parts: Iterable[Iterable[_Family]]) -> list[_Family]:
    """Sums; of the times when something was made the first, of what all have alike the highest."""
    families: dict[str, _Family] = {}
    sums: dict[str, dict[tuple[str, tuple[tuple[str, str], ...]], float]] = {}
    for part in parts:
        for family in part:
            families.setdefault(family.name, family)
            found = sums.setdefault(family.name, {})
            for figure in family.figures:
                key = (figure.name, tuple(figure.labels.items()))
                if key not in found:
                    found[key] = figure.value
                elif figure.name.endswith("_created"):
                    found[key] = min(found[key], figure.value)
                elif family.kind == "gauge" and family.name not in _ADDED:
                    found[key] = max(found[key], figure.value)
                else:
                    found[key] += figure.value
    return [
        msgspec.structs.replace(
            family,
            figures=[_Figure(n, dict(labels), value) for (n, labels), value in sums[name].items()],
        )
        for name, family in families.items()
    ]


def _read(path: Path) -> list[_Family]:
    # A worker that has not written yet, or was cut off, has nothing to add.
    with suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode(path.read_bytes(), type=list[_Family])
    return []


def _write(path: Path, families: list[_Family]) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(families))
    part.replace(path)
