"""Cursors: what they look like, how they are ordered, what follows what."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.errors import Invalid
from backend.events import Cursor

cursors = st.builds(Cursor, st.integers(0, 10**9), st.integers(0, 10**9))


@settings(deadline=None)
@given(cursors)
def test_what_is_written_is_read_back(cursor: Cursor) -> None:
    assert Cursor.parse(str(cursor)) == cursor


@settings(deadline=None)
@given(cursors, cursors)
def test_a_newer_attempt_comes_after_everything_of_an_older_one(one: Cursor, other: Cursor) -> None:
    assert (one < other) == ((one.attempt, one.seq) < (other.attempt, other.seq))


@settings(deadline=None)
@given(cursors, cursors)
def test_only_a_later_cursor_follows(one: Cursor, other: Cursor) -> None:
    assert not one.is_followed_by(other) or one < other


@pytest.mark.parametrize(
    ("other", "follows"),
    [
        ("3-18", True),
        ("3-17", False),
        ("3-19", False),
        ("4-0", True),
        ("6-0", True),
        ("4-1", False),
        ("2-18", False),
        ("2-0", False),
    ],
)
def test_the_next_number_or_the_first_of_a_newer_attempt_follows(other: str, follows: bool) -> None:
    assert Cursor(3, 17).is_followed_by(Cursor.parse(other)) is follows


@pytest.mark.parametrize(
    "text", ["", "3", "3-", "-3", "a-1", "3-1-2", " 3-1", "3-1\n", "³-1", "9" * 30 + "-1"]
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        Cursor.parse(text)
    assert refused.value.field == "after"
