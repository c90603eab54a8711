"""Reading lists: how many rows may be asked for, what a bad cursor is called, and a database that is away."""

from collections.abc import Iterator
from contextlib import contextmanager

from backend.errors import Invalid, Unavailable
from db.errors import Unreachable

MAX_FIRST = 100


@contextmanager
def checked(first: int) -> Iterator[None]:
    """Read a page of `first` rows in this block; raises Invalid for a bad size or a foreign cursor."""
    if not 1 <= first <= MAX_FIRST:
        raise Invalid(f"`first` must be between 1 and {MAX_FIRST}.", field="first")
    try:
        yield
    except ValueError as error:
        raise Invalid(str(error), field="after") from error


@contextmanager
def reachable() -> Iterator[None]:
    """Read without a unit of work in this block; raises Unavailable when the database does not answer."""
    try:
        yield
    except Unreachable as error:
        raise Unavailable("The database does not answer.", retry_after=5) from error
