"""Expected failures of mutations become members of their result unions, and nothing else does."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, get_args, get_type_hints

from backend.errors import AppError
from backend.schema.errors import Error, member_of

P = ParamSpec("P")
T = TypeVar("T")


def answering(resolver: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T | Error]]:
    """Return an AppError as the union's member for it; raise it on where the union has none.

    The members are read from the resolver's return annotation, so they are said once.
    """
    members = members_of(resolver)

    @wraps(resolver)
    async def answer(*args: P.args, **kwargs: P.kwargs) -> T | Error:
        try:
            return await resolver(*args, **kwargs)
        except AppError as error:
            member = member_of(error)
            if member is None or type(member) not in members:
                raise
            return member

    return answer


def members_of(resolver: Callable[..., Any]) -> frozenset[type]:
    """The types of the union that a resolver is annotated to return."""
    union = get_type_hints(resolver)["return"]
    return frozenset(get_args(union))
