"""Old Word files: read by a program where there is one, with a reason where there is none or it cannot."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backend.local import doctor
from backend.rag.parse import Limits, ParseError, Reason, child, doc, docbook, programs
from backend.rag.parse.formats import DOC
from backend.services.documents import failures
from tests.fixtures import word97
from tests.fixtures.word97 import Paragraph

needs_program = pytest.mark.skipif(doc.program() is None, reason="neither soffice nor antiword is installed")
needs_antiword = pytest.mark.skipif(programs.find("antiword") is None, reason="antiword is not installed")
REPORT = word97.word(
    Paragraph("The harbour\r", 1),
    "Ships pay 5 € in 東京 & elsewhere.",
    Paragraph("The lamps\r", 2),
    "First line,\vsecond line.",
    *word97.row("Year", "Lamps"),
    *word97.row("2023", "17\v18"),
    'See \x13 HYPERLINK "http://example.org" \x14the rules\x15.',
    Paragraph("The end\r", 1),
)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[bytes], Path]:
    def written(data: bytes) -> Path:
        path = tmp_path / "document"
        path.write_bytes(data)
        return path

    return written


@needs_program
async def test_titles_paragraphs_and_tables_are_read_in_the_sandbox(write: Any, tools: Any) -> None:
    elements = await child.run(write(REPORT), limits=Limits())
    assert tools.brief(elements) == [
        ("TITLE", "The harbour"),
        ("PARAGRAPH", "Ships pay 5 € in 東京 & elsewhere."),
        ("TITLE", "The lamps"),
        ("PARAGRAPH", "First line,\nsecond line."),
        ("TABLE", "Year | Lamps\n2023 | 17 18"),
        ("PARAGRAPH", "See the rules."),
        ("TITLE", "The end"),
    ]
    assert [element.level for element in elements if element.level] == [1, 2, 1]
    table = next(element for element in elements if element.html)
    assert table.html == (
        "<table><tr><th>Year</th><th>Lamps</th></tr><tr><td>2023</td><td>17 18</td></tr></table>"
    )


@needs_antiword
def test_no_line_break_is_lost_in_a_long_document(write: Any, tools: Any) -> None:
    texts = [f"Paragraph {number}\vgoes on{'!' * (number % 3)}" for number in range(2000)]
    path = write(word97.word(*texts, has_properties=False))
    assert [element.text for element in tools.read(path, DOC)] == [text.replace("\v", "\n") for text in texts]


async def test_a_password_is_said_before_any_program_is_asked(write: Any) -> None:
    with pytest.raises(ParseError, match="password") as caught:
        await child.run(write(word97.word("secret", is_encrypted=True)), limits=Limits())
    assert caught.value.reason is Reason.ENCRYPTED


@needs_program
async def test_a_document_that_is_cut_off_or_empty_is_refused(write: Any) -> None:
    for data, reason in ((REPORT[:2500], Reason.CORRUPT), (word97.word(""), Reason.EMPTY)):
        with pytest.raises(ParseError) as caught:
            await child.run(write(data), limits=Limits())
        assert caught.value.reason is reason


def test_without_a_program_it_fails_with_what_to_install_and_can_be_retried(
    write: Any, tools: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "find", lambda name: None)
    with pytest.raises(ParseError, match="apt-get install antiword") as caught:
        tools.read(write(REPORT), DOC)
    assert caught.value.code == "CONVERTER_MISSING"
    assert failures.is_retryable(caught.value.code)
    found = next(each for each in doctor._optional() if "antiword" in each.name)
    assert (found.is_ok, found.is_optional) == (False, True)
    assert ("CONVERTER_MISSING" in found.detail, found.remedy) == (True, "apt-get install antiword")


def test_where_libreoffice_fails_at_a_file_antiword_is_asked(
    write: Any, tools: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Stands in for both programs with scripts, so that it is tested where neither is installed."""
    paths = {}
    for name, lines in {"soffice": "exit 1", "antiword": f"cat {tmp_path}/answer"}.items():
        paths[name] = tmp_path / name
        paths[name].write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{lines}\n")
        paths[name].chmod(0o755)
    (tmp_path / "answer").write_text("<book><chapter><title>T</title><para>x</para></chapter></book>")
    monkeypatch.setattr(programs, "find", lambda name: str(paths[name]))
    assert tools.brief(tools.read(write(REPORT), DOC)) == [("TITLE", "T"), ("PARAGRAPH", "x")]


def test_lists_notes_and_page_breaks_of_docbook_are_told_apart(tools: Any) -> None:
    data = (
        b"<book><chapter><title/><para>one<footnote><para>a note</para></footnote> two</para>"
        b"<para>before<beginpage/>after</para><orderedlist><listitem><para>an <b>item</b></para>"
        b"</listitem></orderedlist></chapter></book>"
    )
    assert tools.brief(list(docbook.elements(data, []))) == [
        ("PARAGRAPH", "one two"),
        ("FOOTNOTE", "a note"),
        ("PARAGRAPH", "before\nafter"),
        ("LIST_ITEM", "an item"),
    ]
