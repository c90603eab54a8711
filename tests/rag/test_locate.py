"""Quotations are found where they stand, whatever the typography, and nowhere else."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.rag import locate as locating
from backend.rag.fold import fold
from backend.rag.locate import locate
from db.models import CitationStatus
from db.queries.search import Hit

VERIFIED, NORMALISED = CitationStatus.VERIFIED, CitationStatus.NORMALISED
NOT_FOUND = CitationStatus.NOT_FOUND
LIGHT = "The lamp is lit at dusk.\nThe keeper climbs 199 steps\nand winds the clock."
LINES = [
    [0, 24, 3, 0.1, 0.1, 0.9, 0.12],
    [25, 52, 3, 0.1, 0.13, 0.9, 0.15],
    [53, 73, 4, 0.1, 0.05, 0.6, 0.07],
]


def hit(text: str = LIGHT, regions: list[Any] | None = None, number: int = 1) -> Hit:
    return Hit(
        chunk_id=UUID(int=number),
        document_id=UUID(int=100),
        document_name="handbook.pdf",
        position=0,
        text=text,
        title_path=[],
        page_first=3,
        page_last=4,
        regions=LINES if regions is None else regions,
        score=0.9,
    )


def found(text: str, quote: str) -> tuple[CitationStatus, str | None]:
    located = locate(hit(text, []), quote)
    return located.status, None if located.start is None else text[located.start : located.end]


def test_an_exact_quote_has_its_span_its_page_and_the_boxes_of_the_lines_it_touches() -> None:
    located = locate(hit(), "climbs 199 steps\nand winds")
    assert (located.status, located.start, located.end) == (VERIFIED, 36, 62)
    assert located.page == 3
    assert located.boxes == ([3, 0.1, 0.13, 0.9, 0.15], [4, 0.1, 0.05, 0.6, 0.07])


def test_lines_without_page_or_box_give_the_passages_page_and_no_boxes() -> None:
    located = locate(hit(regions=[[0, 73, None, None, None, None, None]]), "winds the clock")
    assert (located.status, located.page, located.boxes) == (VERIFIED, 3, ())


@pytest.mark.parametrize(
    ("text", "quote", "reads"),
    [
        ("The keeper climbs\n  199 steps", "keeper climbs 199 steps", "keeper climbs\n  199 steps"),
        ("an exam-\nple of light", "an example of light", "an exam-\nple of light"),
        ("a well-known\nlight", "a well\u2011known light", "a well-known\nlight"),
        ("the o\ufb03cial \ufb01gure", "the official figure", "the o\ufb03cial \ufb01gure"),
        ("he said \u201cyes\u201d and left", 'said "yes" and', "said \u201cyes\u201d and"),
        ("don\u2019t go there", "don't go there", "don\u2019t go there"),
        ("the caf\u00e9 is open", "the cafe\u0301 is open", "the caf\u00e9 is open"),
        ("so the Lamp is lit", "The lamp is lit.", "the Lamp is lit"),
        ("inter\u00adnational law", "international law", "inter\u00adnational law"),
    ],
)
def test_typography_does_not_hide_a_quote(text: str, quote: str, reads: str) -> None:
    assert found(text, quote) == (NORMALISED, reads)


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("net income was -5% this year", "net income was 5% this year"),
        ("revenue of 115 million", "15 million"),
        ("revenue of 15.7 million", "revenue of 15"),
        ("revenue of 1,115 million", "115 million"),
        ("the party began", "art"),
        ("the lamp is lit", "the lamp is not lit"),
        ("the lamp is lit", "   "),
        ("the lamp is lit", "..."),
    ],
)
def test_a_quote_that_the_passage_does_not_hold_is_not_found(text: str, quote: str) -> None:
    assert found(text, quote) == (NOT_FOUND, None)


def test_a_quote_escaped_for_the_model_is_found_as_the_document_has_it() -> None:
    assert found("if a < b & c > d then", "a &lt; b & c &gt; d") == (VERIFIED, "a < b & c > d")


def test_words_without_spaces_between_them_are_found() -> None:
    assert found("灯塔在黄昏时点亮。", "在黄昏时") == (VERIFIED, "在黄昏时")


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60)


@given(words, st.text("abc ", min_size=1, max_size=20), words)
def test_what_stands_between_spaces_is_verified_character_for_character(
    before: str, quote: str, after: str
) -> None:
    text = f"{before} {quote} {after}"
    status, reads = found(text, quote)
    if quote.strip():
        assert (status, reads) == (VERIFIED, quote.strip())


@given(words, words)
def test_a_found_span_always_folds_to_the_quote(text: str, quote: str) -> None:
    status, reads = found(text, quote)
    if reads is not None and status is NORMALISED:
        assert fold(quote).text.strip(locating._TRAILING) in fold(reads).text
    if status is VERIFIED:
        assert reads is not None and reads in text


@given(
    st.lists(st.text("abcdefgh", min_size=1, max_size=8), min_size=1, max_size=8),
    st.lists(st.sampled_from([" ", "\n", "  ", "\u00a0", " \n "]), min_size=8, max_size=8),
)
def test_white_space_never_matters(parts: list[str], gaps: list[str]) -> None:
    text = "".join(part + gap for part, gap in zip(parts, gaps, strict=False))
    status, reads = found(text, " ".join(parts))
    assert status in (VERIFIED, NORMALISED)
    assert reads is not None and reads.split() == parts


@given(st.lists(st.integers(1, 12), min_size=1, max_size=8), st.data())
def test_boxes_are_those_of_exactly_the_lines_that_the_span_touches(
    sizes: list[int], data: st.DataObject
) -> None:
    texts = [chr(ord("a") + number) * size for number, size in enumerate(sizes)]
    starts = [sum(sizes[:number]) + number for number in range(len(sizes))]
    regions = [
        [start, start + size, number + 1, 0.0, 0.0, 1.0, 1.0]
        for number, (start, size) in enumerate(zip(starts, sizes, strict=True))
    ]
    first = data.draw(st.integers(0, len(texts) - 1))
    last = data.draw(st.integers(first, len(texts) - 1))
    located = locate(hit("\n".join(texts), regions), "\n".join(texts[first : last + 1]))
    assert [box[0] for box in located.boxes] == list(range(first + 1, last + 2))


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("COVID-\n19 came", "COVID-19 came"),
        ("the pre- and post-\n war years", "the pre- and post-war years"),
        ("inter\u00ad\nnational law", "international law"),
        ("it shone \u2014 brightly", "it shone\u2014brightly"),
        ("Net sales | 1,234 | 5,678", "Net sales 1,234 5,678"),
        ("Net sales | 1,234 | 5,678", "| Net sales | 1,234 | 5,678 |"),
        ("a rise of 5 % to $ 3", "a rise of 5% to $3"),
        ("he said \u201cyes\u201d", "he said 'yes'"),
        ("1\u00bd cups of oil", "1 1/2 cups of oil"),
        ("we grew fast", "we **grew** fast"),
        ("The company grew", "[T]he company grew"),
    ],
)
def test_layout_and_markup_do_not_hide_a_quote(text: str, quote: str) -> None:
    assert found(text, quote) == (NORMALISED, text)


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("in 2O22 we sold l00 lamps", "in 2022 we sold 100 lamps"),
        ("it cost 1,O00 dollars net", "it cost 1,000 dollars net"),
        ("a rnodern lamp for ships", "a modern lamp for ships"),
        ("the corner of the farm", "the comer of the farm"),
        ("an 1nternational c0mpany of five men", "an International company of five men"),
        ("lt is the lamp", "It is the lamp"),
    ],
)
def test_letters_that_text_recognition_mistakes_do_not_hide_a_quote(text: str, quote: str) -> None:
    assert found(text, quote) == (NORMALISED, text)


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("a net loss of -5% today", "5% today"),
        ("a flow of 10\u00b2 units", "a flow of 102 units"),
        ("a flow of 10\u00b2 units", "a flow of 10"),
        ("grew by 15\u00bd percent", "grew by 15"),
        ("a price of 5% off", "a price of .5% off"),
        ("a price of 1.5% off", ".5% off"),
        ("Net sales | 1 | 234", "Net sales 1234"),
        ("take the 2l tank here", "take the 21 tank here"),
        ("take the I5 road north", "take the 15 road north"),
        ("use the l2 norm here", "use the 12 norm here"),
        ("use the O2 bottle here", "use the 02 bottle here"),
        ("10o C at noon today", "100 C at noon today"),
        ("in 2022 we sold it", "in 2O22 we sold it"),
        ("rnodern lamps", "modern lamps"),
        ("rnore rnodern c0rners f0r all", "more modern corners for all"),
        ("a 6' tall man", 'a 6" tall man'),
        ("they can\u2019t go", "they can go"),
        ("it is non-taxable", "it is taxable"),
    ],
)
def test_no_other_number_and_no_other_sense_ever_passes(text: str, quote: str) -> None:
    assert found(text, quote) == (NOT_FOUND, None)


@given(st.text("0123456789", min_size=1, max_size=6), st.text("0123456789OolI", min_size=1, max_size=6))
def test_a_number_is_only_found_where_its_digits_stand(number: str, printed: str) -> None:
    status, _ = found(f"we sold {printed} lamps today", f"we sold {number} lamps today")
    if status is not NOT_FOUND:
        looks = str.maketrans("OolI", "0011")
        assert printed.translate(looks) == number
        assert all(digit == letter for digit, letter in zip(number, printed, strict=True) if letter.isdigit())


SOURCE = "The lamp, which we saw, is lit at dusk. It is not lit in fog. The clock is wound daily."


@pytest.mark.parametrize(
    ("quote", "parts"),
    [
        ("The lamp ... is lit at dusk", ["The lamp", "is lit at dusk"]),
        ("The lamp [\u2026] is lit at dusk.", ["The lamp", "is lit at dusk"]),
        ("is lit at dusk. (...) The clock is wound", ["is lit at dusk.", "The clock is wound"]),
        ("\u2026which we saw\u2026", ["which we saw"]),
    ],
)
def test_an_ellipsis_may_leave_out_what_changes_nothing(quote: str, parts: list[str]) -> None:
    located = locate(hit(SOURCE, []), quote)
    assert located.status is NORMALISED
    assert [SOURCE[start:end] for start, end in located.spans] == parts


@pytest.mark.parametrize(
    "quote",
    [
        "The lamp ... lit in fog",
        "It is ... lit in fog",
        "is lit at dusk \u2026 The lamp",
        "The lamp ... is wound daily",
        "lamp ... dusk",
        "The lamp ... is unlit at dusk",
    ],
)
def test_an_ellipsis_may_not_join_what_does_not_belong_together(quote: str) -> None:
    assert found(SOURCE, quote) == (NOT_FOUND, None)
