"""Token estimates: nothing for nothing, rather too many than too few, never more than there are bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.rag import tokens

# Counted with cl100k_base, the tokenizer of OpenAI's embedding models.
KNOWN = [
    ("Hello world", 2),
    ("The quick brown fox jumps over the lazy dog.", 10),
    ("tiktoken is great!", 6),
    ("antidisestablishmentarianism", 6),
    ("2 + 2 = 4", 7),
    ("お誕生日おめでとう", 9),
]


@pytest.mark.parametrize(("text", "actual"), KNOWN)
def test_an_estimate_is_not_below_what_a_real_tokenizer_counts(text: str, actual: int) -> None:
    assert actual <= tokens.estimate(text) <= 2 * actual + 4


def test_only_nothing_costs_nothing() -> None:
    assert tokens.estimate("") == 0
    assert tokens.estimate(" ") == 1


@given(st.text())
def test_an_estimate_never_exceeds_the_number_of_bytes(text: str) -> None:
    assert 0 <= tokens.estimate(text) <= len(text.encode("utf-8", "surrogatepass"))


@given(st.text(), st.text())
def test_a_longer_text_never_costs_less(one: str, other: str) -> None:
    assert tokens.estimate(one + other) >= tokens.estimate(one)
