"""One envelope for everything that is announced: tokens, steps, citations and progress."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from backend.events.cursor import Cursor


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
        fields["cursor"] = Cursor.parse(fields["cursor"])
        fields["at"] = datetime.fromisoformat(fields["at"])
        return cls(**fields)
