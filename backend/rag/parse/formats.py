"""Which parser reads which content type; a new format is one line here and one module beside it."""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import cast

from backend.rag.parse.page import Limits, Page, ParseError, Reason

Parser = Callable[[Path, Limits], Iterator[Page]]

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOC = "application/msword"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
EPUB = "application/epub+zip"
HTML = "text/html"
MARKDOWN = "text/markdown"
TEXT = "text/plain"
IMAGES = ("image/png", "image/jpeg", "image/tiff")
CSV = "text/csv"
UNKNOWN = "application/octet-stream"

READABLE = (
    "PDF, Word (.docx, .doc), Excel (.xlsx), PowerPoint (.pptx), EPUB, CSV, HTML, Markdown, text or an image"
)
"""The same for people."""

_WORD, _EXCEL, _SLIDES = (
    f"Save it as {name} and upload that."
    for name in ("a Word document (.docx)", "an Excel workbook (.xlsx)", "a PowerPoint presentation (.pptx)")
)
_WAYS_OUT = {
    "application/vnd.ms-excel": _EXCEL,
    "application/vnd.ms-powerpoint": _SLIDES,
    "application/vnd.ms-outlook": "Save it as HTML or PDF and upload that.",
    "application/rtf": _WORD,
    "application/postscript": "Save it as PDF and upload that.",
    "application/vnd.oasis.opendocument.text": _WORD,
    "application/vnd.oasis.opendocument.spreadsheet": _EXCEL,
    "application/vnd.oasis.opendocument.presentation": _SLIDES,
    "application/zip": "Unpack it and upload the files in it.",
    "application/x-rar-compressed": "Unpack it and upload the files in it.",
    "application/x-7z-compressed": "Unpack it and upload the files in it.",
    "application/gzip": "Unpack it and upload the files in it.",
}

# Modules by name, so that the child process imports only the libraries of the format at hand.
PARSERS = {
    PDF: "pdf",
    DOCX: "docx",
    DOC: "doc",
    XLSX: "xlsx",
    PPTX: "pptx",
    EPUB: "epub",
    HTML: "html",
    MARKDOWN: "markdown",
    TEXT: "text",
    CSV: "csv",
    **dict.fromkeys(IMAGES, "image"),
}


def find(content_type: str) -> Parser:
    """The `pages(path, limits)` function for this type; raises ParseError(UNSUPPORTED_TYPE)."""
    name = PARSERS.get(content_type)
    if name is None:
        raise ParseError(Reason.UNSUPPORTED_TYPE, _unsupported_message(content_type))
    return cast(Parser, import_module(f"backend.rag.parse.{name}").pages)


def empty_message(content_type: str) -> str | None:
    """What to say when a document of this type holds no text; None for the usual sentence."""
    if content_type == PDF:
        return (
            "No text was found in this document, and none by text recognition (OCR) of its images. "
            "Check that it is the right file and upload it again."
        )
    return None


def _unsupported_message(content_type: str) -> str:
    if content_type.startswith("image/"):
        return (
            f"Text recognition (OCR) does not read images of this type ({content_type}). "
            "Save it as PNG, JPEG or TIFF and upload that."
        )
    way_out = _WAYS_OUT.get(content_type, f"Save it as {READABLE} and upload that.")
    if content_type == UNKNOWN:
        return f"What kind of file this is cannot be told from what is in it. {way_out}"
    return f"This type of file ({content_type}) cannot be read. {way_out}"
