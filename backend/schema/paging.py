"""Pages: Relay connections over keyset cursors, with the total."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Generic, TypeAlias, TypeVar
from uuid import UUID

import strawberry

from backend.errors import Invalid
from backend.schema.context import PageKey, PageOf

T = TypeVar("T")
R = TypeVar("R")

FIRST, MAX_FIRST = 20, 100
"""How many a page has that says nothing of it, and how many one may have."""

Count: TypeAlias = int | Callable[[], Awaitable[int]]
"""How many there are in a list, or how to find out if anybody asks."""

First: TypeAlias = Annotated[
    int, strawberry.argument(description="How many to return at most: from 1 to 100.")
]
After: TypeAlias = Annotated[
    str | None, strawberry.argument(description="The cursor after which to go on; none for the beginning.")
]


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more follows after `endCursor`.")
    has_previous_page: bool = strawberry.field(description="Whether anything comes before `startCursor`.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first edge of this page.")
    end_cursor: str | None = strawberry.field(
        description="The cursor of the last edge; give it as `after` to go on."
    )


@strawberry.type(description="One place in a list: an object and its cursor.")
class Edge(Generic[T]):
    node: T = strawberry.field(description="The object at this place.")
    cursor: str = strawberry.field(description="This place, to be given as `after`.")


@strawberry.type(description="One page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The places of this page, in order.")
    page_info: PageInfo = strawberry.field(description="Where this page lies in the list.")
    count: strawberry.Private[Count]

    @strawberry.field(description="How many there are in the whole list.")
    async def total_count(self) -> int:
        return self.count if isinstance(self.count, int) else await self.count()


def connection(page: PageOf[R], wrap: Callable[[R], T], count: Count = 0) -> Connection[T]:
    """A page of rows as a connection of what `wrap` makes of each; `count` for a page that is not counted."""
    edges = [Edge(node=wrap(row), cursor=cursor) for row, cursor in zip(page.rows, page.cursors, strict=True)]
    info = PageInfo(
        has_next_page=page.has_next_page,
        has_previous_page=page.has_previous_page,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    total = count if page.total_count is None else page.total_count
    return Connection(edges=edges, page_info=info, count=total)


def page_key(owner_id: UUID, first: int, after: str | None) -> PageKey:
    """The page that a field asks for; raises Invalid when `first` is outside 1 to 100."""
    if not 1 <= first <= MAX_FIRST:
        raise Invalid(f"`first` must be from 1 to {MAX_FIRST}, not {first}.", field="first")
    return PageKey(owner_id=owner_id, first=first, after=after)
