"""Each operation is counted and timed by its kind, and by how it ended."""

from time import perf_counter

from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types import ExecutionContext
from strawberry.types.execution import PreExecutionError

from backend import metrics
from backend.tracing import Silent


def ended(operation: ExecutionContext, began: float, span: Silent) -> None:
    """Count an operation that began at `began` of `perf_counter`, and tell its span what it was."""
    kind, outcome = _kind(operation), _outcome(operation)
    metrics.operation_ended(kind, outcome, perf_counter() - began)
    span.name(f"graphql.{kind}")
    span.say({"graphql.operation.type": kind, "opentrace.outcome": outcome})


def _kind(operation: ExecutionContext) -> str:
    try:
        return operation.operation_type.value
    except (CannotGetOperationTypeError, RuntimeError):
        return "unknown"


def _outcome(operation: ExecutionContext) -> str:
    """`ok`; `errors` where some of it failed; `refused` where it never began."""
    result = operation.result
    if operation.graphql_document is None or isinstance(result, PreExecutionError):
        return "refused"
    if result is None:
        return "refused" if operation.pre_execution_errors else "ok"
    return "errors" if result.errors else "ok"
