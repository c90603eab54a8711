"""What files may be uploaded: their names, types, sizes and hashes."""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.errors import Invalid, QuotaExceeded, TooLarge
from backend.rag.parse import formats

MAX_NAME = 255
MAX_PARTS = 10_000
"""Of one object in S3."""

# What browsers and systems call the same thing, and what a name says when the browser says nothing.
_ALIASES = {
    "text/x-markdown": formats.MARKDOWN,
    "application/xhtml+xml": formats.HTML,
    "text/tab-separated-values": formats.CSV,
    "application/csv": formats.CSV,
    "application/x-msword": formats.DOC,
    "application/vnd.ms-word.document.macroenabled.12": formats.DOCX,
    "application/vnd.ms-powerpoint.presentation.macroenabled.12": formats.PPTX,
    "application/vnd.ms-excel.sheet.macroenabled.12": formats.XLSX,
}
_BY_SUFFIX = {
    "pdf": formats.PDF,
    "docx": formats.DOCX,
    "doc": formats.DOC,
    "html": formats.HTML,
    "htm": formats.HTML,
    "md": formats.MARKDOWN,
    "markdown": formats.MARKDOWN,
    "txt": formats.TEXT,
    "csv": formats.CSV,
    "tsv": formats.CSV,
    "xlsx": formats.XLSX,
    "pptx": formats.PPTX,
    "epub": formats.EPUB,
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "xlsm": formats.XLSX,
    "docm": formats.DOCX,
    "pptm": formats.PPTX,
}
# Windows calls CSV files after Excel when that is installed; the old .xls format itself cannot be read.
_UNTYPED = ("", "application/octet-stream", "application/vnd.ms-excel")
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class FileRequest:
    """A file that somebody wants to upload; `size` in bytes, `sha256` in hex."""

    name: str
    content_type: str
    size: int
    sha256: str
    allow_duplicate: bool = False
    """Make a document of its own even where the project has one of the same bytes."""


@dataclass(frozen=True)
class UploadLimits:
    """The largest file in bytes, how many seconds a signed address lives, and how much may be had at all."""

    max_bytes: int
    presign_seconds: int
    files_per_request: int = 100
    documents_per_project: int = 10_000
    bytes_per_project: int = 50 * 1024**3
    unfinished_per_user: int = 2000
    part_threshold_bytes: int = 64 * 1024**2
    part_bytes: int = 16 * 1024**2

    def part_bytes_of(self, size: int) -> int | None:
        """How large the parts of a file of so many bytes are; None for one that goes in one piece."""
        if size <= self.part_threshold_bytes:
            return None
        return max(self.part_bytes, math.ceil(size / MAX_PARTS))


def checked(files: Sequence[FileRequest], limits: UploadLimits) -> list[FileRequest]:
    """The files with clean names, types and hashes; raises Invalid, TooLarge or QuotaExceeded."""
    if not files:
        raise Invalid("Name at least one file to upload.", field="files")
    if len(files) > limits.files_per_request:
        raise QuotaExceeded(
            f"At most {limits.files_per_request} files can be uploaded in one request; "
            f"these are {len(files)}. Ask for them in several.",
            field="files",
        )
    return [checked_file(file, f"files.{number}", limits) for number, file in enumerate(files)]


def checked_file(file: FileRequest, field: str, limits: UploadLimits) -> FileRequest:
    """The file with a clean name, type and hash; raises Invalid or TooLarge with `field` before the part."""
    name = clean_name(file.name)
    if not name:
        raise Invalid("A file needs a name.", field=f"{field}.name")
    sha256 = file.sha256.lower()
    if SHA256.fullmatch(sha256) is None:
        raise Invalid("A SHA-256 is 64 hexadecimal digits.", field=f"{field}.sha256")
    _check_size(file.size, f"{field}.size", limits)
    content_type = _content_type(file.content_type, name, f"{field}.content_type")
    return replace(file, name=name, content_type=content_type, sha256=sha256)


def clean_name(name: str) -> str:
    """The last part of a path, without control characters; long names keep their ending. It may be empty."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in last)
    clean = " ".join(visible.split())
    if clean in (".", ".."):
        return ""
    stem, dot, suffix = clean.rpartition(".")
    if len(clean) > MAX_NAME and dot and len(suffix) < 10:
        return stem[: MAX_NAME - len(suffix) - 1] + dot + suffix
    return clean[:MAX_NAME]


def _check_size(size: int, field: str, limits: UploadLimits) -> None:
    if size <= 0:
        raise Invalid("The file is empty.", field=field)
    if size > limits.max_bytes:
        raise TooLarge(f"A file may have at most {limits.max_bytes // 1024**2} MiB.", field=field)


def _content_type(declared: str, name: str, field: str) -> str:
    content_type = declared.split(";")[0].strip().lower()
    if content_type in _UNTYPED:
        content_type = _BY_SUFFIX.get(name.rpartition(".")[2].lower(), content_type)
    content_type = _ALIASES.get(content_type, content_type)
    if content_type not in formats.PARSERS:
        raise Invalid(
            f"Files of type {content_type or 'unknown'} cannot be read. Upload {formats.READABLE}.",
            field=field,
            code="UNSUPPORTED_TYPE",
        )
    return content_type
