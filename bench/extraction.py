"""Is every file read as it should be? Parses a folder's files in the real sandbox and compares.

`python -m bench.extraction FOLDER` wants `FOLDER/manifest.jsonl`. Its lines have either `file` and `expect`
(reject, password, text, empty, ocr or any) with `must_contain` and `must_not_contain`, or `doc` and `truth`,
the name of a file with the right text. Prints a Markdown table; status 1 says that one was not met.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backend import logging
from backend.rag.elements import Element
from backend.rag.parse import Limits, ParseError, child
from bench import expectations, word_f1

_LIMITS = Limits(seconds=120)
_EVERY = 0.01


@dataclass
class Reading:
    """What came of one file: elements, or the reason why there are none; what it took."""

    elements: list[Element] = field(default_factory=list)
    error: ParseError | None = None
    counts: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    peak_bytes: int = 0

    @property
    def text(self) -> str:
        return "\n".join(element.text for element in self.elements)

    @property
    def outcome(self) -> str:
        return str(self.error.reason) if self.error else "text"


async def read(path: Path) -> Reading:
    """Parse the file as ingestion does; memory is that of the child and of the programs it starts."""
    reading = Reading()
    watch = asyncio.create_task(_watch(reading))
    began = time.monotonic()
    try:
        reading.elements = await child.run(path, limits=_LIMITS, on_counts=reading.counts.update)
    except ParseError as error:
        reading.error = error
    finally:
        reading.seconds = time.monotonic() - began
        watch.cancel()
    return reading


async def _watch(reading: Reading) -> None:
    while True:
        reading.peak_bytes = max(reading.peak_bytes, sum(map(_peak, _descendants(os.getpid()))))
        await asyncio.sleep(_EVERY)


def _descendants(pid: int) -> Iterator[int]:
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            pids = [int(pid) for pid in children.read_text().split()]
        except OSError:
            continue
        for each in pids:
            yield each
            yield from _descendants(each)


def _peak(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    lines = (line.split() for line in status.splitlines() if line.startswith("VmHWM:"))
    return next((int(words[1]) * 1024 for words in lines), 0)


async def main(folder: Path) -> bool:
    """Whether every expectation was met."""
    rows: list[dict[str, Any]] = [
        json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines() if line.strip()
    ]
    readings = [await read(folder / (row.get("file") or row["doc"])) for row in rows]
    if "expect" in rows[0]:
        return expectations.report(rows, readings)
    word_f1.report(folder, rows, readings)
    return True


if __name__ == "__main__":
    logging.configure("WARNING")
    sys.exit(not asyncio.run(main(Path(sys.argv[1]))))
