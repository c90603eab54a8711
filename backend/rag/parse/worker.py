"""The child process: one document in, JSON lines of elements and progress out, one error at most."""

import itertools
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from backend.rag.elements import Element
from backend.rag.parse import sandbox, stream
from backend.rag.parse.detect import detect
from backend.rag.parse.page import Limits, ParseError, Reason
from backend.rag.parse.pictures import Album

_BATCH = 200


@dataclass(slots=True)
class Task:
    path: Path
    limits: Limits
    hint: str | None
    parent: int
    album: str | None


def main(argument: str) -> int:
    """Parse the document that the JSON `argument` describes; returns 0 when all was said on stdout."""
    out = _take_stdout()
    values = json.loads(argument)
    task = Task(
        Path(values["path"]), Limits(**values["limits"]), values["hint"], values["parent"], values["album"]
    )
    sandbox.enter(task.limits, parent=task.parent)
    try:
        for message in _messages(task):
            _send(out, message)
    except Exception as error:  # whatever a parser trips over is an answer about this document
        _send(out, {"error": _error(error)})
    return 0


def _messages(task: Task) -> Iterator[dict[str, Any]]:
    content_type = detect(task.path, task.hint)
    done = total = num_recognised = num_unread = 0
    album = Album(Path(task.album), task.limits) if task.album is not None else None
    for page in stream(task.path, content_type=content_type, limits=task.limits, album=album):
        done, total = done + 1, page.total
        num_recognised, num_unread = num_recognised + page.is_recognised, num_unread + page.is_unread
        for batch in _batches(page.elements):
            yield {"elements": batch, "done": done, "total": total, "finished": False}
    counts = {"num_ocr_pages": num_recognised, "num_unread_pages": num_unread}
    if album is not None:
        counts["num_images_left_out"] = album.num_left_out
    yield {"elements": [], "done": total, "total": total, "finished": True, "counts": counts}


def _batches(elements: tuple[Element, ...]) -> Iterator[list[dict[str, Any]]]:
    yield [element.to_json() for element in elements[:_BATCH]]
    for start in range(_BATCH, len(elements), _BATCH):
        yield [element.to_json() for element in itertools.islice(elements, start, start + _BATCH)]


def _error(error: Exception) -> dict[str, str]:
    if isinstance(error, MemoryError):
        error = ParseError(Reason.OUT_OF_MEMORY)
    if isinstance(error, ParseError):
        return {"reason": error.reason, "message": error.message, "detail": str(error.reason)}
    crash = ParseError(Reason.CRASHED)
    return {"reason": crash.reason, "message": crash.message, "detail": _place(error)}


def _place(error: Exception) -> str:
    """Where it happened, without the document's words that an exception's own text may hold."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} at {where}"


def _take_stdout() -> BinaryIO:
    """Keep the real stdout for messages, and let libraries that print talk to stderr."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return out


def _send(out: BinaryIO, message: dict[str, Any]) -> None:
    # Not orjson: out of memory it dies of a signal, where this raises MemoryError.
    out.write(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    out.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
