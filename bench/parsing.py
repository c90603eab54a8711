"""How fast PDFs are parsed, and in how much memory: `python -m bench.parsing`, against the library alone.

Born-digital pages (two columns of prose, every fifth page a ruled table), made here. The whole parse stage is
measured, as ingestion runs it: child process, sandbox, layout, tables, and the elements read back from JSON.
"""

import asyncio
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageBreak, PageTemplate, Paragraph, Table

from bench.extraction import Reading, read

_SIZES = (100, 500, 2000)
_GOAL = 100
_SENTENCE = "The keeper of lamp {} reports that it burnt for {} hours and that nobody has seen it fail. "
_GRID = [("GRID", (0, 0), (-1, -1), 0.5, "black")]


def write(path: Path, num_pages: int) -> None:
    """A PDF of exactly so many pages."""
    frames = [Frame(left, 60, 225, 720) for left in (60, 310)]
    document = BaseDocTemplate(
        str(path), pagesize=A4, pageTemplates=[PageTemplate(frames=frames, onPage=_heads)], invariant=1
    )
    style = getSampleStyleSheet()["BodyText"]
    flow: list[Flowable] = []
    for number in range(1, num_pages + 1):
        prose = "".join(_SENTENCE.format(number, hour) for hour in range(6))
        flow += [Paragraph(f"{number}. Lamp {number}", getSampleStyleSheet()["Heading2"])]
        flow += [Paragraph(prose, style)] * 6
        if number % 5 == 0:
            rows = [["Year", "Lamps", "Hours"], *[[str(2000 + n), str(n * 7), str(n * 91)] for n in range(8)]]
            flow.append(Table(rows, style=_GRID))
        flow.append(PageBreak())
    document.build(flow)


def _heads(canvas: Any, document: Any) -> None:
    canvas.drawString(60, 810, "The harbour's lamps")
    canvas.drawString(290, 30, str(document.page))


def _cpu(kind: int) -> float:
    used = resource.getrusage(kind)
    return used.ru_utime + used.ru_stime


async def _measure(path: Path) -> tuple[Reading, float]:
    """The reading, and the CPU seconds of the child and of ourselves."""
    before = _cpu(resource.RUSAGE_CHILDREN) + _cpu(resource.RUSAGE_SELF)
    reading = await read(path)
    return reading, _cpu(resource.RUSAGE_CHILDREN) + _cpu(resource.RUSAGE_SELF) - before


def _alone(path: Path) -> float:
    """CPU seconds of pypdfium2 for the bare text, in this process."""
    before = _cpu(resource.RUSAGE_SELF)
    with pdfium.PdfDocument(path) as pdf:
        for page in pdf:
            page.get_textpage().get_text_bounded()
            page.close()
    return _cpu(resource.RUSAGE_SELF) - before


async def main(say: Callable[[str], None] = print) -> bool:
    """Whether the goal was met at every size."""
    say("| pages | pages/s | pages per CPU second | the library alone | child's peak MB | elements |")
    say("|---|---|---|---|---|---|")
    is_met = True
    with tempfile.TemporaryDirectory() as folder:
        for size in _SIZES:
            path = Path(folder, "document")
            write(path, size)
            reading, cpu = await _measure(path)
            is_met = is_met and size / cpu >= _GOAL and reading.error is None
            say(
                f"| {size} | {size / reading.seconds:.0f} | {size / cpu:.0f} | {size / _alone(path):.0f} | "
                f"{reading.peak_bytes / 1024**2:.0f} | {len(reading.elements)} |"
            )
    say(f"\ngoal: at least {_GOAL} pages per CPU second at every size: {'met' if is_met else 'missed'}")
    return is_met


if __name__ == "__main__":
    sys.exit(not asyncio.run(main()))
