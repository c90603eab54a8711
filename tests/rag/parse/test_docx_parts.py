"""Nothing of a Word file is lost: notes, boxes, controls, embedded files, headers, formulas."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest

from backend.rag.parse import ParseError, Reason
from backend.rag.parse.formats import DOCX

Write = Callable[..., Path]
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MATH = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*inner: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(inner)}</w:p>"


def cell(inner: str) -> str:
    return f"<w:tc>{inner}</w:tc>"


@pytest.fixture
def package(tmp_path: Path, tools: Any) -> Callable[..., Path]:
    """Write a package with this body and these other parts, each related to it by its name."""

    def write(body: str, parts: dict[str, str | bytes] | None = None) -> Path:
        path = tmp_path / "document"
        parts = parts or {}
        links = "".join(
            f'<Relationship Id="{name}" Type="{OFFICE}/{Path(name).stem}" Target="{name}"/>' for name in parts
        )
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("word/document.xml", tools.wrapped(body))
            archive.writestr(
                "word/_rels/document.xml.rels", f'<Relationships xmlns="{RELATIONS}">{links}</Relationships>'
            )
            for name, content in parts.items():
                archive.writestr(f"word/{name}", content)
        return path

    return write


def notes(kind: str, **texts: str) -> str:
    found = "".join(
        f'<w:{kind} w:id="{key[1:]}">{paragraph(run(text))}</w:{kind}>' for key, text in texts.items()
    )
    return f'<w:{kind}s xmlns:w="{WORD}">{found}</w:{kind}s>'


def test_notes_follow_the_paragraph_that_refers_to_them(package: Write, tools: Any) -> None:
    refers = '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:endnoteReference w:id="5"/></w:r>'
    body = paragraph(run("A claim"), refers, run(" goes on.")) + paragraph(run("Next."))
    parts = {
        "footnotes.xml": notes("footnote", _2="Says who."),
        "endnotes.xml": notes("endnote", _5="See p. 3."),
    }
    assert tools.brief(tools.read(package(body, parts), DOCX)) == [
        ("PARAGRAPH", "A claim goes on."),
        ("FOOTNOTE", "Says who."),
        ("FOOTNOTE", "See p. 3."),
        ("PARAGRAPH", "Next."),
    ]


def test_a_note_that_refers_to_itself_is_read_once(package: Write, tools: Any) -> None:
    itself = '<w:r><w:footnoteReference w:id="1"/></w:r>'
    note = (
        f'<w:footnotes xmlns:w="{WORD}"><w:footnote w:id="1">'
        f"{paragraph(run('circle'), itself, itself)}</w:footnote></w:footnotes>"
    )
    path = package(paragraph(run("x"), itself, itself), {"footnotes.xml": note})
    assert [text for _, text in tools.brief(tools.read(path, DOCX))] == ["x", "circle"]


def test_text_boxes_of_both_kinds_are_read_after_their_paragraph(package: Write, tools: Any) -> None:
    old = (
        '<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox><w:txbxContent>'
        f"{paragraph(run('old box'))}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    )
    table = f"<w:tbl><w:tr>{cell(paragraph(run('a')))}{cell(paragraph(run('b')))}</w:tr></w:tbl>"
    new = f"<w:r><w:drawing><w:txbxContent>{table}</w:txbxContent></w:drawing></w:r>"
    path = package(paragraph(run("anchor"), old, new))
    assert tools.brief(tools.read(path, DOCX)) == [
        ("PARAGRAPH", "anchor"),
        ("PARAGRAPH", "old box"),
        ("TABLE", "a | b"),
    ]


def test_content_controls_are_seen_through_at_every_level(package: Write, tools: Any) -> None:
    def controlled(inner: str) -> str:
        return f"<w:sdt><w:sdtPr/><w:sdtContent>{inner}</w:sdtContent></w:sdt>"

    row = (
        f"<w:tr>{controlled(cell(paragraph(controlled(run('in a cell')))))}{cell(paragraph(run('y')))}</w:tr>"
    )
    body = controlled(paragraph(run("block"))) + paragraph(run("in "), controlled(run("line")))
    path = package(body + f"<w:tbl>{controlled(row)}</w:tbl>")
    assert [text for _, text in tools.brief(tools.read(path, DOCX))] == ["block", "in line", "in a cell | y"]


def test_what_was_moved_is_read_where_it_is_now_and_hidden_text_not_at_all(
    package: Write, tools: Any
) -> None:
    body = paragraph(
        f"<w:moveFrom>{run('here')}</w:moveFrom>",
        run("seen"),
        run("unseen", "<w:vanish/>"),
        run(" shown", '<w:vanish w:val="0"/>'),
    ) + paragraph(f"<w:moveTo>{run('there')}</w:moveTo>")
    assert [text for _, text in tools.brief(tools.read(package(body), DOCX))] == ["seen shown", "there"]


def test_tables_in_tables_lose_no_cell(package: Write, tools: Any) -> None:
    inner = "".join(f"<w:tr>{cell(paragraph(run(text)))}</w:tr>" for text in ("one", "two"))
    outer = cell(paragraph(run("before")) + f"<w:tbl>{inner}</w:tbl>" + paragraph()) + cell(
        paragraph(run("beside")) + paragraph(run("below"))
    )
    [found] = tools.read(package(f"<w:tbl><w:tr>{outer}</w:tr></w:tbl>"), DOCX)
    assert found.text == "before one two | beside below"


def test_headers_of_all_kinds_are_read_with_their_tables(package: Write, tools: Any) -> None:
    table = f"<w:tbl><w:tr>{cell(paragraph(run('Draft')))}{cell(paragraph(run('7')))}</w:tr></w:tbl>"
    parts = {
        "header.xml": f'<w:hdr xmlns:w="{WORD}">{paragraph(run("Ω &amp; Söhne"))}</w:hdr>',
        "footer.xml": f'<w:ftr xmlns:w="{WORD}">{table}</w:ftr>',
    }
    found = tools.read(package(paragraph(run("x")), parts), DOCX)
    assert [text for _, text in tools.brief(found)] == ["x", "Ω & Söhne", "Draft | 7"]


def test_comments_are_not_the_documents_words(package: Write, tools: Any) -> None:
    comment = f'<w:comment w:id="0">{paragraph(run("Really?"))}</w:comment>'
    parts = {"comments.xml": f'<w:comments xmlns:w="{WORD}">{comment}</w:comments>'}
    body = paragraph(run("kept"), '<w:r><w:commentReference w:id="0"/></w:r>')
    assert tools.brief(tools.read(package(body, parts), DOCX)) == [("PARAGRAPH", "kept")]


MAIL = """MIME-Version: 1.0
Content-Type: multipart/related; boundary="edge"

