import os
import re
import subprocess
import sys

from backend.local.models import answer, rank
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
    first = answer.choose(rank.quotes("What is the dividend policy?", found))[0]
    assert first.text == "The dividend policy is to pay out half of the profit every year."


REVIEW = """Balance sheet
Merchandise inventories at the end of the fourth quarter of fiscal 2022 totaled $1.6
billion compared to $1.5 billion in fiscal 2021. The increase was primarily due to the opening of
Shops in Ohio."""


def test_wrapped_lines_are_quoted_as_the_sentence_they_make() -> None:
    [quote] = answer.choose(rank.quotes("What drove the increase?", [Passage(1, REVIEW)]))[:1]
    assert quote.text.endswith("primarily due to the opening of\nShops in Ohio.")


def test_a_question_for_a_number_is_answered_with_a_row_of_figures() -> None:
    text = "All of the stores were open as planned.\n\nStores open 1,308 1,355"
    first = answer.choose(rank.quotes("How many stores were open?", [Passage(1, text)]))[0]
    assert first.text == "Stores open 1,308 1,355"


def test_a_passage_is_quoted_when_it_is_about_the_question_though_no_sentence_alone_is() -> None:
    question = "Did rent, fuel, paper, storage, insurance or freight harm the margin?"
    text = "Fuel was cheap in June. Rent was frozen in May. Paper is sold in the shop."
    quotes = rank.quotes(question, [Passage(1, text)])
    assert [quote.covered < 0.15 for quote in quotes] == [True, True, True]
    assert [quote.text for quote in answer.choose(quotes)] == text.replace(". ", ".|").split("|")


def test_two_words_of_the_question_in_different_sentences_are_a_coincidence() -> None:
    question = "Did rent, fuel, paper, storage, insurance or freight fall?"
    [first, *_] = quotes = rank.quotes(question, [Passage(1, "Fuel was cheap. Rent was frozen. Cats purr.")])
    assert (first.num_words_in_passage, first.covered_by_passage > 0.2) == (2, True)
    assert answer.choose(quotes) == []


def test_the_earlier_passage_wins_among_equals() -> None:
    found = [Passage(number, f"Item {number}. The pool opens at nine.") for number in (7, 3)]
    quotes = answer.choose(rank.quotes("When does the pool open?", found))
    assert [(quote.passage_id, quote.text) for quote in quotes] == [(7, "The pool opens at nine.")]


def test_further_quotes_come_from_the_best_passage_rather_than_from_others() -> None:
    found = [
        Passage(1, "The ferry to Norderney leaves at eight. The ferry leaves on Sundays too."),
        Passage(2, "A ferry leaves Emden."),
    ]
    quotes = answer.choose(rank.quotes("When does the ferry to Norderney leave?", found))
    assert [quote.passage_id for quote in quotes] == [1]


def test_the_same_question_gets_the_same_answer_whatever_the_hash_seed() -> None:
    code = (
        "from backend.local.models import answer; from backend.local.models.passages import Passage;"
        "from tests.local.models.test_answer import REVIEW;"
        "print(answer.write('What drove the increase of stores in 2022 and 2021?', [Passage(1, REVIEW)]))"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(answers) == 1
