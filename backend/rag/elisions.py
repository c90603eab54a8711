"""Quotations that leave something out: the parts must stand in order, what is left out must be harmless."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from backend.rag.fold import Folded, fold, places

Span = tuple[int, int]

_ELLIPSIS = re.compile(r"\s*(?:[\[(]\s*(?:\.{3,}|…)\s*[\])]|…|\.{3,}|\.(?: \.){2,})\s*")
_MIN_WORDS, _MAX_PARTS, _MAX_PLACES = 2, 4, 8
_MAX_GAP = 600
"""Characters of the source that one ellipsis may stand for."""
_SENTENCE_END = re.compile(r"""[.!?]["'”’)\]]*(?=\s|$)|[。！？]|\n\s*\n""")
_REVERSES = re.compile(
    r"\b(?:not?|non|never|none|neither|nor|cannot|without|unless|except|hardly|barely|fail\w*|den(?:y|ied|ies)"
    r"|nicht|kein\w*|nie(?:mals)?|ohne|au(?:ss|ß)er|pas|jamais|sans|aucun\w*|ni|sin|nunca|ning[uú]n\w*|salvo"
    r"|não|nem|nunca|senza|mai|niet|geen|nooit|zonder)\b|n['’]t\b",
    re.IGNORECASE,
)


def parts(quote: str) -> tuple[str, ...]:
    """What stands around a quotation's ellipses, folded; () without an ellipsis or with too little of it."""
    parts = [part for part in _ELLIPSIS.split(quote) if part.strip()]
    if not 1 < len(parts) <= _MAX_PARTS or any(len(part.split()) < _MIN_WORDS for part in parts):
        return ()
    return tuple(fold(part.strip()).text for part in parts)


def find(text: str, source: Folded, parts: Sequence[str]) -> tuple[Span, ...]:
    """The places in `text`, which folds to `source`, of a quotation's parts; () if it does not have them so.

    They stand in order, and each gap lies inside one sentence without a word that would turn the meaning
    round, or spans whole sentences.
    """
    return next(_chains(text, source, parts, None), ()) if parts else ()


def _chains(
    text: str, source: Folded, parts: Sequence[str], before: Span | None
) -> Iterator[tuple[Span, ...]]:
    """Every way to place the parts one after another."""
    if not parts:
        yield ()
        return
    for start, end in islice(places(source.text, parts[0]), _MAX_PLACES):
        span = source.span(start, end)
        if before is not None and span[0] - before[1] > _MAX_GAP:
            return
        if before is None or (span[0] >= before[1] and _is_harmless(text, before, span)):
            for rest in _chains(text, source, parts[1:], span):
                yield (span, *rest)


def _is_harmless(text: str, before: Span, after: Span) -> bool:
    gap = text[before[1] : after[0]]
    ends = [found.end() for found in _SENTENCE_END.finditer(text, max(0, before[1] - 2), after[0])]
    if not ends:
        return not _REVERSES.search(gap)
    between = [end - before[1] for end in ends]
    starts_after_end = not gap[: max(0, between[0])].strip(" .!?\"'”’)]。！？\n")
    return starts_after_end and not gap[max(0, between[-1]) :].strip()
