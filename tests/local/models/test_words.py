import pytest

from backend.local.models import words


def test_common_words_single_letters_and_endings_say_nothing() -> None:
    assert words.content("How many stores were opened in Q2 of 2024?") == ["stor", "open", "2", "2024"]


@pytest.mark.parametrize(
    ("question", "document"),
    [("drop", "decreased"), ("increase", "rose"), ("FY", "fiscal"), ("topline", "revenues")],
)
def test_words_for_more_less_and_sales_are_the_same(question: str, document: str) -> None:
    assert words.content(question) == words.content(document)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("registriert", "registrierung", True),
        ("proceed", "processing", False),
        ("port", "portugal", False),
        ("2022", "2023", False),
        ("10,208", "10,209", False),
    ],
)
def test_words_are_alike_when_most_of_the_longer_one_is_shared(one: str, other: str, expected: bool) -> None:
    assert words.alike(one, other) is expected


def test_words_that_stand_for_none_of_those_asked_are_left_out() -> None:
    found = words.matches(["vote", "board"], ["votes", "chair", "board"])
    assert found == {"votes": {"vote"}, "board": {"board"}}
