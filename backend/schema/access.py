"""What fields ask of their senders, said where the field is: `@needs(Capability.READ)`.

A root field that says nothing is for people alone.
"""

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, ParamSpec, TypeVar, cast

import strawberry
from strawberry.types.field import StrawberryField

from backend import policy
from backend.policy import Needs
from backend.schema.context import Context
from db.models import Capability

P = ParamSpec("P")
T = TypeVar("T")

ANY = tuple(Capability)
PEOPLE_ALONE = Needs(frozenset())
_MARK = "opentrace_needs"


def needs(
    *any_of: Capability, spends: bool = False, everywhere: bool = False
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Ask `policy` before the resolver runs; put it right above the resolver, below `answering`."""
    wanted = Needs(frozenset(any_of), spends, everywhere)

    def declare(resolver: Callable[P, T]) -> Callable[P, T]:
        asking: Any = (
            _awaiting(resolver, wanted) if iscoroutinefunction(resolver) else _at_once(resolver, wanted)
        )
        setattr(asking, _MARK, wanted)
        return cast(Callable[P, T], asking)

    return declare


def needs_of(field: StrawberryField) -> Needs | None:
    """What the field declares, if anything."""
    resolver = field.base_resolver
    return None if resolver is None else getattr(resolver.wrapped_func, _MARK, None)


def _awaiting(resolver: Callable[..., Any], wanted: Needs) -> Callable[..., Any]:
    @wraps(resolver)
    async def asking(*args: Any, **kwargs: Any) -> Any:
        policy.check(_context(args, kwargs).viewer, wanted)
        return await resolver(*args, **kwargs)

    return asking


def _at_once(resolver: Callable[..., Any], wanted: Needs) -> Callable[..., Any]:
    @wraps(resolver)
    def asking(*args: Any, **kwargs: Any) -> Any:
        policy.check(_context(args, kwargs).viewer, wanted)
        return resolver(*args, **kwargs)

    return asking


def _context(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Context:
    for value in (*kwargs.values(), *args):
        if isinstance(value, strawberry.Info):
            context: Context = value.context
            return context
    raise TypeError("A resolver that needs something takes `info`.")
