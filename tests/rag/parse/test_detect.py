"""A file's type is told by its content; hints only choose between texts."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backend.rag.parse import ParseError, Reason, ole
from backend.rag.parse.detect import detect
from backend.rag.parse.formats import DOC, DOCX, HTML, MARKDOWN, PDF, READABLE, TEXT, find
from tests.fixtures import word97


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"%PDF-1.7\n", PDF),
        (b"\xef\xbb\xbf%PDF-1.7\n", PDF),
        (b"\n<!-- c --><!DOCTYPE html><html>", HTML),
        (b"<?xml version='1.0'?>\n<html xmlns='x'>", HTML),
        ("<html><p>ü".encode("utf-16"), HTML),
        (b"From: a\n\n<html><body><p>x</p></body></html>", HTML),
        (b"# Title\n\ntext", MARKDOWN),
        (b"see [this](https://example.org)", MARKDOWN),
        (b"BMW is a word and not a bitmap", TEXT),
        (b"1 < 2 and <b> is a letter", TEXT),
        ("plain ü".encode("utf-16"), TEXT),
        (b"{\\rtf1 hello}", "application/rtf"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image/png"),
        (bytes(range(256)), "application/octet-stream"),
    ],
)
def test_the_content_decides(tmp_path: Path, data: bytes, expected: str) -> None:
    path = tmp_path / "misleading.docx"
    path.write_bytes(data)
    assert detect(path) == expected


def test_a_hint_chooses_between_texts_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "document"
    path.write_bytes(b"# not a heading")
    assert (detect(path, TEXT), detect(path, MARKDOWN), detect(path, PDF)) == (TEXT, MARKDOWN, MARKDOWN)
    path.write_bytes(b"%PDF-1.7")
    assert detect(path, TEXT) == PDF


def test_zipped_documents_are_told_apart(tmp_path: Path, word: Callable[..., Path]) -> None:
    assert detect(word(lambda document: document.add_paragraph("x"))) == DOCX
    for part, end in {"xl/workbook.xml": "spreadsheetml.sheet", "notes.txt": "zip"}.items():
        with zipfile.ZipFile(tmp_path / "other", "w") as archive:
            archive.writestr(part, "x")
        assert detect(tmp_path / "other").endswith(end)


def test_open_documents_are_known_by_what_they_say_and_refused_with_a_way_out(tmp_path: Path) -> None:
    for said, expected in {
        "application/vnd.oasis.opendocument.text": "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.text\n<script>": "application/zip",
        "text/html": "application/zip",
    }.items():
        with zipfile.ZipFile(tmp_path / "document", "w") as archive:
            archive.writestr("mimetype", said)
        assert detect(tmp_path / "document") == expected
    with pytest.raises(ParseError, match="Save it as a Word document"):
        find("application/vnd.oasis.opendocument.text")
    with pytest.raises(ParseError, match=r"cannot be told from what is in it\. Save"):
        find("application/octet-stream")


def test_what_is_plain_to_see_is_said_at_once(tmp_path: Path, word: Callable[..., Path]) -> None:
    broken = word(lambda document: document.add_paragraph("x")).read_bytes()[:300]
    cases = {
        b"": Reason.EMPTY,
        broken: Reason.CORRUPT,
        ole.MAGIC + bytes(600): Reason.CORRUPT,
        word97.compound({"EncryptionInfo": b"x", "EncryptedPackage": b"x"}): Reason.ENCRYPTED,
        word97.word("x", is_encrypted=True): Reason.ENCRYPTED,
    }
    for data, reason in cases.items():
        path = tmp_path / "document"
        path.write_bytes(data)
        with pytest.raises(ParseError) as caught:
            detect(path)
        assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("streams", "expected"),
    [
        (["1Table", "WordDocument"], DOC),
        (["Workbook"], "application/vnd.ms-excel"),
        (["PowerPoint Document", "Current User"], "application/vnd.ms-powerpoint"),
        (["__properties_version1.0"], "application/vnd.ms-outlook"),
        (["Something"], "application/x-ole-storage"),
    ],
)
def test_old_office_files_are_told_by_what_lies_in_their_root(
    tmp_path: Path, streams: list[str], expected: str
) -> None:
    embedded = {"WordDocument": b"x", "EncryptedPackage": b"x"}
    (tmp_path / "document").write_bytes(word97.compound(dict.fromkeys(streams, b"x"), embedded))
    assert detect(tmp_path / "document") == expected


@pytest.mark.parametrize(
    ("content_type", "way_out"),
    [
        ("application/vnd.ms-excel", "Save it as an Excel workbook (.xlsx) and upload that."),
        ("application/rtf", "Save it as a Word document (.docx) and upload that."),
        ("application/zip", "Unpack it and upload the files in it."),
        ("video/mp4", f"Save it as {READABLE} and upload that."),
    ],
)
def test_what_no_parser_reads_is_said_with_what_to_save_it_as(content_type: str, way_out: str) -> None:
    with pytest.raises(ParseError) as caught:
        find(content_type)
    assert caught.value.message == f"This type of file ({content_type}) cannot be read. {way_out}"


def test_a_type_without_a_parser_is_refused_with_a_way_out() -> None:
    with pytest.raises(ParseError) as caught:
        find("image/gif")
    assert caught.value.code == "UNSUPPORTED_TYPE"
    assert "OCR" in caught.value.message


def test_every_registered_format_has_a_parser() -> None:
    found: list[Any] = [find(content_type) for content_type in (PDF, DOCX, HTML, MARKDOWN, TEXT)]
    assert all(map(callable, found))
