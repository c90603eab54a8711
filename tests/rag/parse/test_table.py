"""Tables: what their header is in every format, and what of them is text and markup."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backend.rag.elements import Line
from backend.rag.parse import table
from backend.rag.parse.formats import DOCX, HTML, MARKDOWN


def rows(*texts: str) -> list[table.Row]:
    return [table.Row([table.Cell(cell) for cell in text.split(";")]) for text in texts]


def test_a_table_is_its_rows_with_caption_and_header_first() -> None:
    found = table.element(rows("a;b", ";", "1;<2>"), num_headers=1, caption=[Line("Sales")])
    assert found is not None
    assert found.text == "Sales\na | b\n1 | <2>"
    assert found.num_header_lines == 2
    assert found.html == (
        "<table><tr><th>a</th><th>b</th></tr><tr><td></td><td></td></tr>"
        "<tr><td>1</td><td>&lt;2&gt;</td></tr></table>"
    )


def test_a_table_without_text_is_none_and_a_header_alone_heads_nothing() -> None:
    assert table.element(rows(";", ";"), caption=[Line("x")]) is None
    alone = table.element(rows("a;b"), num_headers=1)
    assert alone is not None and alone.num_header_lines == 0


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["", "2023", "2022"], False),
        (["Year", "2023", "2022"], True),
        (["Name", "Price"], True),
        (["$ million", "Q1 2023", "Dec 31, 2022"], True),
        (["Cost", "2,023.00"], False),
        (["Name", "$ 1,200.50"], False),
        (["Total", "", "", ""], False),
        (["12.5 %", "x"], False),
        (["Sales", "$96.9B – $97.9B"], False),
        (["*", "*"], False),
        ([], False),
    ],
)
def test_a_first_row_of_words_and_years_names_the_columns(texts: list[str], expected: bool) -> None:
    assert table.is_header(texts) is expected


@pytest.mark.parametrize(
    ("source", "num"),
    [
        ("<thead><tr><td>a</td><td>b</td></tr></thead><tr><td>1</td><td>2</td></tr>", 1),
        ("<tr><th>a</th><th>b</th></tr><tr><th>c</th><th>d</th></tr><tr><td>1</td><td>2</td></tr>", 2),
        ("<tr><th>a</th><td>b</td></tr><tr><td>1</td><td>2</td></tr>", 0),
        ("<caption>C</caption><tr><td>a</td><td>b</td></tr>", 1),
    ],
)
def test_a_web_tables_header_is_its_head_or_rows_of_heads(
    tmp_path: Path, tools: Any, source: str, num: int
) -> None:
    path = tmp_path / "document"
    path.write_text(f"<table>{source}</table>")
    [found] = tools.read(path, HTML)
    assert found.num_header_lines == num


def test_a_markdown_tables_header_is_its_first_row(tmp_path: Path, tools: Any) -> None:
    path = tmp_path / "document"
    path.write_text("| a | b |\n|---|---|\n| 1 | 2 |\n")
    [found] = tools.read(path, MARKDOWN)
    assert found.num_header_lines == 1


@pytest.mark.parametrize(
    ("look", "mark", "num"),
    [
        ('<w:tblLook w:firstRow="1" w:val="0000"/>', "", 1),
        ('<w:tblLook w:firstRow="0" w:val="0020"/>', "", 0),
        ('<w:tblLook w:val="04A0"/>', "", 1),
        ('<w:tblLook w:val="0480"/>', "", 0),
        ("", "<w:trPr><w:tblHeader/></w:trPr>", 1),
        ("", '<w:trPr><w:tblHeader w:val="0"/></w:trPr>', 0),
        ("", "", 0),
    ],
)
def test_a_word_tables_header_repeats_or_is_set_apart(
    word: Callable[..., Path], tools: Any, look: str, mark: str, num: int
) -> None:
    cells = "".join(f"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>" for text in "ab")
    body = f"<w:tbl><w:tblPr>{look}</w:tblPr><w:tr>{mark}{cells}</w:tr><w:tr>{cells}</w:tr></w:tbl>"
    [found] = tools.read(word(body=body), DOCX)
    assert found.num_header_lines == num
    assert found.html.count("<th>") == 2 * num
