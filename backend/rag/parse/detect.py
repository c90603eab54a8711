"""What a file is, told by its content; names and declared types can be wrong or lies."""

import re
import zipfile
from pathlib import Path

from backend.rag.parse import decode, ole
from backend.rag.parse.archive import BROKEN
from backend.rag.parse.formats import CSV, DOC, DOCX, EPUB, HTML, MARKDOWN, PDF, PPTX, TEXT, UNKNOWN, XLSX
from backend.rag.parse.page import ParseError, Reason

_HEAD = 64 * 1024
_PARTS = {
    "word/": DOCX,
    "ppt/": PPTX,
    "xl/": XLSX,
    "meta-inf/container.xml": EPUB,
}
_LOCKED = ("EncryptedPackage", "EncryptionInfo")
_STREAMS = {
    "WordDocument": DOC,
    "Workbook": "application/vnd.ms-excel",
    "Book": "application/vnd.ms-excel",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
    "__properties_version1.0": "application/vnd.ms-outlook",
}
_ENCRYPTED = 0x01
"""Of the flags in the 12th byte of a Word document."""
_MAX_TYPE = 100
_OPEN_DOCUMENT = re.compile(r"application/vnd\.oasis\.opendocument\.[a-z-]+")
_TEXT_MARKS = {b"{\\rtf": "application/rtf", b"%!PS": "application/postscript"}
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\f\r\x1b"))
_TAG = re.compile(
    r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|title|meta|h[1-6]|p|div|table"
    r"|ul|ol|section|article|main|script|style|link|base|span|center|font|br|a)\b",
    re.IGNORECASE | re.DOTALL,
)
_INNER_TAG = re.compile(r"<(html|body|/head|/title|/p|/div|/table)\b", re.IGNORECASE)
_MARKDOWN = re.compile(
    r"^(#{1,6} \S|```|~~~|\|[ :|-]*-{3}[ :|-]*\|?$|.*\[[^\]\n]+\]\((https?:|/|#|\.)[^)\n]*\))", re.MULTILINE
)


def detect(path: Path, hint: str | None = None) -> str:
    """The content type of the file; `hint` is believed only between kinds of text that look alike.

    Raises ParseError: EMPTY for no bytes at all, ENCRYPTED and CORRUPT where that is plain to see.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise ParseError(Reason.EMPTY)
    if b"%PDF-" in head[:1024]:
        return PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(path)
    if head.startswith(ole.MAGIC):
        return _ole(path)
    return _texts(head, hint) or _binary(head)


def _zipped(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.replace("\\", "/").lower() for name in archive.namelist()]
            said = _said(archive)
    except BROKEN as error:
        raise ParseError(Reason.CORRUPT) from error
    for prefix, content_type in _PARTS.items():
        if any(name.startswith(prefix) for name in names):
            return content_type
    return said if _OPEN_DOCUMENT.fullmatch(said) else "application/zip"


def _said(archive: zipfile.ZipFile) -> str:
    """What the file itself says in a part of that name, which documents of LibreOffice have."""
    if "mimetype" not in archive.namelist():
        return ""
    with archive.open("mimetype") as part:
        return part.read(_MAX_TYPE).decode("latin-1")


def _ole(path: Path) -> str:
    """Old Office files share this container; so do new ones that were given a password."""
    file = ole.Compound(path.read_bytes())
    if not file.names.isdisjoint(_LOCKED):
        raise ParseError(Reason.ENCRYPTED)
    content_type = next((kind for name, kind in _STREAMS.items() if name in file.names), None)
    if content_type == DOC and len(head := file.head("WordDocument", 12)) == 12 and head[11] & _ENCRYPTED:
        raise ParseError(Reason.ENCRYPTED)
    return content_type or "application/x-ole-storage"


def _texts(head: bytes, hint: str | None) -> str | None:
    name = decode.encoding_by_mark(head) or decode.encoding_by_zeros(head)
    text = head.decode(name, "ignore") if name else head.decode("latin-1")
    if _TAG.match(text):
        return HTML
    if name is None and _is_binary(head):
        return None
    for mark, content_type in _TEXT_MARKS.items():
        if head.startswith(mark):
            return content_type
    if hint == HTML and _INNER_TAG.search(text):
        return HTML
    if hint in (MARKDOWN, TEXT, CSV):
        return hint
    if len(_INNER_TAG.findall(text)) >= 3:
        return HTML
    return MARKDOWN if _MARKDOWN.search(text) else TEXT


def _is_binary(head: bytes) -> bool:
    """A zero byte, or more control characters than a text picks up by accident."""
    return b"\0" in head or len(head) - len(head.translate(None, _CONTROLS)) > len(head) * 0.05


def _binary(head: bytes) -> str:
    import filetype  # type: ignore[import-untyped]  # ships no types; loaded only where needed

    guess = filetype.guess_mime(head)
    return str(guess) if guess else UNKNOWN
