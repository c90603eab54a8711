"""Quotations are found where they stand, whatever the typography, and nowhere else."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.rag import cite
from backend.rag.fold import fold
from db.models import CitationStatus
from db.queries.search import Hit

VERIFIED, NORMALISED = CitationStatus.VERIFIED, CitationStatus.NORMALISED
NOT_FOUND, UNCHECKED = CitationStatus.NOT_FOUND, CitationStatus.UNCHECKED
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
    located = cite.locate(hit(text, []), quote)
    return located.status, None if located.start is None else text[located.start : located.end]


def test_an_exact_quote_has_its_span_its_page_and_the_boxes_of_the_lines_it_touches() -> None:
    located = cite.locate(hit(), "climbs 199 steps\nand winds")
    assert (located.status, located.start, located.end) == (VERIFIED, 36, 62)
    assert located.page == 3
    assert located.boxes == ([3, 0.1, 0.13, 0.9, 0.15], [4, 0.1, 0.05, 0.6, 0.07])


def test_lines_without_page_or_box_give_the_passages_page_and_no_boxes() -> None:
    located = cite.locate(hit(regions=[[0, 73, None, None, None, None, None]]), "winds the clock")
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
        assert fold(quote).text.strip(cite._ENDS) in fold(reads).text
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
    located = cite.locate(hit("\n".join(texts), regions), "\n".join(texts[first : last + 1]))
    assert [box[0] for box in located.boxes] == list(range(first + 1, last + 2))


def cited(text: str, *hits: Hit) -> list[tuple[int, str | None, CitationStatus]]:
    return [(each.marker, each.quote, each.located.status) for each in cite.citations_from(text, hits)]


def test_quotation_marks_before_a_marker_are_checked() -> None:
    text = 'The handbook says "The lamp is lit at dusk" [1], and “the lamp is blue” [1].'
    assert cited(text, hit()) == [
        (1, "The lamp is lit at dusk", VERIFIED),
        (1, "the lamp is blue", NOT_FOUND),
    ]


def test_two_quotations_before_one_marker_are_two_citations() -> None:
    assert cited('Both "is lit at dusk" and "winds the clock" hold [1].', hit()) == [
        (1, "is lit at dusk", VERIFIED),
        (1, "winds the clock", VERIFIED),
    ]


def test_a_quotation_may_hold_quotation_marks_and_line_breaks() -> None:
    source = 'The keeper said "all is well" and\nwent to bed. He slept.'
    text = f'The model quotes:\n\n"{source[:-10]}" [1]\n\n"He slept." [1]'
    assert cited(text, hit(source, [])) == [(1, source[:-10], VERIFIED), (1, "He slept.", VERIFIED)]


def test_a_quotation_of_an_earlier_sentence_counts_only_if_the_passage_holds_it() -> None:
    assert cited('They write "winds the clock". So it runs [1].', hit()) == [(1, "winds the clock", VERIFIED)]
    assert cited('They write "something else". So it runs [1].', hit()) == [(1, None, UNCHECKED)]


def test_an_inch_mark_does_not_hide_the_quotation_after_it() -> None:
    assert cited('Through the 5" pane: "The lamp is lit at dusk" [1]', hit()) == [
        (1, "The lamp is lit at dusk", VERIFIED)
    ]


def test_a_sentence_that_the_passage_holds_is_verified_without_quotation_marks() -> None:
    assert cited("In short:\n- **The lamp is lit at dusk.** [1]", hit()) == [
        (1, "The lamp is lit at dusk", VERIFIED)
    ]


def test_a_paraphrase_is_unchecked_and_points_at_the_passages_page() -> None:
    (citation,) = cite.citations_from("They light it in the evening [1].", [hit()])
    assert (citation.quote, citation.located.status, citation.located.page) == (None, UNCHECKED, 3)
    assert (citation.located.start, citation.located.boxes) == (None, ())


def test_adjacent_markers_share_their_claim() -> None:
    text = '"The lamp is lit at dusk" [1][2], [3].'
    expected = [(number, "The lamp is lit at dusk", VERIFIED) for number in (1, 2, 3)]
    assert cited(text, hit(), hit(number=2), hit(number=3)) == expected
    assert cited(text.replace("[1][2], [3]", "[1, 2;3]"), hit(), hit(number=2), hit(number=3)) == expected


def test_markers_of_passages_that_were_not_retrieved_are_no_citations() -> None:
    assert cited('"The lamp is lit at dusk" [0] [2] [99]', hit()) == []


def test_a_marker_inside_a_quotation_or_a_link_belongs_to_the_source() -> None:
    text = 'It says "see note [2] for this" [1], and [2](https://example.org) is a link.'
    assert cited(text, hit("see note [2] for this", []), hit(number=2)) == [
        (1, "see note [2] for this", VERIFIED)
    ]


def test_the_same_place_is_cited_once() -> None:
    text = '"winds the clock" [1]. Yes: "winds the clock" [1]. Evening [1]. Night [1].'
    assert cited(text, hit()) == [(1, "winds the clock", VERIFIED), (1, None, UNCHECKED)]


@given(st.text('ab".[]123 \n“”'))
def test_any_text_gives_only_citations_of_passages_that_exist(text: str) -> None:
    hits = [hit(number=1), hit(number=2)]
    for citation in cite.citations_from(text, hits):
        assert citation.hit is hits[citation.marker - 1]
        assert f"{citation.marker}" in text
