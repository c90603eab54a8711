import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.local.models import sentences
from backend.local.models.sentences import MAX_LENGTH


def test_sentences_end_at_their_marks_but_not_at_abbreviations() -> None:
    text = "Acme Inc. Holdings paid Dr. Brown 3.5 million. He left! Did J. Smith stay? Yes, indeed."
    assert list(sentences.of(text)) == [
        "Acme Inc. Holdings paid Dr. Brown 3.5 million.",
        "He left!",
        "Did J. Smith stay?",
        "Yes, indeed.",
    ]


def test_table_rows_are_sentences_and_wrapped_lines_are_not() -> None:
    text = "| Year | Revenue |\n| 2022 | 34.2 billion |\n\nCosts rose in the\nsecond half."
    assert list(sentences.of(text)) == [
        "| Year | Revenue |",
        "| 2022 | 34.2 billion |",
        "Costs rose in the\nsecond half.",
    ]


def test_what_a_source_quotes_is_a_piece_of_its_own() -> None:
    text = "In June 2020, „Wir sind bereit“, said the “new chair of Acme” in Berlin."
    pieces = ["In June 2020", "Wir sind bereit", "said the", "new chair of Acme", "in Berlin."]
    assert list(sentences.of(text)) == pieces


@given(st.text(alphabet=st.sampled_from(' ".!?\n|abcDEF12é“”'), max_size=900))
def test_every_sentence_is_a_verbatim_quotable_substring(text: str) -> None:
    for sentence in sentences.of(text):
        assert sentence in text
        assert len(sentence) <= MAX_LENGTH
        assert not set(sentence) & set('"“”')
        assert sentence == sentence.strip()


def test_a_long_line_without_a_mark_goes_on_in_the_next_even_before_a_capital_or_a_figure() -> None:
    text = (
        "As a result of the completion of the exchange offer, Acme will now present its\n"
        "Consumer business as discontinued operations, with a gain of 20 million in the quarter of\n"
        "2023. Nothing else changes."
    )
    first, second = text[: text.index("2023.") + 5], "Nothing else changes."
    assert list(sentences.of(text)) == [first, second]


def test_headings_rows_and_items_keep_to_their_lines() -> None:
    lines = [
        "Condensed Consolidated Statements of Cash Flows of the Company (Unaudited)",
        "Net cash provided by the operating activities of all of the segments 1,526 1,261",
        "Dividends paid (732) (723)",
        "• Sales rose in each of the regions in which the company has had stores",
        "• Costs fell",
    ]
    assert list(sentences.of("\n\n".join(lines[:2]) + "\n" + "\n".join(lines[2:]))) == lines


def test_a_sentence_that_is_too_long_is_cut_after_a_comma() -> None:
    text = f"{'All of it, ' * 40}or nothing."
    first, second = sentences.of(text)
    assert first.endswith("All of it")
    assert MAX_LENGTH - 11 <= len(first) <= MAX_LENGTH
    assert second.endswith("or nothing.")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("| 2022 | 34.2 billion |", True),
        ("Cash and cash equivalents $ 1,093 $ 1,874 $ 840", True),
        ("Operating margin (0.4%) 12.1 %", True),
        ("Weighted average shares — —", True),
        ("It was opened on July 29, 2023", False),
        ("Staff grew by 12 people in 2023", False),
        ("Revenue", False),
    ],
)
def test_a_row_ends_in_at_least_two_figures(line: str, expected: bool) -> None:
    assert sentences.is_row(line) is expected


def test_fragments_are_told_from_whole_sentences() -> None:
    assert sentences.is_whole("The vote was held.")
    assert not sentences.is_whole("and the vote was held.")
    assert not sentences.is_whole("New Brunswick (NYSE: JNJ) (")


def test_headings_are_told_from_statements() -> None:
    assert sentences.is_heading("Results of Operations")
    assert not sentences.is_heading("Results of Operations 2022")
    assert not sentences.is_heading("Dividends are paid twice a year")
