"""One envelope for everything that is announced: text, steps, citations and progress."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import orjson

from backend.events.cursor import Cursor

TEXT_APPENDED = "TextAppended"
EVENTS_MISSED = "EventsMissed"
DOORBELL = "Doorbell"
"""A kind that is delivered and not remembered: it says only that there is something to read."""


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to the thing of `topic` (`document:<id>`, `message:<id>`).

    `kind` is the name of the GraphQL type that shows it; `final` says that nothing comes after it.
    """

    topic: str
    cursor: Cursor
    kind: str
    data: dict[str, Any]
    at: datetime = field(default_factory=now)
    final: bool = False

    def to_bytes(self) -> bytes:
        """The event as JSON; ids, dates and enums in `data` become strings."""
        return orjson.dumps(
            {
                "topic": self.topic,
                "cursor": str(self.cursor),
                "kind": self.kind,
                "data": self.data,
                "at": self.at,
                "final": self.final,
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "Event":
        fields = orjson.loads(data)
        return cls(
            topic=fields["topic"],
            cursor=Cursor.parse(fields["cursor"]),
            kind=fields["kind"],
            data=fields["data"],
            at=datetime.fromisoformat(fields["at"]),
            final=fields["final"],
        )


def merged(events: list[Event]) -> list[Event]:
    """The same story in fewer events: adjacent text becomes one event under the last one's cursor."""
    if len(events) < 2:
        return events
    told: list[Event] = []
    for (kind, _), run in groupby(events, key=lambda event: (event.kind, event.cursor.attempt)):
        together = list(run)
        if kind == TEXT_APPENDED:
            text = "".join(event.data["text"] for event in together)
            together = [replace(together[-1], data={"text": text})]
        told += together
    return told
