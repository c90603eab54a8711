"""Files that mean harm, or were harmed: text, or a ParseError that says what to do."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from backend.rag.parse import Limits, ParseError, Reason, child, formats, ocr, stream
from backend.rag.parse.detect import detect
from backend.rag.parse.pictures import Album
from tests.fixtures import mutations, samples
from tests.fixtures.mutations import Mutation

LIMITS = Limits(max_pages=50, max_characters=2_000_000, max_expanded_bytes=32 * 1024**2)
BOUNDED = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
FRACTIONS = st.floats(0, 1, exclude_max=True)
MUTATIONS = st.lists(
    st.builds(
        Mutation,
        kind=st.sampled_from(mutations.KINDS),
        at=FRACTIONS,
        length=st.sampled_from((1, 4, 16, 256)),
        payload=st.sampled_from(mutations.PAYLOADS),
        to=FRACTIONS,
    ),
    min_size=1,
    max_size=5,
)
ZIPPED = sorted(name for name, make in samples.SAMPLES.items() if make().startswith(b"PK"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "document"


@pytest.fixture(autouse=True)
def no_recognition(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recognising noise takes seconds and tells nothing about parsers."""
    monkeypatch.setattr(ocr, "program", lambda: None)


def outcome(path: Path, data: bytes, *, hint: str | None = None, limits: Limits = LIMITS) -> Reason | str:
    """Why the file is refused, or its text; raises whatever is no ParseError."""
    path.write_bytes(data)
    try:
        content_type, album = detect(path, hint), Album(path.parent, limits)
        pages = list(stream(path, content_type=content_type, limits=limits, album=album))
    except ParseError as error:
        assert len(error.message) > 30 and error.message.endswith("."), "a stranger must know what to do"
        return error.reason
    return "\n".join(element.text for page in pages for element in page.elements)


@pytest.mark.parametrize("name", samples.SAMPLES)
@BOUNDED
@given(changes=MUTATIONS)
def test_any_change_to_a_valid_file_is_read_or_refused(
    path: Path, name: str, changes: list[Mutation]
) -> None:
    data = samples.SAMPLES[name]()
    assert outcome(path, data, hint=samples.hint(name)) != "", "the file must be valid before it is changed"
    outcome(path, mutations.mutated(data, changes), hint=samples.hint(name))


@pytest.mark.parametrize("name", ZIPPED)
@BOUNDED
@given(part=FRACTIONS, changes=MUTATIONS)
def test_any_change_to_a_part_of_a_valid_zip_is_read_or_refused(
    path: Path, name: str, part: float, changes: list[Mutation]
) -> None:
    outcome(path, mutations.mutated_within(samples.SAMPLES[name](), part, changes))


STARTS = (
    b"",
    b"%PDF-1.7\n",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"<html>",
    b"\xff\xfe",
    b"\x89PNG\r\n",
)


@BOUNDED
@given(start=st.sampled_from(STARTS), data=st.binary(max_size=2000))
def test_bytes_of_any_kind_are_read_or_refused(path: Path, start: bytes, data: bytes) -> None:
    outcome(path, start + data)


@BOUNDED
@given(text=st.text(max_size=500), name=st.sampled_from(("html", "md", "csv", "txt")))
def test_text_of_any_kind_comes_out_without_characters_that_a_database_refuses(
    path: Path, text: str, name: str
) -> None:
    found = outcome(path, text.encode("utf-8", "surrogatepass"), hint=samples.hint(name))
    assert "\0" not in found
    found.encode("utf-8")


def word(body: str, **parts: str | bytes) -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    document = f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
    return samples.zipped({"word/document.xml": document, **parts})


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


