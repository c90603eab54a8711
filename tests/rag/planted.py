"""Answers with planted quotations, false and true, over documents made up from a seed."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from db.queries.search import Hit

NOUNS = (
    *("harbour", "lantern", "keeper", "turbine", "morning", "committee", "official", "reflector", "current"),
    *("modern workshop", "government", "affiliate", "flooring", "staffing", "interest", "return", "alarm"),
)
VERBS = ("confirmed", "returned", "finished", "reflected", "alarmed", "turned over", "offered", "affirmed")
THINGS = (
    *("the final inspection", "an internal form", "all the northern alarms", "a different filling station"),
    *("the formal agreement", "its first effective turn", "the afternoon affairs", "every inflated invoice"),
)
ENDINGS = (
    *("before the storm arrived", "in the following term", "without further confirmation", "at the old farm"),
    *("as the minutes affirm", "for reasons of economy", "according to the firm", "during the third quarter"),
)


@dataclass(frozen=True)
class Planted:
    """An answer, the passages it was given, and what is true of its only quotation."""

    answer: str
    hits: list[Hit]
    marker: int
    """The passage that holds the words, 0 if none does."""
    start: int = 0
    end: int = 0


@dataclass
class Library:
    """Two documents, a passage a page, each of sentences that no other passage has."""

    chance: random.Random
    sentences: list[list[str]] = field(default_factory=list)

    @classmethod
    def of(cls, seed: object) -> "Library":
        library = cls(random.Random(str(seed)))
        library.sentences = [[library.sentence() for _ in range(5)] for _ in range(8)]
        return library

    def sentence(self) -> str:
        pick = self.chance.choice
        number = f"{self.chance.randrange(11, 99)},{self.chance.randrange(100, 999)}"
        share = f"{self.chance.randrange(10, 99)}.{self.chance.randrange(1, 9)}"
        noun, other = self.chance.sample(NOUNS, 2)
        return (
            f"The {noun} {pick(VERBS)} {pick(THINGS)} of {number} dollars, and the {other} "
            f"{pick(VERBS)} {share} percent of it {pick(ENDINGS)}."
        )

    def hits(self, texts: list[str] | None = None) -> list[Hit]:
        whole = texts or [" ".join(sentences) for sentences in self.sentences]
        return [hit(number, text) for number, text in enumerate(whole)]

    def any_place(self) -> tuple[int, int]:
        """A passage and one of its sentences."""
        return self.chance.randrange(8), self.chance.randrange(5)


def hit(number: int, text: str) -> Hit:
    """Passage `number`, from 0: page `number % 4 + 1` of the first or the second document."""
    page = number % 4 + 1
    return Hit(
        chunk_id=UUID(int=number + 1),
        document_id=UUID(int=100 + number // 4),
        document_name=f"report-{number // 4}.pdf",
        position=number % 4,
        text=text,
        title_path=[],
        page_first=page,
        page_last=page,
        regions=[[0, len(text), page, 0.1, 0.1, 0.9, 0.2]],
        score=0.5,
    )


def cite(words: str, marker: int, chance: random.Random, page: str = "") -> str:
    """`words` quoted before a marker, as different models would write it."""
    shape = chance.choice(
        [
            'The report says: "{words}"{page} [{marker}].',
            "According to it, “{words}”{page} [{marker}].",
            "One finds »{words}«{page} [{marker}]. That is all."
            if not page
            else "„{words}“{page} [{marker}]",
            'It states "{words}"{page}. [{marker}]',
        ]
    )
    return shape.format(words=words, marker=marker, page=page)


def fabricated(library: Library, number: int) -> Planted:
    """A sentence of the passage with one thing changed, or made up."""
    at, which = library.any_place()
    words = library.sentences[at][which]
    changes: list[Callable[[str], str]] = [
        lambda words: _with_other_digit(words, library.chance),
        lambda words: words.replace(" dollars, and the ", " dollars, and not the "),
        lambda words: words.replace("percent", "per mille"),
        lambda words: words.replace(",", "", 1),
        lambda words: words.replace(".", "", 1),
        lambda words: _with_other_noun(words, library.chance),
        lambda words: _with_swapped_words(words, library.chance),
        lambda _: library.sentence(),
        lambda words: words.replace(" of ", " of -", 1),
        lambda words: words.replace(" percent", "0 percent"),
    ]
    changed = changes[number % len(changes)](words)
    assert changed != words
    page = f" (p. {at % 4 + 1})" if number % 4 == 3 else ""
    return Planted(cite(changed, at + 1, library.chance, page), library.hits(), 0)


def stitched(library: Library, number: int) -> Planted:
    """The beginning of one sentence and the end of another, of the same passage or not, open or hidden."""
    at, which = library.any_place()
    far = number % 2 == 0
    other = library.sentences[(at + 1) % 8 if far else at][(which + 1) % 5]
    words = library.sentences[at][which]
    cut = library.chance.choice([" dollars, and", " percent of"])
    if other[other.index(cut) :] == words[words.index(cut) :]:
        return stitched(library, number)
    joint = (" ", " … ", " [...] ", " ... ")[number // 2 % 4]
    head, tail = words[: words.index(cut)], other[other.index(cut) + 1 :]
    return Planted(cite(head + joint + tail, at + 1, library.chance), library.hits(), 0)


def misattributed(library: Library, number: int) -> Planted:
    """The words of one passage with the number of another."""
    at, which = library.any_place()
    other = (at + 1 + number % 7) % 8
    return Planted(cite(library.sentences[at][which], other + 1, library.chance), library.hits(), at + 1)


def on_the_next_page(library: Library, number: int) -> Planted:
    """Right words and the page beside theirs: said in words, or by the number of that page's passage."""
    at, which = library.any_place()
    words, page = library.sentences[at][which], at % 4 + 1
    wrong = page + 1 if page == 1 or (page < 4 and number % 2) else page - 1
    names = (f" (p. {wrong})", f" (page {wrong})", f", p. {wrong}", f" on page {wrong}")
    if number % 3 == 0:
        return Planted(cite(words, at + wrong - page + 1, library.chance), library.hits(), at + 1)
    if number % 3 == 1:
        return Planted(cite(words, at + 1, library.chance, names[number % 4]), library.hits(), at + 1)
    answer = (
        f'On page {wrong} it says "{words}" [{at + 1}].'
        if number % 2
        else f'"{words}" [{at + 1}, p. {wrong}]'
    )
    return Planted(answer, library.hits(), at + 1)


