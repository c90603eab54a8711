"""Log lines as JSON, with the ids of the request or job bound once; never document text or secrets."""

import logging
import sys

import structlog

# Without local variables: they hold tokens and texts of documents.
TRACEBACKS = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)


def configure(level: str) -> None:
    """Write one JSON object a line to standard error; other libraries' warnings join in as they are."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(TRACEBACKS),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


bind = structlog.contextvars.bound_contextvars
"""`with bind(document_id=…):` adds ids to every line written inside the block."""
