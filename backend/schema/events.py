"""Events as the API sends them: what all of them say, and how one is made from a stream's envelope."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, TypeAlias, TypedDict

import strawberry

from backend.events.envelope import Event as StreamEvent

Cursor: TypeAlias = Annotated[
    str | None,
    strawberry.argument(
        description="The last cursor you have seen: what came later is sent, then what comes. "
        "None to begin with a snapshot."
    ),
]


@strawberry.interface(description="Something that happened.")
class Event:
    cursor: str = strawberry.field(
        description="This event's place: give it as `after` to go on behind it, with no gap and no double."
    )
    attempt: int = strawberry.field(
        description="The run that this event tells of; events of an older run never follow those of a newer. "
        "Always 0 for a project, which has no runs."
    )
    at: datetime = strawberry.field(description="When it happened.")


class Place(TypedDict):
    cursor: str
    attempt: int
    at: datetime


@strawberry.type(description="Some events are no longer kept; a fresh snapshot follows.")
class EventsMissed(Event):
    pass


def place_of(event: StreamEvent) -> Place:
    """What every event says of itself."""
    return Place(cursor=str(event.cursor), attempt=event.cursor.attempt, at=event.at)


Made: TypeAlias = Callable[[StreamEvent], Any]


def plain(kind: Callable[..., Event], *names: str) -> Made:
    """Makes events whose fields are the named values of the envelope's data."""
    return lambda event: kind(**place_of(event), **{name: event.data[name] for name in names})


def translate(event: StreamEvent, makers: Mapping[str, Made]) -> Any:
    """The GraphQL object that says `event`; `makers` knows every kind of its topic."""
    return makers[event.kind](event)
