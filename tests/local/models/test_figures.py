import pytest

from backend.local.models import figures


@pytest.mark.parametrize(
    "question",
    [
        "How many stores were there in 2022?",
        "What percent of sales was it?",
        "What is the amount of the gain?",
        "Wie viele Kinder waren es?",
        "¿En qué año nació?",
        "¿Cuándo fue?",
    ],
)
def test_a_figure_that_the_question_does_not_give_serves_one_that_asks_for_it(question: str) -> None:
    given_by = figures.wanted_by(question)
    assert given_by("There were 1,355 in 2022.") == 1
    assert given_by("There were seven.") == 0.5
    assert given_by("There were some in 2022.") == (0 if "2022" in question else 1)
    assert given_by("There were some.") == 0


def test_no_figure_serves_a_question_that_asks_for_none() -> None:
    assert figures.wanted_by("Why did sales fall in 2022?")("They fell by 12 % to seven.") == 0
