"""What of an answer has no source: sentences without a citation that holds, and the share of true quotes."""

import re
from collections.abc import Sequence
from typing import Protocol

from backend.rag import claims
from backend.rag.claims import Span
from backend.rag.locate import Located
from db.models import CitationStatus

HOLDING = (CitationStatus.VERIFIED, CitationStatus.NORMALISED)
_FLAGGED = (CitationStatus.NOT_FOUND, CitationStatus.MISATTRIBUTED)
_MIN_LETTERS = 12
_CODE = re.compile(r"^```.*?(?:^```|\Z)", re.MULTILINE | re.DOTALL)
_NO_CLAIM = re.compile(r"^\s*(?:#|\|?[\s:|-]+\|?$)|[:?]\W*$")
_TABLE_HEAD = re.compile(r"\s*\n\s*\|?[\s:|-]*-[\s:|-]*(?:\n|$)")


class Source(Protocol):
    """A citation, as far as it supports or not."""

    @property
    def quote(self) -> str | None: ...
    @property
    def located(self) -> Located: ...
    @property
    def claim(self) -> Span: ...


def rate(cited: Sequence[Source]) -> float | None:
    """The share of quoting citations whose words were found where they were said to be; None without any."""
    quoted = [each.located.status in HOLDING for each in cited if each.quote is not None]
    return sum(quoted) / len(quoted) if quoted else None


def missing(text: str, cited: Sequence[Source]) -> list[Span]:
    """The sentences that claim something and have no citation, or none but NOT_FOUND and MISATTRIBUTED ones.

    Headings, table heads, code, questions and sentences that only lead to what follows claim nothing.
    """
    supported = [each.claim[1] for each in cited if each.located.status not in _FLAGGED]
    code = [found.span() for found in _CODE.finditer(text)]
    return [
        (start, end)
        for start, end in claims.sentences(text)
        if not any(start < at <= end for at in supported)
        and not any(start < until and end > begin for begin, until in code)
        and _claims(text, start, end)
    ]


def _claims(text: str, start: int, end: int) -> bool:
    said = text[start:end]
    if said.lstrip().startswith("|") and _TABLE_HEAD.match(text, end):
        return False
    return sum(map(str.isalpha, said)) >= _MIN_LETTERS and not _NO_CLAIM.search(said)
