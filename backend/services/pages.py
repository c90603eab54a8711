"""Pages of any list: how many rows may be asked for, and what a bad cursor is called."""

from collections.abc import Iterator
from contextlib import contextmanager

from backend.errors import Invalid

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