BILLION_LAUGHS = "<!DOCTYPE a [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)
)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (word("", **{"word/media/x": bytes(64 * 1024**2)}), Reason.TOO_LARGE),
        (samples.zipped({"a.zip": samples.zipped({"b.zip": bytes(10**6)})}), Reason.UNSUPPORTED_TYPE),
        (samples.zipped({f"word/{n}": "" for n in range(20_001)}), Reason.TOO_LARGE),
        (word("<w:tbl><w:tr><w:tc>" * 70), Reason.TOO_LARGE),
        (word("<w:sdt>" * 5000), Reason.TOO_LARGE),
        (
            word(
                "<w:p>"
                + "<w:hyperlink>" * 100
                + "<w:r><w:t>x</w:t></w:r>"
                + "</w:hyperlink>" * 100
                + "</w:p>"
            ),
            Reason.TOO_LARGE,
        ),
        (word(paragraph("x" * 2_000_001)), Reason.TOO_LARGE),
        (samples.zipped({"word/document.xml": BILLION_LAUGHS + "]><a>&a9;</a>"}), Reason.TOO_LARGE),
        (b"%PDF-1.7\n%%EOF", Reason.CORRUPT),
        (b"x" * 8_000_001, Reason.TOO_LARGE),
        (b"<p>" + b"x" * 8_000_001, Reason.TOO_LARGE),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_a_bomb_is_refused_with_its_reason(path: Path, data: bytes, expected: Reason) -> None:
    assert outcome(path, data) == expected


@pytest.mark.parametrize(
    "mark", ["<div>", "<b>", "<ul><li>", "<table><tr><td>", "<blockquote>", "<font>", "<svg>"]
)
def test_markup_that_never_ends_is_read(path: Path, mark: str) -> None:
    assert "deep" in outcome(path, f"<html><body>{mark * 5000}deep".encode()) or mark == "<svg>"


@pytest.mark.parametrize("mark", ["> ", "* ", "[", "![", "a`", "*a", "<div>", "|", "1. ", "\\", "**a ", "&#"])
def test_marks_that_never_end_are_read(path: Path, mark: str) -> None:
    assert "deep" in outcome(path, f"{mark * 3000}deep".encode(), hint=formats.MARKDOWN)


def test_a_pdf_with_more_pages_than_allowed_is_refused_before_any_is_read(path: Path) -> None:
    output = BytesIO()
    canvas = Canvas(output)
    for _ in range(51):
        canvas.drawString(72, 720, "x")
        canvas.showPage()
    canvas.save()
    path.write_bytes(output.getvalue())
    with pytest.raises(ParseError, match="has 51 pages, and at most 50 can be taken in") as caught:
        next(stream(path, content_type=formats.PDF, limits=LIMITS))
    assert caught.value.reason is Reason.TOO_MANY_PAGES
    # A count that lies is found out by the pages, not believed.
    assert outcome(path, samples.pdf().replace(b"/Count 2", b"/Count 99999999")) != ""


async def test_a_picture_of_vast_dimensions_costs_a_refusal(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(samples.picture(60_000, 60_000, bytes(10**6)))
    with pytest.raises(ParseError) as caught:
        await child.run(path, limits=Limits(seconds=60))
    assert caught.value.reason in (Reason.CORRUPT, Reason.TOO_LARGE, Reason.OCR_MISSING)


def test_names_with_controls_and_right_to_left_marks_stay_text(path: Path) -> None:
    name = "gpj\u202e.exe\x07\x00"
    sheet = samples.parts_of(samples.workbook())
    sheet["xl/workbook.xml"] = sheet["xl/workbook.xml"].replace(
        b'name="Lamps"', 'name="a&#x202E;b\u200b"'.encode()
    )
    assert "\0" not in outcome(path, samples.zipped(sheet))
    output = BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        archive.writestr(f"word/{name}", "x")
        archive.writestr("../../word/document.xml", "x")
        archive.writestr("word/document.xml", samples.parts_of(word(paragraph("in")))["word/document.xml"])
    assert outcome(path, output.getvalue()) == "in"
    assert not (path.parent.parent / "word").exists()


def test_every_reason_says_what_to_do() -> None:
    ways_out = ("upload", "retry", "Remove", "Split")
    messages: list[Any] = [ParseError(reason).message for reason in Reason]
    assert [message for message in messages if not any(way in message for way in ways_out)] == []
    unsupported: Callable[[str], Any] = formats.find
    with pytest.raises(ParseError, match="upload"):
        unsupported("application/x-unknown")
