"""Places on pages, as the API shows them."""

from collections.abc import Sequence

import strawberry


@strawberry.type(description="A rectangle on a page, in fractions of the page from its upper left corner.")
class Box:
    page: int = strawberry.field(description="The page, from 1.")
    x0: float = strawberry.field(description="The left edge, from 0 to 1.")
    y0: float = strawberry.field(description="The upper edge, from 0 to 1.")
    x1: float = strawberry.field(description="The right edge, from 0 to 1.")
    y1: float = strawberry.field(description="The lower edge, from 0 to 1.")


def boxes_of(boxes: Sequence[Sequence[float]]) -> list[Box]:
    """`[page, x0, y0, x1, y1]` lists as boxes."""
    return [Box(page=int(page), x0=x0, y0=y0, x1=x1, y1=y1) for page, x0, y0, x1, y1 in boxes]
