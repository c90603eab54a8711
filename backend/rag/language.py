"""Which language a document is written in, told by its letters; the model comes with the package."""

from collections.abc import Sequence
from functools import cache
from typing import cast

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from backend.rag.elements import Element, ElementKind

_LEAST_LETTERS = 20
_LEAST_CONFIDENCE = 0.7
_NO_LANGUAGE = "zxx"
_NUM_PASSAGES = 8
_PASSAGE = 500
"""Characters; the model tells nothing more from longer texts, and a whole book would take seconds."""


def detect(elements: Sequence[Element]) -> str | None:
    """The ISO 639-1 code of the language of most of the text; None where that is short or unclear.

    Costs a few milliseconds, and half a second and 80 MB the first time in a process.
    """
    text = " ".join(element.text for element in elements if element.kind is not ElementKind.HEADER)
    sample = _sample(text)
    if sum(map(str.isalpha, sample)) < _LEAST_LETTERS:
        return None
    code, confidence = cast(tuple[str, float], _identifier().classify(sample))
    return code if confidence >= _LEAST_CONFIDENCE and code != _NO_LANGUAGE else None


def prepare() -> None:
    """Load the model now; otherwise the first detection does, for more than a second."""
    _identifier()


def _sample(text: str) -> str:
    """The whole of a short text, else passages from all over it."""
    if len(text) <= _NUM_PASSAGES * _PASSAGE:
        return text
    starts = (len(text) * number // _NUM_PASSAGES for number in range(_NUM_PASSAGES))
    return " ".join(text[start : start + _PASSAGE] for start in starts)


@cache
def _identifier() -> LanguageIdentifier:
    """Only languages with a code of two letters, so that dialects count for theirs."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    codes = [code for code in identifier.labels if len(code) == 2]
    identifier.set_languages([*codes, _NO_LANGUAGE])
    return identifier
