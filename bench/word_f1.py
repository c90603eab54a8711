"""How many of the right words come out, beside what the bare libraries give for the same files."""

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docx
import pypdfium2 as pdfium
import trafilatura

if TYPE_CHECKING:
    from bench.extraction import Reading

_WORD = re.compile(r"\w+")
_MARKUP = re.compile(r"<!--.*?-->|!?\[([^\]]*)\]\([^)]*\)|</?[a-z][^>]*>|\\(?=[_*#])", re.DOTALL)


def f1(text: str, truth: str) -> float:
    """Harmonic mean of precision and recall over words, each counted as often as it occurs."""
    got, wanted = (Counter(_WORD.findall(each.casefold())) for each in (text, truth))
    common = sum((got & wanted).values())
    return 2 * common / (got.total() + wanted.total()) if common else 0.0


def bare(path: Path) -> tuple[str, str]:
    """The usual library for the format, alone: its name and the text that it finds."""
    if path.suffix == ".pdf":
        with pdfium.PdfDocument(path) as pdf:
            return "pypdfium2", "\n".join(page.get_textpage().get_text_bounded() for page in pdf)
    if path.suffix == ".docx":
        document = docx.Document(str(path))
        cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
        return "python-docx", "\n".join([*(each.text for each in document.paragraphs), *cells])
    return "trafilatura", trafilatura.extract(path.read_bytes()) or ""


def report(folder: Path, rows: Sequence[dict[str, Any]], readings: "Sequence[Reading]") -> None:
    print("| file | truth | ours | the library alone | |\n|---|---|---|---|---|")
    by_format: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for row, reading in zip(rows, readings, strict=True):
        path = folder / row["doc"]
        truth = (folder / row["truth"]).read_text()
        if row["truth"].endswith(".md"):
            truth = _MARKUP.sub(r" \1 ", truth)
        library, text = bare(path)
        ours, theirs = f1(reading.text, truth), f1(text, truth)
        by_format[path.suffix[1:], library].append((ours, theirs))
        mark = "worse" if ours < theirs - 0.005 else ""
        print(
            f"| {path.name} | {row.get('truth_kind', '')} | {ours:.3f} | {theirs:.3f} ({library}) | {mark} |"
        )
    print("\n| format | files | ours, mean | the library alone, mean |\n|---|---|---|---|")
    for (suffix, library), scores in sorted(by_format.items()):
        ours, theirs = (statistics.fmean(each) for each in zip(*scores, strict=True))
        print(f"| {suffix} | {len(scores)} | {ours:.3f} | {theirs:.3f} ({library}) |")
