from hypothesis import given
from hypothesis import strategies as st

from backend.local.models import passages
from backend.local.models.passages import MAX_QUOTE, Passage

RESULT = """<passage id="1" document="10-K.pdf" page="12">
Revenue &amp; costs.
Up by 3 %.
</passage>
<passage id="2" document="a &gt; b.md" page="1">
a &lt;b&gt; c
</passage>"""


def test_passages_are_read_as_they_were_before_escaping() -> None:
    assert passages.find(RESULT) == [Passage(1, "Revenue & costs.\nUp by 3 %."), Passage(2, "a <b> c")]


def test_what_is_around_the_passages_is_what_was_asked() -> None:
    assert passages.without(f"{RESULT}\n\nWhat now?") == "What now?"


def test_sentences_end_at_their_marks_but_not_at_abbreviations() -> None:
    text = "Acme Inc. Holdings paid Dr. Brown 3.5 million. He left! Did J. Smith stay? Yes, indeed."
    assert list(passages.sentences(text)) == [
        "Acme Inc. Holdings paid Dr. Brown 3.5 million.",
        "He left!",
        "Did J. Smith stay?",
        "Yes, indeed.",
    ]


def test_table_rows_are_sentences_and_wrapped_lines_are_not() -> None:
    text = "| Year | Revenue |\n| 2022 | 34.2 billion |\n\nCosts rose in the\nsecond half."
    assert list(passages.sentences(text)) == [
        "| Year | Revenue |",
        "| 2022 | 34.2 billion |",
        "Costs rose in the\nsecond half.",
    ]


def test_what_a_source_quotes_is_a_piece_of_its_own() -> None:
    text = "In June 2020, „Wir sind bereit“, said the “new chair of Acme” in Berlin."
    pieces = ["In June 2020", "Wir sind bereit", "said the", "new chair of Acme", "in Berlin."]
    assert list(passages.sentences(text)) == pieces


@given(st.text(alphabet=st.sampled_from(' ".!?\n|abcDEF12é“”'), max_size=900))
def test_every_sentence_is_a_verbatim_quotable_substring(text: str) -> None:
    for sentence in passages.sentences(text):
        assert sentence in text
        assert len(sentence) <= MAX_QUOTE
        assert not set(sentence) & set('"“”')
        assert sentence == sentence.strip()
