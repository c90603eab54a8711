"""An answer's markers are checked against the passages they name, and say where the words really stand."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from backend.rag import cite
from db.models import CitationStatus
from db.queries.search import Hit
from tests.rag.test_locate import hit

VERIFIED, MISATTRIBUTED = CitationStatus.VERIFIED, CitationStatus.MISATTRIBUTED
NOT_FOUND, UNCHECKED = CitationStatus.NOT_FOUND, CitationStatus.UNCHECKED
BELL = "The bell is rung in fog. It hangs\nin the lantern room."


def cited(text: str, *hits: Hit) -> list[tuple[int, str | None, CitationStatus]]:
    return [(each.marker, each.quote, each.located.status) for each in cite.check(text, hits).citations]


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
    (citation,) = cite.check("They light it in the evening [1].", [hit()]).citations
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
    for citation in cite.check(text, hits).citations:
        assert citation.hit is hits[citation.marker - 1]
        assert f"{citation.marker}" in text


def test_words_of_another_passage_are_misattributed_and_say_where_they_stand() -> None:
    checked = cite.check('It says "rung in fog" [1].', [hit(), hit(BELL, [[0, 33, 7, 0, 0, 1, 1]], number=2)])
    (citation,) = checked.citations
    assert (citation.quote, citation.located.status, citation.located.page) == (
        "rung in fog",
        MISATTRIBUTED,
        3,
    )
    assert (citation.located.spans, citation.located.boxes) == ((), ())
    assert citation.elsewhere is not None
    assert (citation.elsewhere.marker, citation.elsewhere.located.page) == (2, 7)
    assert citation.elsewhere.located.spans == ((12, 23),)


def test_a_sentence_of_another_passage_is_misattributed_without_quotation_marks_too() -> None:
    assert cited("The bell is rung in fog [1].", hit(), hit(BELL, [], number=2)) == [
        (1, "The bell is rung in fog", MISATTRIBUTED)
    ]


def test_adjacent_markers_may_each_hold_a_part_of_the_claim() -> None:
    text = 'They write "lit at dusk" and "rung in fog" [1][2].'
    assert cited(text, hit(), hit(BELL, [], number=2)) == [
        (1, "lit at dusk", VERIFIED),
        (2, "rung in fog", VERIFIED),
    ]
    assert cited('They write "lit at dusk" [1][2].', hit(), hit(BELL, [], number=2)) == [
        (1, "lit at dusk", VERIFIED),
        (2, None, UNCHECKED),
    ]


def test_a_named_page_must_be_the_page_of_the_words() -> None:
    """The passage stands on the pages 3 and 4: the lamp on 3, the clock on 4."""
    for right in ('"lit at dusk" (p. 3) [1]', '"lit at dusk" [1, p. 3]', 'On page 3: "lit at dusk" [1]'):
        assert cited(right, hit()) == [(1, "lit at dusk", VERIFIED)], right
    for wrong in ('"lit at dusk" (p. 4) [1]', '"lit at dusk" [1, p. 4]', 'On page 4: "lit at dusk" [1]'):
        (citation,) = cite.check(wrong, [hit()]).citations
        assert (citation.located.status, citation.pages) == (MISATTRIBUTED, range(4, 5)), wrong
        assert citation.elsewhere is not None
        assert (citation.elsewhere.marker, citation.elsewhere.located.page) == (1, 3)


def test_each_quotation_has_the_page_named_nearest_to_it() -> None:
    text = 'Page 3 says "lit at dusk" and page 4 "winds the clock" [1].'
    assert cited(text, hit()) == [(1, "lit at dusk", VERIFIED), (1, "winds the clock", VERIFIED)]
    text = '"lit at dusk" (p. 3) and "winds the clock" (pp. 3-4) [1].'
    assert cited(text, hit()) == [(1, "lit at dusk", VERIFIED), (1, "winds the clock", VERIFIED)]


def test_a_paraphrase_may_only_name_a_page_of_its_passage() -> None:
    assert cited("They light it in the evening (p. 4) [1].", hit()) == [(1, None, UNCHECKED)]
    assert cited("They light it in the evening (p. 5) [1].", hit()) == [(1, None, MISATTRIBUTED)]


def test_words_that_stand_on_two_pages_may_name_either() -> None:
    twice = hit("the bell rings\nthe bell rings", [[0, 14, 3, 0, 0, 1, 1], [15, 29, 4, 0, 0, 1, 1]])
    for page in (3, 4):
        (citation,) = cite.check(f'"the bell rings" [1, p. {page}]', [twice]).citations
        assert (citation.located.status, citation.located.page) == (VERIFIED, page)


def test_single_marks_turned_marks_and_block_quotes_are_quotations() -> None:
    assert cited("It says ‘the lamp is blue’ [1].", hit()) == [(1, "the lamp is blue", NOT_FOUND)]
    assert cited("It says 'The lamp is lit at dusk' [1].", hit()) == [
        (1, "The lamp is lit at dusk", VERIFIED)
    ]
    assert cited("Es heißt »The lamp is blue« [1].", hit()) == [(1, "The lamp is blue", NOT_FOUND)]
    assert cited("It says:\n\n> The lamp is\n> blue at dusk.\n[1]", hit()) == [
        (1, "The lamp is\nblue at dusk.", NOT_FOUND)
    ]


def test_the_name_of_a_document_or_a_section_is_no_quotation() -> None:
    titled = replace(hit(), title_path=["Rules of light"])
    text = 'According to "Handbook.pdf", in "Rules of Light", they light it in the evening [1].'
    assert cited(text, titled) == [(1, None, UNCHECKED)]


def test_a_citation_says_which_characters_of_the_answer_it_is_the_source_of() -> None:
    text = 'First. It says "lit at dusk" [1]. They light it in the evening [1].'
    checked = cite.check(text, [hit()])
    assert [text[slice(*each.claim)] for each in checked.citations] == [
        '"lit at dusk" [1]',
        "They light it in the evening [1]",
    ]


def unsupported(text: str) -> list[str]:
    return [text[start:end] for start, end in cite.check(text, [hit()]).unsupported]


def test_sentences_without_a_citation_that_holds_are_marked() -> None:
    text = (
        "# The lighthouse today\n\nThis is what the handbook says:\n\n"
        '"The lamp is lit at dusk." [1] It was built long ago. They light it in the evening [1].\n'
        '- It says "the lamp is blue" [1].\n- Is the lamp really blue?\n- Yes [1].'
    )
    assert unsupported(text) == ["It was built long ago.", '- It says "the lamp is blue" [1].']


def test_a_second_mention_of_the_same_place_supports_its_sentence_too() -> None:
    assert unsupported('It says "lit at dusk" [1]. As it says, "lit at dusk" [1].') == []


def test_code_and_the_head_of_a_table_claim_nothing() -> None:
    text = "```\nprint('no claim at all')\n```\n\n| Name of it | Height |\n|---|---|\n| The tower | tall |"
    assert unsupported(text) == ["| The tower | tall |"]


def test_the_rate_is_that_of_quotes_which_were_found() -> None:
    quotes = '"lit at dusk" [1]. "winds the\nCLOCK" [1]. "is blue" [1]. In the evening [1].'
    assert cite.check(quotes, [hit()]).verification_rate == 2 / 3
    assert cite.check("In the evening they light it [1].", [hit()]).verification_rate is None
