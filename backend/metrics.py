"""What this process counts and times for its operators, as Prometheus reads it.

Labels are words of our own or of the settings, never of a person, a row or a request: there are few of each.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, start_http_server

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_REGISTRY = CollectorRegistry()
_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_SLOW = (0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800)


def _counter(name: str, says: str, *labels: str) -> Counter:
    return Counter(f"opentrace_{name}", says, labels, registry=_REGISTRY)


def _gauge(name: str, says: str, *labels: str) -> Gauge:
    return Gauge(f"opentrace_{name}", says, labels, registry=_REGISTRY)


def _histogram(name: str, says: str, *labels: str, buckets: tuple[float, ...] = _QUICK) -> Histogram:
    return Histogram(f"opentrace_{name}_seconds", says, labels, registry=_REGISTRY, buckets=buckets)


_OPERATIONS = _counter("operations", "GraphQL operations that ended.", "kind", "outcome")
_OPERATION_SECONDS = _histogram("operation", "How long queries and mutations took.", "kind")
_ERRORS = _counter("graphql_errors", "Errors that clients were told, by code.", "code")
_CONNECTIONS = _gauge("open_connections", "Sockets and streams that are open.", "kind")
_FOLLOWED = _gauge("open_subscriptions", "Subscriptions that are open.")
_EVENT_LAG = _histogram(
    "event_lag", "From an event's making to its arrival in this process, of each eighth message."
)
_CLAIMS = _counter("claims", "Rows that were taken to be worked on.", "kind")
_LOST = _counter("leases_lost", "Rows that changed hands while they were worked on.", "kind")
_RETURNED = _counter("leases_returned", "Rows that were handed back as the process ended.", "kind")
_WAITING = _gauge("waiting", "Rows that a worker could take now, in the whole installation.", "kind")
_OLDEST = _gauge("oldest_waiting_seconds", "How long the first of them has waited.", "kind")
_STAGES = _histogram("stage", "How long stages of documents took.", "stage", buckets=_SLOW)
_CALLS = _counter("model_calls", "Calls of models that ended.", "kind", "outcome")
_REFUSALS = _counter("model_refusals", "Answers of model servers that were errors; 429 among them.", "status")
_TURNS = _histogram("model_wait", "How long calls of models waited for their turn.", "kind")
_TOKENS = _counter("model_tokens", "Tokens that models have told of.", "model", "direction")
_COST = _counter("model_cost_usd", "What they cost in US dollars, where the model has a price.", "model")
_POOL = _gauge("pool_connections", "Connections to the database.", "pool", "state")
_INDEXES = _gauge("vector_indexes", "Indexes for approximate search that serve.")
_RECALL = _gauge("vector_index_recall_lowest", "The lowest recall that any of them was measured with.")


def text() -> bytes:
    """Everything, in the format of `CONTENT_TYPE`."""
    return generate_latest(_REGISTRY)


def names() -> dict[str, str]:
    """Every metric by the name under which its values are found, and what it says."""
    found = {}
    for family in _REGISTRY.collect():
        name = f"{family.name}_total" if family.type == "counter" else family.name
        found[name] = family.documentation
    return found


def serve(host: str, port: int) -> Callable[[], None]:
    """Answer at `/metrics` of a port of its own, from a thread; call what is returned to end it."""
    server, thread = start_http_server(port, host, _REGISTRY)

    def close() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return close


def operation_ended(kind: str, outcome: str, seconds: float) -> None:
    _ended(kind, outcome).inc()
    if kind in ("query", "mutation"):
        _took(kind).observe(seconds)


# The library looks children up under a lock; there are few, and operations are many.
_ended = cache(_OPERATIONS.labels)
_took = cache(_OPERATION_SECONDS.labels)


def error_told(code: str) -> None:
    _ERRORS.labels(code).inc()


@contextmanager
def connection(kind: str) -> Iterator[None]:
    """A socket or a stream is open while the block runs."""
    with _CONNECTIONS.labels(kind).track_inprogress():
        yield


@contextmanager
def subscription() -> Iterator[None]:
    with _FOLLOWED.track_inprogress():
        yield


def event_arrived(made_at: datetime) -> None:
    _EVENT_LAG.observe(max((datetime.now(UTC) - made_at).total_seconds(), 0.0))


def claimed(kind: str) -> None:
    _CLAIMS.labels(kind).inc()


def lease_lost(kind: str) -> None:
    _LOST.labels(kind).inc()


def lease_returned(kind: str) -> None:
    _RETURNED.labels(kind).inc()


def waiting(kind: str, num: int, oldest_seconds: float) -> None:
    _WAITING.labels(kind).set(num)
    _OLDEST.labels(kind).set(oldest_seconds)


def stage_ended(stage: str, seconds: float) -> None:
    _STAGES.labels(stage).observe(seconds)


def model_called(kind: str, outcome: str) -> None:
    _CALLS.labels(kind, outcome).inc()


def model_refused(status: int) -> None:
    _REFUSALS.labels(str(status)).inc()


def model_waited(kind: str, seconds: float) -> None:
    _TURNS.labels(kind).observe(seconds)


def model_paid(model: str, num_input_tokens: int, num_output_tokens: int, cost_usd: Decimal | None) -> None:
    _TOKENS.labels(model, "input").inc(num_input_tokens)
    _TOKENS.labels(model, "output").inc(num_output_tokens)
    if cost_usd is not None:
        _COST.labels(model).inc(float(cost_usd))


def pool(name: str, state: str, num: int) -> None:
    _POOL.labels(name, state).set(num)


def vector_indexes(num: int, lowest_recall: float | None) -> None:
    _INDEXES.set(num)
    _RECALL.set(float("nan") if lowest_recall is None else lowest_recall)
