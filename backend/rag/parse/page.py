"""What every parser is given and yields: limits in, pages of elements out, one family of failures."""

from dataclasses import dataclass
from enum import StrEnum

from backend.errors import Invalid
from backend.rag.elements import Element, ElementKind

MIB = 1024**2
_FEW_LETTERS = 25


class Reason(StrEnum):
    """Why a document cannot be read; the values are codes for programs and never change."""

    ENCRYPTED = "ENCRYPTED"
    CORRUPT = "CORRUPT"
    EMPTY = "EMPTY"
    OCR_MISSING = "OCR_MISSING"
    CONVERTER_MISSING = "CONVERTER_MISSING"
    UNSUPPORTED_TYPE = "UNSUPPORTED_TYPE"
    TOO_MANY_PAGES = "TOO_MANY_PAGES"
    TOO_LARGE = "TOO_LARGE"
    TIMED_OUT = "TIMED_OUT"
    OUT_OF_MEMORY = "OUT_OF_MEMORY"
    CRASHED = "CRASHED"


_MESSAGES = {
    Reason.ENCRYPTED: "This document is protected by a password. Remove the password and upload it again.",
    Reason.CORRUPT: "This document is damaged and cannot be opened. Save it again and upload the copy.",
    Reason.EMPTY: "No text was found in this document. Check that it is the right file and upload it again.",
    Reason.OCR_MISSING: (
        "This document is made of images, and text recognition (OCR) is not installed. Install the program "
        "tesseract (apt-get install tesseract-ocr) where Opentrace runs, and retry."
    ),
    Reason.CONVERTER_MISSING: (
        "This is a file of an older Word (.doc), and no program that reads it is installed. Install antiword "
        "(apt-get install antiword) or LibreOffice where Opentrace runs, and retry; or save it as .docx and "
        "upload that."
    ),
    Reason.UNSUPPORTED_TYPE: "This type of file cannot be read. Save it as PDF or DOCX and upload that.",
    Reason.TOO_MANY_PAGES: "This document has too many pages. Split it into smaller files and upload those.",
    Reason.TOO_LARGE: "This document holds more than can be taken in. Split it and upload the parts.",
    Reason.TIMED_OUT: "Reading this document took too long. Split it and upload the parts.",
    Reason.OUT_OF_MEMORY: "This document needs too much memory to read. Split it and upload the parts.",
    Reason.CRASHED: "This document stopped the reader in its tracks. Save it again and upload the copy.",
}


class ParseError(Invalid):
    """This document cannot be read, and trying again will not help; the message says what to do."""

    def __init__(self, reason: Reason, message: str | None = None) -> None:
        super().__init__(message or _MESSAGES[reason], code=str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one document may cost; every limit ends in a ParseError."""

    max_pages: int = 5000
    seconds: float = 600.0
    memory_bytes: int = 2048 * MIB
    max_expanded_bytes: int = 512 * MIB
    """What an archive (DOCX and its kin) may unpack to."""
    max_characters: int = 50_000_000
    """Text of the whole document."""
    max_images: int = 500
    """Different pictures that are kept of a document; further ones are left out."""
    max_image_bytes: int = 64 * MIB
    """Of all pictures of a document together, as they are kept."""
    max_image_pixels: int = 50_000_000
    """Of one picture before it is scaled down; larger ones are left out."""


def check_pages(total: int, limits: Limits) -> None:
    """Raises ParseError(TOO_MANY_PAGES), which says how many there are and may be."""
    if total > limits.max_pages:
        raise ParseError(
            Reason.TOO_MANY_PAGES,
            f"This document has {total:,} pages, and at most {limits.max_pages:,} can be taken in. "
            "Split it into smaller files and upload those.",
        )


@dataclass(frozen=True, slots=True)
class Page:
    """One page's elements in reading order; `number` counts from 1, None where the format has no pages."""

    number: int | None
    elements: tuple[Element, ...]
    total: int = 1
    """Pages of the whole document."""
    is_recognised: bool = False
    """The text was read off an image (OCR)."""
    is_unread: bool = False
    """An image that may hold text, without a program to read it."""

    @property
    def has_text(self) -> bool:
        """Whether there are more than some letters, running heads aside: else the page is a picture."""
        texts = (element.text for element in self.elements if element.kind is not ElementKind.HEADER)
        return sum(len("".join(text.split())) for text in texts) >= _FEW_LETTERS
