"""Small judged sets of both layouts, written to a folder."""

import json
from pathlib import Path
from typing import Any

from reportlab.pdfgen.canvas import Canvas

PAGES = {
    "harbour": ["The harbour has four cranes.", "A pilot guides large ships past the northern reef."],
    "tower": ["The tower was built of granite.", "The lamp of the tower is lit at dusk by the keeper."],
}
CORPUS = (
    {"_id": "d1", "title": "Lamps", "text": "The lamp of the lighthouse is lit at dusk by the keeper."},
    {"_id": "d2", "title": "", "text": "Fresh water comes by boat every second Tuesday."},
    {"_id": "d/3", "title": "Stairs", "text": "The keeper climbs 199 steps to reach the lantern room."},
    {"_id": "d4", "title": "", "text": "Fresh water comes by boat every second Tuesday."},
)
"""The texts of d2 and d4 are the same bytes."""
QUERIES = (
    {"_id": "q1", "text": "When is the lamp lit?"},
    {"_id": "q2", "text": "How does fresh water come?"},
    {"_id": "q3", "text": "This one was not judged."},
)
QRELS = (("q1", "d1", 1), ("q2", "d2", 2), ("q2", "d4", 1), ("q2", "d1", 0))


def write_documents(folder: Path, split: str = "test") -> Path:
    (folder / "qrels").mkdir(parents=True)
    write_lines(folder / "corpus.jsonl", CORPUS)
    write_lines(folder / "queries.jsonl", QUERIES)
    rows = ["query-id\tcorpus-id\tscore", *("\t".join(map(str, row)) for row in QRELS)]
    (folder / "qrels" / f"{split}.tsv").write_text("\n".join(rows) + "\n")
    return folder


def write_pages(folder: Path) -> Path:
    (folder / "pdfs").mkdir(parents=True)
    for name, pages in PAGES.items():
        canvas = Canvas(str(folder / "pdfs" / f"{name}.pdf"), invariant=True)
        for text in pages:
            canvas.drawString(72, 720, text)
            canvas.showPage()
        canvas.save()
    questions = (
        {"id": "a", "question": "When is the lamp lit?", "doc": "tower", "evidence": [{"page": 2}]},
        {"id": "b", "question": "How many cranes are there?", "doc": "harbour", "evidence": [{"page": 1}]},
    )
    write_lines(folder / "questions.jsonl", questions)
    return folder


def write_lines(path: Path, rows: tuple[dict[str, Any], ...]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
