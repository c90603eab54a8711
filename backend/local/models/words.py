"""Words as the extractive model compares them: folded, without endings, without the very common ones."""

import re
import unicodedata

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_ENGLISH = """
a about also am an and any are as at be been but by can could did do does for from had has have he
her his how i if in into is it its me my no not of on or our please say says she should so some tell
than that the their them then there these they this those to us was we were what when where which
who whom whose why will with would you your document documents according
"""
_GERMAN = """
der die das den dem des ein eine einer einem einen und oder ist sind war waren wird wurde wurden
werden von vom zu zum zur mit auf für im in an am bei aus als wie was wer wo wann warum welche
welcher welches welchen hat haben hatte es er sie nach über durch sich nicht auch
"""
_SPANISH = """
el la los las un una unos unas y o es son fue fueron era de del al en con por para que qué quién
cuál cuáles cuándo dónde cómo cuántos cuántas se su sus lo no ha han
"""
_COMMON = frozenset(f"{_ENGLISH} {_GERMAN} {_SPANISH}".split())
_ENDINGS = (
    "ational",
    "ization",
    "ements",
    "ement",
    "ings",
    "ing",
    "edly",
    "ies",
    "ied",
    "ed",
    "es",
    "s",
    "en",
    "e",
)


def content(text: str) -> list[str]:
    """The telling words of the text in order, comparable between texts."""
    return [stem(word) for word in folded(text) if word not in _COMMON]


def folded(text: str) -> list[str]:
    """Lower-case words and numbers; compatibility forms are made plain."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def stem(word: str) -> str:
    """The word without a common ending; never shorter than three letters."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
