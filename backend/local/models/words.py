"""Words as the extractive model compares them: folded, without endings, without the very common ones."""

import re
import unicodedata
from collections.abc import Iterable

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_ENGLISH = """
a about also am an and any are as at be been but by can could did do does for from had has have he
her his how i if in into is it its me my no not of on or our please say says she should so some tell
than that the their them then there these they this those to us was we were what when where which
who whom whose why will with would you your document documents according many much more other during
between after before
"""
_GERMAN = """
der die das den dem des ein eine einer einem einen und oder ist sind war waren wird wurde wurden
werden von vom zu zum zur mit auf für im in an am bei aus als wie was wer wo wann warum welche
welcher welches welchen welchem hat haben hatte es er sie nach über durch sich nicht auch viele viel
wieviel wieviele gibt gab diese dieser dieses zwischen während mehr beim um wen wem
"""
_SPANISH = """
el la los las un una unos unas y o es son fue fueron era de del al en con por para que qué quién
quiénes cuál cuáles cuándo dónde cómo cuánto cuánta cuántos cuántas se su sus lo le les no ha han
había hay ser está están tiene tenía más entre sobre este esta como
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
# Questions about changes and figures seldom use the very word that the document does.
_SAME = """
increase rise rose grow grew grown growth gain higher
decrease drop dropped decline fall fell fallen reduction reduce lower
revenue sales turnover topline
fiscal fy
highest largest biggest most best
lowest smallest least worst
"""


def content(text: str) -> list[str]:
    """The telling words of the text in order, comparable between texts."""
    telling = (word for word in folded(text) if word not in _COMMON and (len(word) > 1 or word.isdigit()))
    return [_MEANING.get(stemmed := stem(word), stemmed) for word in telling]


def folded(text: str) -> list[str]:
    """Lower-case words and numbers; compatibility forms are made plain."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def stem(word: str) -> str:
    """The word without a common ending; never shorter than three letters."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def alike(one: str, other: str) -> bool:
    """Whether two words of `content` begin so alike that they are forms of one, as "regist" and "registrier".

    Figures are alike only where they are equal.
    """
    if one == other or one[:4] != other[:4] or one[0].isdigit():
        return one == other
    differing = (at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1])
    num_shared = next(differing, min(len(one), len(other)))
    return num_shared >= (0.6 if num_shared >= 5 else 0.75) * max(len(one), len(other))


def matches(asked: Iterable[str], found: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each of the words `found` those of `asked` that it stands for; words of no use are left out."""
    wanted = list(asked)
    meant = {word: frozenset(each for each in wanted if alike(each, word)) for word in set(found)}
    return {word: each for word, each in meant.items() if each}


_MEANING = {
    stem(word): stem(group.split()[0]) for group in _SAME.strip().splitlines() for word in group.split()
}
