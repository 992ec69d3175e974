"""OpenTelemetry traces, where an operator wants them: of calls and of the steps of a sign-in.

Names of people, secrets and the texts of errors go into no span. Without `traces_url` nothing is loaded and a
span costs next to nothing; a collector that is away costs spans, never a call.
"""

import importlib.util
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Any

from riskengine import __version__

_SERVICE = "riskengine"


class _Tracing:
    """The tracer of this process, if there is one."""

    tracer: Any = None
    propagator: Any = None


class _Nothing:
    """The span of a process that traces nothing."""

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _frames: TracebackType | None
    ) -> None:
        return None


_NOTHING = _Nothing()


class TracingError(ValueError):
    """Traces are asked for, and can't be sent."""


def is_on() -> bool:
    """Whether spans go anywhere."""
    return _Tracing.tracer is not None


def span(name: str) -> AbstractContextManager[Any]:
    """A span within the one that is open."""
    if _Tracing.tracer is None:
        return _NOTHING
    return _opened(name, None)


def call_span(name: str, headers: Mapping[str, str] | None) -> AbstractContextManager[Any]:
    """The span of a call; of the caller's own trace, where its headers are believed."""
    if _Tracing.tracer is None:
        return _NOTHING
    return _opened(name, _Tracing.propagator.extract(headers) if headers else None)


def _opened(name: str, context: Any) -> AbstractContextManager[Any]:
    # What an error says may quote what a caller sent: its type is told by the call's span.
    opened: AbstractContextManager[Any] = _Tracing.tracer.start_as_current_span(
        name, context=context, record_exception=False, set_status_on_exception=False
    )
    return opened


def check(url: str) -> None:
    """See that spans can be sent there.

    Raises:
        TracingError: the extra `otel` is not installed, or this is no address.
    """
    if url and not url.startswith(("http://", "https://")):
        raise TracingError("traces_url is an http address, http://HOST:4318/v1/traces")
    if url and importlib.util.find_spec("opentelemetry") is None:
        raise TracingError("traces_url needs the extra: pip install 'riskengine[otel]'")


@contextmanager
def traced(url: str) -> Iterator[None]:
    """Send spans to an OTLP/HTTP collector for the length of the block; a bad address is a TracingError."""
    check(url)
    if not url:
        yield
        return
    provider = _provider(url)
    _Tracing.tracer = provider.get_tracer(_SERVICE, __version__)
    try:
        yield
    finally:
        _Tracing.tracer = None
        provider.shutdown()


def _provider(url: str) -> Any:
    # Loaded where traces are wanted only: an extra, with a thread of its own.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415
        TraceContextTextMapPropagator,
    )

    resource = Resource.create({"service.name": _SERVICE, "service.version": __version__})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)))
    _Tracing.propagator = TraceContextTextMapPropagator()
    return provider
