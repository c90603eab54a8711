"""Log lines as JSON, with the ids of the request or job bound once; never document text or secrets."""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from backend import tracing

# Without local variables: they hold tokens and texts of documents.
TRACEBACKS = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
MAX_ERROR_CHARACTERS = 300


def without_quotations(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Of an error's own words only the beginning: drivers and validators quote rows and texts after it."""
    told: Any = line.get("exception")
    for error in told if isinstance(told, list) else ():
        first, *_rest = error["exc_value"].splitlines() or [""]
        error["exc_value"] = first[:MAX_ERROR_CHARACTERS]
        error["exc_notes"] = []
    return line


def with_trace(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """While traces are recorded, a line says which one it belongs to."""
    trace_id = tracing.trace_id()
    if trace_id is not None:
        line["trace_id"] = trace_id
    return line


def configure(level: str) -> None:
    """Write one JSON object a line to standard error; other libraries' warnings join in as they are."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            with_trace,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(TRACEBACKS),
            without_quotations,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


bind = structlog.contextvars.bound_contextvars
"""`with bind(document_id=…):` adds ids to every line written inside the block."""
