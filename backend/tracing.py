"""Traces of operations, answers and documents, for any collector that speaks OTLP; off unless one is named.

What waits for a worker carries the trace in its row, so that the work belongs to the request that asked for
it, whoever does it and however often. Spans hold ids, counts and words of ours: no text, no secret, no SQL.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

Attributes: TypeAlias = Mapping[str, str | int | float | bool]

EXPORT_SECONDS = 5.0
"""How long a collector may take; a process that ends waits no longer for it either."""
BATCH_SECONDS = 1.0
"""Spans leave this late, so that a process that is killed takes few with it."""
_PROPAGATOR = TraceContextTextMapPropagator()


class Side(Enum):
    """Where a span stands: within a process, at its door, or on either side of a queue."""

    WITHIN = SpanKind.INTERNAL
    ASKED = SpanKind.SERVER
    RINGING = SpanKind.PRODUCER
    FETCHING = SpanKind.CONSUMER


class Silent:
    """What is said of a span that nobody records."""

    def name(self, words: str) -> None: ...

    def say(self, attributes: Attributes) -> None: ...

    def fail(self, code: str) -> None: ...


class Span(Silent):
    """One step of a trace while it goes on."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def name(self, words: str) -> None:
        self._span.update_name(words)

    def say(self, attributes: Attributes) -> None:
        self._span.set_attributes(dict(attributes))

    def fail(self, code: str) -> None:
        """It went wrong, by a code of ours or the name of an exception: never its words."""
        self._span.set_status(Status(StatusCode.ERROR))
        self._span.set_attribute("error.type", code)


_NOTHING: AbstractContextManager[Silent] = nullcontext(Silent())
_tracer: Tracer | None = None


@dataclass(frozen=True)
class Collector:
    """Where spans go: the base address of an OTLP receiver over HTTP, and the share of traces it gets."""

    endpoint: str
    headers: Mapping[str, str]
    ratio: float = 1.0


def start(collector: Collector | None, *, service: str) -> Callable[[], None]:
    """Record from now on; call what is returned to send the rest and end it. Nothing without a collector."""
    global _tracer
    if collector is None:
        return lambda: None
    # Only here: the exporter and what it needs cost every other process a quarter of a second at its start.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(collector.ratio)),
        resource=Resource.create({"service.name": service, "service.namespace": "opentrace"}),
        shutdown_on_exit=False,
    )
    exporter = OTLPSpanExporter(
        endpoint=f"{collector.endpoint.rstrip('/')}/v1/traces",
        headers=dict(collector.headers),
        timeout=EXPORT_SECONDS,
    )
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=int(BATCH_SECONDS * 1000)))
    _tracer = provider.get_tracer("opentrace")

    def end() -> None:
        global _tracer
        _tracer = None
        provider.shutdown()

    return end


def span(
    name: str,
    attributes: Attributes | None = None,
    *,
    side: Side = Side.WITHIN,
    parent: str | None = None,
) -> AbstractContextManager[Silent]:
    """A span around the block; spans inside it become part of it. `parent` is what `carried` once gave."""
    return _NOTHING if _tracer is None else _around(_tracer, name, attributes, side, parent)


def call(name: str, attributes: Attributes | None = None) -> AbstractContextManager[Silent]:
    """A span around a call of somebody else's; may be left in another task than it was entered in."""
    return _NOTHING if _tracer is None else _beside(_tracer, name, attributes)


def operation() -> AbstractContextManager[Silent]:
    """The root of a trace: what one client asked for. What it says of traces of its own is not believed."""
    return span("graphql.operation", side=Side.ASKED)


def carried() -> str | None:
    """The trace as it is kept in a row; None while nothing is recorded."""
    if _tracer is None:
        return None
    words: dict[str, str] = {}
    _PROPAGATOR.inject(words)
    return words.get("traceparent")


def trace_id() -> str | None:
    """The id by which a collector knows what is going on now; None while nothing is recorded."""
    if _tracer is None:
        return None
    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else None


class Steps:
    """Spans of one task that follow one another; what the task does meanwhile is part of the last one.

    A step that is entered before `begin` begins with it: only then is there a span that it is part of.
    """

    def __init__(self) -> None:
        self._open: AbstractContextManager[Silent] | None = None
        self._waiting: str | None = None
        self._has_begun = False

    def begin(self) -> None:
        self._has_begun = True
        if self._waiting is not None:
            self.enter(self._waiting)

    def enter(self, name: str) -> None:
        if not self._has_begun:
            self._waiting = name
            return
        self.leave()
        self._open = span(name)
        self._open.__enter__()

    def leave(self) -> None:
        step, self._open = self._open, None
        if step is not None:
            step.__exit__(None, None, None)


@contextmanager
def _around(
    tracer: Tracer, name: str, attributes: Attributes | None, side: Side, parent: str | None
) -> Iterator[Span]:
    context = None if parent is None else _PROPAGATOR.extract({"traceparent": parent})
    with tracer.start_as_current_span(
        name,
        context,
        kind=side.value,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as opened:
        yield from _told(Span(opened))


@contextmanager
def _beside(tracer: Tracer, name: str, attributes: Attributes | None) -> Iterator[Span]:
    opened = tracer.start_span(name, kind=SpanKind.CLIENT, attributes=attributes)
    try:
        yield from _told(Span(opened))
    finally:
        opened.end()


def _told(span: Span) -> Iterator[Span]:
    try:
        yield span
    except (asyncio.CancelledError, GeneratorExit):
        span.say({"opentrace.outcome": "cancelled"})
        raise
    except Exception as error:
        span.fail(str(getattr(error, "code", None) or type(error).__name__))
        raise
