"""Word files: what a reader sees, in order, from any dialect; nothing fetched, nothing beyond the limits."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backend.rag.elements import ElementKind
from backend.rag.parse import Limits, ParseError, Reason
from backend.rag.parse.formats import DOCX

Write = Callable[..., Path]


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def paragraph(inner: str) -> str:
    return f"<w:p>{inner}</w:p>"


def test_headings_paragraphs_lists_and_tables_come_in_order(word: Write, tools: Any) -> None:
    def build(document: Any) -> None:
        document.add_heading("The title", 0)
        document.add_heading("A chapter", 2)
        document.add_paragraph("Some text.")
        document.add_paragraph("an item", style="List Bullet")
        table = document.add_table(2, 2)
        for cell, text in zip(table._cells, ["Year", "Sales", "2023", "<5>"], strict=True):
            cell.text = text
        document.add_paragraph("After the table.")

    elements = tools.read(word(build), DOCX)
    assert tools.brief(elements) == [
        ("TITLE", "The title"),
        ("TITLE", "A chapter"),
        ("PARAGRAPH", "Some text."),
        ("LIST_ITEM", "an item"),
        ("TABLE", "Year | Sales\n2023 | <5>"),
        ("PARAGRAPH", "After the table."),
    ]
    assert [element.level for element in elements[:2]] == [1, 2]
    assert elements[4].html == (
        "<table><tr><th>Year</th><th>Sales</th></tr><tr><td>2023</td><td>&lt;5&gt;</td></tr></table>"
    )


def test_insertions_count_and_deletions_do_not(word: Write, tools: Any) -> None:
    body = paragraph(
        run("kept ") + f"<w:ins>{run('added')}</w:ins><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
    )
    assert tools.brief(tools.read(word(body=body), DOCX)) == [("PARAGRAPH", "kept added")]


def test_content_controls_text_boxes_and_ruby_are_read_once(word: Write, tools: Any) -> None:
    box = f"<w:txbxContent>{paragraph(run('in a box'))}</w:txbxContent>"
    drawing = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    )
    ruby = f"<w:r><w:ruby><w:rt>{run('とう')}</w:rt><w:rubyBase>{run('東')}</w:rubyBase></w:ruby></w:r>"
    body = (
        f"<w:sdt><w:sdtContent>{paragraph(run('controlled'))}</w:sdtContent></w:sdt>"
        + paragraph(run("around") + f"<w:r>{drawing}</w:r>")
        + paragraph(ruby)
    )
    assert [text for _, text in tools.brief(tools.read(word(body=body), DOCX))] == [
        "controlled",
        "around",
        "in a box",
        "東",
    ]


def test_the_strict_dialect_reads_the_same(word: Write, tools: Any, tmp_path: Path) -> None:
    path = word(lambda document: document.add_heading("Strict", 1))
    strict = tmp_path / "strict"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(strict, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            data = data.replace(
                b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                b"http://purl.oclc.org/ooxml/wordprocessingml/main",
            ).replace(
                b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                b"http://purl.oclc.org/ooxml/officeDocument/relationships",
            )
            new.writestr(name, data)
    assert tools.brief(tools.read(strict, DOCX)) == [("TITLE", "Strict")]


def test_headers_and_footers_come_last_and_once(word: Write, tools: Any) -> None:
    def build(document: Any) -> None:
        document.add_paragraph("body")
        document.sections[0].header.paragraphs[0].text = "Confidential"
        document.sections[0].footer.paragraphs[0].text = "Confidential"

    assert [text for _, text in tools.brief(tools.read(word(build), DOCX))] == ["body", "Confidential"]


def test_a_lone_bold_line_is_a_title_below_all_headings(word: Write, tools: Any) -> None:
    def build(document: Any) -> None:
        document.add_paragraph().add_run("Bold heading").bold = True

    (element,) = tools.read(word(build), DOCX)
    assert (element.kind, element.level) == (ElementKind.TITLE, 9)


def test_an_external_entity_is_not_expanded(word: Write, tools: Any, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    path = word(lambda document: document.add_paragraph("x"))
    attack = (
        f'<!DOCTYPE d [<!ENTITY e SYSTEM "{secret.as_uri()}"><!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
        + tools.wrapped(paragraph("<w:r><w:t>safe &e;&b;</w:t></w:r>"))
    )
    tools.replace_part(path.read_bytes(), path, "word/document.xml", attack.encode())
    assert tools.brief(tools.read(path, DOCX)) == [("PARAGRAPH", "safe")]


def test_a_file_that_unpacks_beyond_the_limit_is_refused(word: Write, tools: Any) -> None:
    path = word(lambda document: document.add_paragraph("x"))
    tools.replace_part(path.read_bytes(), path, "word/media/image.bin", bytes(5_000_000))
    assert path.stat().st_size < 100_000
    with pytest.raises(ParseError) as caught:
        tools.read(path, DOCX, Limits(max_expanded_bytes=1_000_000))
    assert caught.value.reason is Reason.TOO_LARGE


def test_a_part_that_lies_about_its_size_is_refused(word: Write, tools: Any) -> None:
    path = word(lambda document: document.add_paragraph("x" * 5000))
    data = bytearray(path.read_bytes())
    at = data.rindex(b"word/document.xml") - 46  # its entry in the directory at the end
    assert data[at : at + 4] == b"PK\x01\x02"
    data[at + 24 : at + 28] = (100).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(ParseError) as caught:
        tools.read(path, DOCX)
    assert caught.value.reason is Reason.CORRUPT


def test_a_part_whose_two_names_differ_or_are_no_text_is_refused(word: Write, tools: Any) -> None:
    path = word(lambda document: document.add_paragraph("x"))
    data = bytearray(path.read_bytes())
    at = data.index(b"word/document.xml") - 30  # where the part begins, before the directory at the end
    assert data[at : at + 4] == b"PK\x03\x04"
    data[at + 7] |= 0x08  # it says that its name is UTF-8
    for name in (b"word/documenx.xml", b"word/document\x96xml"):
        path.write_bytes(data.replace(b"word/document.xml", name, 1))
        with pytest.raises(ParseError) as caught:
            tools.read(path, DOCX)
        assert caught.value.reason is Reason.CORRUPT


def test_a_package_without_its_document_is_corrupt(tmp_path: Path, tools: Any) -> None:
    path = tmp_path / "document"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/styles.xml", "<x/>")
    with pytest.raises(ParseError) as caught:
        tools.read(path, DOCX)
    assert caught.value.reason is Reason.CORRUPT


def test_markup_deeper_than_any_document_is_refused_and_not_cut_short(word: Write, tools: Any) -> None:
    body = "<w:sdt>" * 300 + paragraph(run("deep")) + "</w:sdt>" * 300
    with pytest.raises(ParseError) as caught:
        tools.read(word(body=body), DOCX)
    assert caught.value.reason is Reason.TOO_LARGE
