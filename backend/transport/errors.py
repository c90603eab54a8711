"""How errors leave: expected ones as they stand, GraphQL's own as they are, all others masked with an id."""

from typing import Any
from uuid import uuid4

import structlog
from graphql import GraphQLError, GraphQLFormattedError
from graphql.validation.validate import ValidationAbortedError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from backend import metrics
from backend.errors import AppError
from backend.schema.errors import input_path

log = structlog.get_logger()

GRAPHQL = "GRAPHQL"
"""What errors of the document itself are counted as; they carry no code."""

ABORTED = "Checking the document was given up: it names fields of one name too often, or is wrong too often."

MASKED = "Something went wrong on our side. Error id {id}"


def present(error: GraphQLError) -> GraphQLFormattedError:
    """The error as the client sees it. What nobody expected is logged whole, under the id that is shown."""
    if isinstance(error, ValidationAbortedError):
        return _said(error, ABORTED, {"code": "VALIDATION_ABORTED"})
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    if cause is None or isinstance(cause, RecursionError):
        metrics.error_told(GRAPHQL)
        return error.formatted if cause is None else _said(error, "The document is nested too deeply.", {})
    if isinstance(cause, AppError):
        return _said(error, cause.message, extensions_of(cause))
    return _said(error, *_masked(cause, error.path))


def masked(cause: BaseException) -> GraphQLFormattedError:
    """What a client sees of a failure outside of any field."""
    return _said(GraphQLError(""), *_masked(cause, None))


def expected(cause: AppError) -> GraphQLFormattedError:
    """What a client sees of an expected failure outside of any field."""
    return _said(GraphQLError(""), cause.message, extensions_of(cause))


def extensions_of(error: AppError) -> dict[str, Any]:
    """`code`, and where there are any `field` and `retryAfter` (seconds)."""
    extensions: dict[str, Any] = {"code": error.code}
    if error.field is not None:
        extensions["field"] = input_path(error.field)
    if error.retry_after is not None:
        extensions["retryAfter"] = error.retry_after
    return extensions


def _masked(cause: BaseException, path: list[str | int] | None) -> tuple[str, dict[str, Any]]:
    if isinstance(cause, CannotGetOperationTypeError):
        return cause.as_http_error_reason(), {"code": "BAD_REQUEST"}
    if isinstance(cause, InvalidOperationTypeError):
        return "Mutations are sent by POST.", {"code": "METHOD_NOT_ALLOWED"}
    id = uuid4().hex
    log.error("error.masked", error_id=id, path=path, exc_info=cause)
    return MASKED.format(id=id), {"code": "INTERNAL", "errorId": id}


def _said(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLFormattedError:
    if "code" in extensions:
        metrics.error_told(extensions["code"])
    said = GraphQLFormattedError(message=message)
    if error.locations:
        said["locations"] = [location.formatted for location in error.locations]
    if error.path is not None:
        said["path"] = error.path
    if extensions:
        said["extensions"] = extensions
    return said
