"""The numbers that Word writes before paragraphs are in the text, as it counts them."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backend.rag.parse.docx_numbering import _formatted
from backend.rag.parse.formats import DOCX

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
Write = Callable[..., Path]


def level(at: int, kind: str, text: str, inner: str = "") -> str:
    shown = f'<w:numFmt w:val="{kind}"/>{inner}<w:lvlText w:val="{text}"/>'
    return f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/>{shown}</w:lvl>'


def listed(use: int, at: int, text: str, extra: str = "") -> str:
    where = f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{use}"/></w:numPr>'
    return f"<w:p><w:pPr>{where}{extra}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


LEGAL = level(0, "decimal", "%1.") + level(1, "decimal", "%1.%2") + level(2, "lowerLetter", "(%3)")
OF_CLAUSES = '<w:pStyle w:val="Clause"/>'
NUMBERING = (
    f'<w:abstractNum w:abstractNumId="0">{LEGAL}</w:abstractNum>'
    f'<w:abstractNum w:abstractNumId="1">{level(0, "bullet", "•")}</w:abstractNum>'
    f'<w:abstractNum w:abstractNumId="2"><w:styleLink w:val="L"/>{level(0, "upperRoman", "Part %1")}'
    f"{level(1, 'decimal', '%1.%2', '<w:isLgl/>')}</w:abstractNum>"
    '<w:abstractNum w:abstractNumId="3"><w:numStyleLink w:val="L"/></w:abstractNum>'
    f'<w:abstractNum w:abstractNumId="4">{level(0, "decimal", "Article %1")}'
    f"{level(1, 'decimal', '%1.%2', OF_CLAUSES)}</w:abstractNum>"
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="0"/>'
    '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="4"><w:abstractNumId w:val="3"/></w:num>'
    '<w:num w:numId="5"><w:abstractNumId w:val="4"/></w:num>'
)
STYLES = (
    '<w:style w:styleId="Clause"><w:name w:val="Clause"/><w:pPr><w:numPr><w:numId w:val="5"/></w:numPr>'
    '</w:pPr></w:style><w:style w:styleId="Own"><w:name w:val="Own"/><w:basedOn w:val="Clause"/></w:style>'
)


@pytest.fixture
def numbered(tmp_path: Path, tools: Any) -> Callable[[str], list[str]]:
    """The texts of a document with this body and the lists above."""

    def read(body: str) -> list[str]:
        path = tmp_path / "document"
        links = "".join(
            f'<Relationship Id="{name}" Type="{OFFICE}/{name}" Target="{name}.xml"/>'
            for name in ("numbering", "styles")
        )
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("word/document.xml", tools.wrapped(body))
            archive.writestr("word/numbering.xml", f"<w:numbering {WORD}>{NUMBERING}</w:numbering>")
            archive.writestr("word/styles.xml", f"<w:styles {WORD}>{STYLES}</w:styles>")
            archive.writestr("word/_rels/document.xml.rels", f"<Relationships>{links}</Relationships>")
        return [element.text for element in tools.read(path, DOCX)]

    return read


def test_levels_count_on_and_start_again_below_a_higher_one(numbered: Any) -> None:
    steps = [(0, "a"), (1, "b"), (1, "c"), (2, "d"), (2, "e"), (0, "f"), (1, "g"), (2, "h")]
    assert numbered("".join(listed(1, at, text) for at, text in steps)) == [
        *("1. a", "1.1 b", "1.2 c", "(a) d", "(b) e"),
        *("2. f", "2.1 g", "(a) h"),
    ]


def test_a_list_that_starts_below_its_first_level_counts_that_as_begun(numbered: Any) -> None:
    assert numbered(listed(1, 1, "a") + listed(1, 1, "b")) == ["1.1 a", "1.2 b"]


def test_a_list_may_start_anew_and_bullets_have_no_number(numbered: Any) -> None:
    body = listed(1, 0, "a") + listed(2, 0, "b") + listed(2, 0, "c") + listed(3, 0, "d") + listed(9, 0, "e")
    assert numbered(body) == ["1. a", "7. b", "8. c", "d", "e"]


def test_a_list_may_name_a_style_that_has_the_levels_and_write_them_in_legal_style(numbered: Any) -> None:
    assert numbered(listed(4, 0, "a") + listed(4, 0, "b") + listed(4, 1, "c")) == [
        "Part I a",
        "Part II b",
        "2.1 c",
    ]


def test_a_paragraphs_style_brings_its_list_and_the_level_meant_for_it(numbered: Any) -> None:
    clause = '<w:p><w:pPr><w:pStyle w:val="{}"/></w:pPr><w:r><w:t>x</w:t></w:r></w:p>'
    body = listed(5, 0, "a") + clause.format("Clause") + clause.format("Own") + clause.format("Other")
    assert numbered(body) == ["Article 1 a", "1.1 x", "1.2 x", "x"]


def test_a_paragraph_that_was_struck_out_does_not_count(numbered: Any) -> None:
    struck = listed(1, 0, "", "<w:rPr><w:del/></w:rPr>")
    assert numbered(
        listed(1, 0, "a") + struck + listed(1, 0, "b") + listed(1, 0, "") + listed(1, 0, "c")
    ) == [
        "1. a",
        "2. b",
        "4. c",
    ]


@pytest.mark.parametrize(
    ("number", "kind", "expected"),
    [
        (1994, "lowerRoman", "mcmxciv"),
        (4, "upperRoman", "IV"),
        (27, "upperLetter", "AA"),
        (3, "lowerLetter", "c"),
        (7, "decimalZero", "07"),
        (7, "none", ""),
        (7, "chineseCounting", "7"),
        (0, "lowerLetter", "0"),
    ],
)
def test_numbers_are_written_as_the_list_says(number: int, kind: str, expected: str) -> None:
    assert _formatted(number, kind) == expected
