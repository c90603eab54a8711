"""Texts in pieces that a model takes: nothing is lost, and no piece is too long."""

from hypothesis import given
from hypothesis import strategies as st

from backend.rag import tokens, windows


@given(st.text(max_size=400), st.integers(16, 60))
def test_pieces_together_are_the_text_and_each_fits(text: str, max_tokens: int) -> None:
    pieces = windows.cut(text, max_tokens)
    assert "".join(pieces) == text
    assert all(tokens.estimate(piece) <= max_tokens for piece in pieces)


def test_a_text_that_fits_is_left_as_it_is() -> None:
    assert windows.cut("a lamp", 100) == ["a lamp"]


def test_words_stay_whole_where_there_are_words() -> None:
    pieces = windows.cut("keeper " * 100, 50)
    assert {word for piece in pieces for word in piece.split()} == {"keeper"}
