"""Presentations and electronic books: order, titles, tables and notes; nothing outside, nothing vast."""

import zipfile
from pathlib import Path
from typing import Any

import pytest

from backend.rag.parse import Limits, ParseError, Reason
from backend.rag.parse.detect import detect
from backend.rag.parse.formats import EPUB, PPTX

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPACES = f'xmlns:p="urn:p" xmlns:a="urn:a" xmlns:r="{OFFICE}"'


def write(path: Path, parts: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def relations(**targets: str) -> str:
    """Id=kind:target."""
    parts = (
        f'<Relationship Id="{key}" Type="{OFFICE}/{value.partition(":")[0]}" '
        f'Target="{value.partition(":")[2]}"/>'
        for key, value in targets.items()
    )
    return f"<Relationships>{''.join(parts)}</Relationships>"


def shape(*texts: str, kind: str | None = None) -> str:
    place = "" if kind is None else f'<p:ph type="{kind}"/>'
    paragraphs = "".join(f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>" for text in texts)
    return f"<p:sp><p:nvSpPr><p:nvPr>{place}</p:nvPr></p:nvSpPr><p:txBody>{paragraphs}</p:txBody></p:sp>"


def slide(content: str) -> str:
    return f"<p:sld {SPACES}><p:cSld><p:spTree>{content}</p:spTree></p:cSld></p:sld>"


def grid(*rows: str) -> str:
    cells = (
        "".join(
            f"<a:tc><a:txBody><a:p><a:r><a:t>{c}</a:t></a:r></a:p></a:txBody></a:tc>" for c in row.split(";")
        )
        for row in rows
    )
    table = "".join(f"<a:tr>{row}</a:tr>" for row in cells)
    data = f'<a:graphicData><a:tbl><a:tblPr firstRow="1"/>{table}</a:tbl></a:graphicData>'
    return f"<p:graphicFrame><a:graphic>{data}</a:graphic></p:graphicFrame>"


def presentation(path: Path, *, first: str = "", second: str = "") -> Path:
    """Two slides; the part named one is shown second, and has notes."""
    ids = '<p:sldIdLst><p:sldId id="256" r:id="b"/><p:sldId id="257" r:id="a"/></p:sldIdLst>'
    parts = {
        "_rels/.rels": relations(x="officeDocument:ppt/presentation.xml"),
        "ppt/presentation.xml": f"<p:presentation {SPACES}>{ids}</p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(a="slide:slides/one.xml", b="slide:slides/two.xml"),
        "ppt/slides/one.xml": slide(second),
        "ppt/slides/two.xml": slide(first),
        "ppt/slides/_rels/one.xml.rels": relations(n="notesSlide:../notes/one.xml"),
        "ppt/notes/one.xml": slide(shape("3", kind="sldNum") + shape("What to say", kind="body")),
    }
    return write(path, parts)


def test_slides_are_pages_in_the_order_in_which_they_are_shown(tmp_path: Path, tools: Any) -> None:
    first = shape("one", "two", kind="body") + shape("The title", kind="title")
    second = f"<p:grpSp>{shape('In a group')}</p:grpSp>" + grid("Year;Sales", "2023;5")
    path = presentation(tmp_path / "document", first=first, second=second)
    assert detect(path) == PPTX
    found = tools.read(path, PPTX)
    assert tools.brief(found) == [
        ("TITLE", "The title"),
        ("LIST_ITEM", "one"),
        ("LIST_ITEM", "two"),
        ("PARAGRAPH", "In a group"),
        ("TABLE", "Year | Sales\n2023 | 5"),
        ("PARAGRAPH", "What to say"),
    ]
    assert [element.page for element in found] == [1, 1, 1, 2, 2, 2]
    assert found[4].num_header_lines == 1


def test_a_presentation_without_its_list_of_slides_is_corrupt(tmp_path: Path, tools: Any) -> None:
    with pytest.raises(ParseError) as caught:
        tools.read(write(tmp_path / "document", {"ppt/x.xml": "<x/>"}), PPTX)
    assert caught.value.reason is Reason.CORRUPT


def test_more_slides_than_pages_allowed_are_refused(tmp_path: Path, tools: Any) -> None:
    with pytest.raises(ParseError) as caught:
        tools.read(presentation(tmp_path / "document"), PPTX, Limits(max_pages=1))
    assert caught.value.reason is Reason.TOO_MANY_PAGES


def book(path: Path, **more: str) -> Path:
    items = (
        '<item id="a" href="a%20b.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="b" href="b.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="p" href="p.png" media-type="image/png"/>'
        '<item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    )
    spine = '<itemref idref="b"/><itemref idref="p"/><itemref idref="a"/><itemref idref="gone"/>'
    root = '<rootfile full-path="in/book.opf"/>'
    parts = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": f"<container><rootfiles>{root}</rootfiles></container>",
        "in/book.opf": f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>",
        "in/nav.xhtml": '<html><body><ol><li><a href="b.xhtml#x">First chapter</a></li></ol></body></html>',
        "in/b.xhtml": "<html><body><p>It began.</p></body></html>",
        "in/a b.xhtml": "<html><body><h1>Second chapter</h1><p>It ended.</p></body></html>",
    }
    return write(path, {**parts, **more})


def test_chapters_come_in_reading_order_with_titles_of_their_own_or_of_the_contents(
    tmp_path: Path, tools: Any
) -> None:
    path = book(tmp_path / "document")
    assert detect(path) == EPUB
    assert tools.brief(tools.read(path, EPUB)) == [
        ("TITLE", "First chapter"),
        ("PARAGRAPH", "It began."),
        ("TITLE", "Second chapter"),
        ("PARAGRAPH", "It ended."),
    ]


@pytest.mark.parametrize(
    ("way", "is_locked"), [("http://www.idpf.org/2008/embedding", False), ("http://x/aes256-cbc", True)]
)
def test_a_book_under_copy_protection_is_refused_but_locked_fonts_are_not(
    tmp_path: Path, tools: Any, way: str, is_locked: bool
) -> None:
    data = f'<EncryptedData><EncryptionMethod Algorithm="{way}"/></EncryptedData>'
    path = book(tmp_path / "document", **{"META-INF/encryption.xml": f"<encryption>{data}</encryption>"})
    if not is_locked:
        assert len(tools.read(path, EPUB)) == 4
        return
    with pytest.raises(ParseError) as caught:
        tools.read(path, EPUB)
    assert caught.value.reason is Reason.ENCRYPTED


def test_books_that_are_broken_or_vast_are_refused_as_such(tmp_path: Path, tools: Any) -> None:
    broken = write(tmp_path / "broken", {"META-INF/container.xml": "<container/>"})
    with pytest.raises(ParseError) as corrupt:
        tools.read(broken, EPUB)
    vast = book(tmp_path / "vast", **{"in/b.xhtml": "x" * 100_000})
    with pytest.raises(ParseError) as large:
        tools.read(vast, EPUB, Limits(max_expanded_bytes=50_000))
    assert (corrupt.value.reason, large.value.reason) == (Reason.CORRUPT, Reason.TOO_LARGE)
