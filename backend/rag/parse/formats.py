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

READABLE = (
    "PDF, Word (.docx, .doc), Excel (.xlsx), PowerPoint (.pptx), EPUB, CSV, HTML, Markdown, text or an image"
)
"""The same for people."""

_SUCCESSORS = {
    "application/vnd.ms-excel": "an Excel workbook (.xlsx)",
    "application/vnd.ms-powerpoint": "a PowerPoint presentation (.pptx)",
    "application/vnd.ms-outlook": "HTML or PDF",
    "application/rtf": "a Word document (.docx)",
    "application/postscript": "PDF",
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
    wanted = _SUCCESSORS.get(content_type, READABLE)
    return f"This type of file ({content_type}) cannot be read. Save it as {wanted} and upload that."
