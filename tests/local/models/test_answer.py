import re

from backend.local.models import answer
from backend.local.models.passages import Passage

REPORT = Passage(
    1,
    "Results of operations\n"
    "Revenue for fiscal 2022 was $34.2 billion. Costs were flat. Staff grew by 12 people.",
)
CATS = Passage(2, "Cats sleep for most of the day. They are rarely seen at night.")


def test_the_sentence_that_shares_most_with_the_question_is_quoted_with_its_marker() -> None:
    assert answer.write("What was the revenue in fiscal 2022?", [CATS, REPORT]) == (
        'The local model quotes what it found:\n\n"Revenue for fiscal 2022 was $34.2 billion." [1]'
    )


def test_it_says_when_nothing_was_found() -> None:
    nothing = "The local model found nothing in the documents that answers this question."
    assert answer.write("Who discovered penicillin?", [REPORT, CATS]) == nothing
    assert answer.write("What was the revenue?", []) == nothing


def test_word_endings_do_not_hide_an_answer() -> None:
    assert '"Cats sleep for most of the day." [2]' in answer.write(
        "How long is a cat sleeping?", [REPORT, CATS]
    )


def test_at_most_three_quotes_and_none_twice() -> None:
    text = "The moon is made of rock. The moon is rather far away. The moon is nearly a ball."
    more = Passage(4, "The moon is older than the sea.")
    found = [*(Passage(number, text) for number in range(1, 4)), more]
    quotes = re.findall(r'"([^"]+)" \[(\d)\]', answer.write("What is the moon?", found))
    assert quotes == [
        ("The moon is made of rock.", "1"),
        ("The moon is rather far away.", "1"),
        ("The moon is nearly a ball.", "1"),
    ]


def test_a_heading_loses_against_the_statement_below_it() -> None:
    found = [
        Passage(1, "Dividend policy\n\nThe dividend policy is to pay out half of the profit every year.")
    ]
    first = answer.choose(answer.rank("What is the dividend policy?", found))[0]
    assert first.text == "The dividend policy is to pay out half of the profit every year."
