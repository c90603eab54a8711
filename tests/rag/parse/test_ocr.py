"""Text recognition: only pages that are pictures, each counted; without the program, a reason."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from backend.rag.parse import Limits, ParseError, Reason, child, ocr, stream
from backend.rag.parse.formats import PDF
from backend.services.documents import failures

Write = Callable[..., Path]
needs_program = pytest.mark.skipif(ocr.program() is None, reason="tesseract is not installed")
SENTENCE = "The quick brown fox jumps over the lazy dog"


@pytest.fixture
def picture(pdf: Write, tools: Any) -> bytes:
    """A page of text as a PNG."""
    [page] = pdfium.PdfDocument(pdf(tools.text((72, 100, SENTENCE), size=20)))
    data = io.BytesIO()
    page.render(scale=3).to_pil().save(data, "PNG")
    return data.getvalue()


def shown(picture: bytes) -> Callable[[Canvas], None]:
    return lambda canvas: canvas.drawImage(ImageReader(io.BytesIO(picture)), 0, 0, 595, 842)


@needs_program
async def test_only_the_pages_that_are_pictures_are_recognised_and_counted(
    pdf: Write, tools: Any, picture: bytes
) -> None:
    path = pdf(tools.text((72, 100, "A page with a line of text of its own.")), shown(picture))
    counts: dict[str, int] = {}
    found = await child.run(path, limits=Limits(), on_counts=counts.update)
    assert [(element.page, element.text) for element in found] == [
        (1, "A page with a line of text of its own."),
        (2, SENTENCE),
    ]
    assert counts == {"num_ocr_pages": 1, "num_unread_pages": 0}
    box = found[1].lines[0].box
    assert box is not None and [round(box.x0, 2), round(box.y1, 1)] == [0.12, 0.1]


@needs_program
async def test_an_image_is_a_page(tmp_path: Path, picture: bytes) -> None:
    path = tmp_path / "document"
    path.write_bytes(picture)
    assert [(e.page, e.text) for e in await child.run(path, limits=Limits())] == [(1, SENTENCE)]


@needs_program
async def test_an_image_that_is_broken_is_corrupt(tmp_path: Path, picture: bytes) -> None:
    path = tmp_path / "document"
    path.write_bytes(picture[:60])
    with pytest.raises(ParseError) as caught:
        await child.run(path, limits=Limits())
    assert caught.value.reason is Reason.CORRUPT


def test_without_the_program_a_scan_fails_with_what_to_install_and_can_be_retried(
    pdf: Write, tools: Any, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "program", lambda: None)
    with pytest.raises(ParseError) as scan:
        tools.read(pdf(shown(picture)), PDF)
    with pytest.raises(ParseError) as image:
        ocr.read(picture)
    assert scan.value.reason is image.value.reason is Reason.OCR_MISSING
    assert "tesseract" in scan.value.message
    assert failures.is_retryable(scan.value.code)
    assert not failures.is_retryable("CORRUPT")


def test_without_the_program_the_other_pages_are_read_and_the_scans_counted_as_unread(
    pdf: Write, tools: Any, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "program", lambda: None)
    path = pdf(tools.text((72, 100, "A page with a line of text of its own.")), shown(picture))
    pages = list(stream(path, content_type=PDF, limits=Limits()))
    assert [(len(page.elements), page.is_unread) for page in pages] == [(1, False), (0, True)]


@needs_program
async def test_a_short_text_that_was_scanned_upside_down_is_read_where_it_stands(
    pdf: Write, picture: bytes
) -> None:
    def upside_down(canvas: Canvas) -> None:
        canvas.translate(595, 842)
        canvas.rotate(180)
        shown(picture)(canvas)

    [found] = await child.run(pdf(upside_down), limits=Limits())
    assert found.text == SENTENCE
    box = found.lines[0].box
    assert box is not None and [round(box.x1, 2), round(box.y0, 1)] == [0.88, 0.9]