def hyphenated(library: Library, number: int) -> Planted:
    """The passage breaks its words at the ends of lines."""
    hyphen = ("-\n", "\u2010\n", "\u00ad\n", "-\n  ", "\u00ad", "- ")[number % 6]
    return _true(library, lambda text: _broken(text, hyphen, library.chance), lambda words: words)


def ligatured(library: Library, number: int) -> Planted:
    """The passage is set with ligatures, typographic marks and narrow spaces."""

    def set_well(text: str) -> str:
        for letters, one in (
            ("ffi", "\ufb03"),
            ("ffl", "\ufb04"),
            ("ff", "\ufb00"),
            ("fi", "\ufb01"),
            ("fl", "\ufb02"),
        ):
            text = text.replace(letters, one)
        return text.replace(" percent", "\u202fpercent").replace(" of ", "\u00a0of ")

    change: list[Callable[[str], str]] = [
        str,
        str.upper,
        lambda words: words.rstrip("."),
        lambda words: f"{words[:-1]}…",
    ]
    return _true(library, set_well, change[number % 4])


def tabled(library: Library, number: int) -> Planted:
    """The passage is a table; its row is quoted with other separators."""
    chance = library.chance
    rows = [
        [
            chance.choice(NOUNS),
            *(f"{chance.randrange(1, 99)},{chance.randrange(100, 999)}" for _ in range(3)),
            f"{line}.5 %",
        ]
        for line in range(1, 7)
    ]
    heading = "Item | 2019 | 2020 | 2021 | Share"
    lines = [heading, *(" | ".join(row) for row in rows)]
    at, row = chance.randrange(8), chance.randrange(6)
    texts = [" ".join(sentences) for sentences in library.sentences]
    texts[at] = "\n".join(lines)
    joints = (" ", "\t", " | ", "|", "  ")
    words = joints[number % 5].join(rows[row])
    if number % 2:
        words = f"| {words} |"
    start = texts[at].index(lines[row + 1])
    answer = cite(words, at + 1, chance)
    return Planted(answer, library.hits(texts), at + 1, start, start + len(lines[row + 1]))


def misread(library: Library, number: int) -> Planted:
    """The passage was read by text recognition, which took some letters for others."""
    chance = library.chance
    pairs = (
        ("rn", "m"),
        ("m", "rn"),
        ("0", "O"),
        ("o", "0"),
        ("l", "1"),
        ("I", "l"),
        ("i", "i"),
        ("w", "vv"),
    )

    def noise(text: str) -> str:
        words = text.split(" ")
        for at in range(number % 3, len(words), 6):
            seen, meant = chance.choice([pair for pair in pairs if pair[0] in words[at]] or [("", "")])
            if seen and (seen != "l" or words[at].isalpha()):
                words[at] = words[at].replace(seen, meant, 1)
        return " ".join(words)

    return _true(library, noise, lambda words: words)


FAKES = (fabricated, stitched, misattributed, on_the_next_page)
TRUE = (hyphenated, ligatured, tabled, misread)


def all_of(kind: Callable[[Library, int], Planted], count: int = 100) -> Iterator[Planted]:
    """The same `count` answers of one kind in every run."""
    for number in range(count):
        yield kind(Library.of((kind.__name__, number)), number)


def _true(library: Library, set_as: Callable[[str], str], quoted_as: Callable[[str], str]) -> Planted:
    at, which = library.any_place()
    pieces = [set_as(sentence) for sentence in library.sentences[at]]
    texts = [" ".join(sentences) for sentences in library.sentences]
    texts[at] = " ".join(pieces)
    start = len(" ".join(pieces[:which])) + bool(which)
    words = quoted_as(library.sentences[at][which])
    end = start + len(pieces[which])
    return Planted(cite(words, at + 1, library.chance), library.hits(texts), at + 1, start, end)


def _broken(text: str, hyphen: str, chance: random.Random) -> str:
    words = text.split(" ")
    for at in range(chance.randrange(3), len(words), 3):
        if len(words[at]) > 5 and words[at].isalpha():
            cut = chance.randrange(2, len(words[at]) - 2)
            words[at] = words[at][:cut] + hyphen + words[at][cut:]
    return " ".join(words)


def _with_other_digit(words: str, chance: random.Random) -> str:
    at = chance.choice([at for at, letter in enumerate(words) if letter.isdigit()])
    other = chance.choice([digit for digit in "0123456789" if digit != words[at]])
    return words[:at] + other + words[at + 1 :]


def _with_other_noun(words: str, chance: random.Random) -> str:
    noun = words.split(" ")[1]
    return words.replace(noun, chance.choice([each for each in NOUNS if each not in words]), 1)


def _with_swapped_words(words: str, chance: random.Random) -> str:
    split = words.split(" ")
    at = chance.choice([at for at in range(1, len(split) - 2) if split[at] != split[at + 1]])
    split[at], split[at + 1] = split[at + 1], split[at]
    return " ".join(split)
