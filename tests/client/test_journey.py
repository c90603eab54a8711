"""The client in a real browser, against the whole stack as `make up` starts it."""

from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A5
from reportlab.pdfgen.canvas import Canvas

from backend.local.stack import Stack
from tests.fixtures.browser import browse

QUOTE = "The harbour crane lifts at most forty tonnes when the wind stays below nine knots."
PLACE = {"left": 12, "top": 18}
"""Where the quotation begins on its page, in hundredths."""
FORMULA = r"The moment of the ferry ramp is $\sqrt{a^2+b^2}$ where the ramp is closed."
"""As an author writes it who knows TeX."""
QUESTION = "How much does the harbour crane lift at most?"


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    """Two pages; the second one has the sentence that is asked for."""
    path = tmp_path / "harbour.pdf"
    canvas = Canvas(str(path), pagesize=A5)
    pages = (
        ("The ferry ramp", FORMULA),
        ("The harbour crane", QUOTE),
    )
    for title, sentence in pages:
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(50, 520, title)
        canvas.setFont("Helvetica", 11)
        words = sentence.split()
        canvas.drawString(50, 480, " ".join(words[:8]))
        canvas.drawString(50, 464, " ".join(words[8:]))
        canvas.showPage()
    canvas.save()
    return path


async def test_a_person_signs_in_uploads_asks_reads_the_source_and_deletes(
    whole_stack: Stack, pdf: Path
) -> None:
    told = {"pdf": str(pdf), "question": QUESTION, "quote": QUOTE, "place": PLACE}
    told["api"] = f"http://127.0.0.1:{whole_stack.options.api_port}/graphql"
    seen = await browse("journey.mjs", whole_stack, **told)
    assert seen["complaints"] == []
    assert seen["hosts"] == ["127.0.0.1"]
