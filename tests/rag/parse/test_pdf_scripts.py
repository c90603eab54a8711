"""Letters and figures of PDFs that stand oddly: Arabic ligatures, exponents, indices, marks of notes."""

from pathlib import Path
from typing import Any

import pytest

from backend.rag.parse import pdf_lines
from backend.rag.parse.formats import PDF
from backend.rag.parse.pdf_lines import RawLine


def lettered(codes: str, letters: dict[str, str]) -> bytes:
    """A PDF that shows these codes from left to right; each is a letter or a ligature."""
    pairs = " ".join(
        f"<{ord(code):02X}> <{text.encode('utf-16-be').hex()}>" for code, text in letters.items()
    )
    to_unicode = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def "
        f"1 begincodespacerange <00> <FF> endcodespacerange {len(letters)} beginbfchar {pairs} endbfchar "
        "endcmap end end"
    )
    content = f"BT /F1 20 Tf 100 700 Td ({codes}) Tj ET"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(content)}>>stream\n{content}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
        f"<</Length {len(to_unicode)}>>stream\n{to_unicode}\nendstream",
    ]
    body = "".join(f"{number} 0 obj\n{text}\nendobj\n" for number, text in enumerate(objects, 1))
    return f"%PDF-1.4\n{body}trailer\n<</Size 7/Root 1 0 R>>\nstartxref\n0\n%%EOF".encode()


def test_the_ligature_of_lam_and_alef_is_read_in_order_and_the_article_left_alone(
    tmp_path: Path, tools: Any
) -> None:
    path = tmp_path / "document"
    letters = {" ": " ", "A": "م", "B": "لا", "C": "س", "D": "ل", "E": "ا", "F": "لإ"}
    path.write_bytes(lettered("ABC ACDE DF", letters))
    [found] = tools.read(path, PDF)
    assert found.text == "لإل السم سلام"


@pytest.mark.parametrize(
    ("text", "size", "gap", "expected"),
    [
        ("so x", 7.0, 0.5, "so x2"),
        ("of CO", 7.0, 0.5, "of CO2"),
        ("a claim", 7.0, 0.5, "a claim 2"),
        ("so x", 12.0, 0.5, "so x 2"),
        ("so x", 7.0, 5.0, "so x 2"),
    ],
)
def test_a_small_figure_belongs_to_a_symbol_and_not_to_a_word(
    text: str, size: float, gap: float, expected: str
) -> None:
    """Lines as the library cuts them: the figure stands higher, and is one of its own."""
    line = RawLine(text, 72, 100, 110, 112, size=12, bold=False)
    figure = RawLine("2", 110 + gap, 98, 114 + gap, 106, size=size, bold=False)
    [row] = pdf_lines._rows([line, figure])
    assert row.text == expected
