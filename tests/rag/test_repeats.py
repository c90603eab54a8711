"""What a model reads says nothing twice."""

from hypothesis import given
from hypothesis import strategies as st

from backend.rag import repeats
from tests.agents.scripted import hit

LAMP = "The lamp of the lighthouse is lit at dusk by the keeper, who climbs 199 steps to reach it."


def kept(*texts: str) -> list[str]:
    return [each.text for each in repeats.without(hit(n, text) for n, text in enumerate(texts, start=1))]


def test_a_passage_that_repeats_a_better_one_is_left_out() -> None:
    typeset = LAMP.replace(", who", " - WHO\n").upper()
    assert kept(LAMP, "Fresh water comes by boat.", LAMP, typeset) == [LAMP, "Fresh water comes by boat."]


def test_a_part_of_a_better_passage_is_left_out_but_not_a_passage_that_says_more() -> None:
    part = LAMP[: LAMP.index(", who")]
    assert kept(LAMP, part) == [LAMP]
    more = f"{LAMP} {LAMP.replace('lamp', 'bell').replace('lit', 'rung').replace('199 steps', 'a ladder')}"
    assert kept(LAMP, more) == [LAMP, more]


def test_one_other_figure_is_another_passage_where_there_is_little_else() -> None:
    assert kept("Revenue in 2018 was 12 million.", "Revenue in 2019 was 14 million.", "Revenue") == [
        "Revenue in 2018 was 12 million.",
        "Revenue in 2019 was 14 million.",
        "Revenue",
    ]


@given(st.lists(st.text("ab \n.", max_size=40), max_size=6))
def test_the_best_always_stays_and_nothing_is_kept_twice(texts: list[str]) -> None:
    left = kept(*texts)
    assert left[:1] == texts[:1]
    assert len(set(left)) == len(left)
    assert kept(*left) == left