--edge
Content-Type: image/png

x
--edge
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

<p>caf=C3=A9 =3D open</p>
--edge--
"""


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("chunk.html", "<h1>Web</h1><p>page</p>", [("TITLE", "Web"), ("PARAGRAPH", "page")]),
        ("chunk.mht", MAIL, [("PARAGRAPH", "café = open")]),
        ("chunk.txt", "plain", [("PARAGRAPH", "plain")]),
        ("chunk.bin", "\x00\x01", []),
    ],
)
def test_embedded_documents_are_read_in_their_place(
    package: Write, tools: Any, name: str, content: str, expected: list[tuple[str, str]]
) -> None:
    body = paragraph(run("before")) + f'<w:altChunk w:id="{name}"/>' + paragraph(run("after"))
    found = tools.brief(tools.read(package(body, {name: content}), DOCX))
    assert found == [("PARAGRAPH", "before"), *expected, ("PARAGRAPH", "after")]


def nested(times: int, tools: Any) -> bytes:
    """A Word file that embeds a Word file that embeds …"""
    data = io.BytesIO()
    document = docx.Document()
    document.add_paragraph(f"level {times}")
    document.save(data)
    if times == 0:
        return data.getvalue()
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        archive.writestr("word/document.xml", tools.wrapped('<w:altChunk w:id="a"/>'))
        link = f'<Relationship Id="a" Type="{OFFICE}/aFChunk" Target="a.docx"/>'
        archive.writestr(
            "word/_rels/document.xml.rels", f'<Relationships xmlns="{RELATIONS}">{link}</Relationships>'
        )
        archive.writestr("word/a.docx", nested(times - 1, tools))
    return output.getvalue()


def test_word_files_in_word_files_are_read_to_a_depth_that_people_use(tmp_path: Path, tools: Any) -> None:
    path = tmp_path / "document"
    path.write_bytes(nested(3, tools))
    assert tools.brief(tools.read(path, DOCX)) == [("PARAGRAPH", "level 0")]
    path.write_bytes(nested(4, tools))
    with pytest.raises(ParseError) as caught:
        tools.read(path, DOCX)
    assert caught.value.reason is Reason.TOO_LARGE


def test_parts_are_found_whatever_the_case_and_slashes_of_their_names(tmp_path: Path, tools: Any) -> None:
    path = tmp_path / "document"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Word\\Document.xml", tools.wrapped(paragraph(run("found"))))
    from backend.rag.parse.detect import detect

    assert detect(path) == DOCX
    assert tools.brief(tools.read(path, DOCX)) == [("PARAGRAPH", "found")]


def math(inner: str) -> str:
    return f"<m:oMath {MATH}>{inner}</m:oMath>"


def symbol(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (f"<m:sSup><m:e>{symbol('x')}</m:e><m:sup>{symbol('2')}</m:sup></m:sSup>", "x^2"),
        (f"<m:sSub><m:e>{symbol('a')}</m:e><m:sub>{symbol('n+1')}</m:sub></m:sSub>", "a_(n+1)"),
        (f"<m:f><m:num>{symbol('a+b')}</m:num><m:den>{symbol('c')}</m:den></m:f>", "(a+b)/c"),
        (f"<m:rad><m:deg>{symbol('3')}</m:deg><m:e>{symbol('x')}</m:e></m:rad>", "3√x"),
        (
            f'<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{symbol("n=1")}</m:sub>'
            f"<m:sup>{symbol('∞')}</m:sup><m:e>{symbol('n')}</m:e></m:nary>",
            "∑_(n=1)^∞ n",
        ),
        (f"<m:d><m:e>{symbol('x')}</m:e><m:e>{symbol('y')}</m:e></m:d>", "(x|y)"),
        (f"<m:m><m:mr><m:e>{symbol('1')}</m:e><m:e>{symbol('0')}</m:e></m:mr></m:m>", "1, 0"),
        (f"<m:func><m:fName>{symbol('sin')}</m:fName><m:e>{symbol('x')}</m:e></m:func>", "sin x"),
    ],
)
def test_formulas_are_read_as_they_are_typed(package: Write, tools: Any, formula: str, expected: str) -> None:
    [found] = tools.read(package(paragraph(run("so "), math(formula))), DOCX)
    assert found.text == f"so {expected}"
