"""How much one sender may have open at a time in this process."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from backend.auth import Viewer
from backend.errors import AppError, QuotaExceeded

Kind: TypeAlias = Literal["connections", "operations"]
"""Sockets and streams; and what is under way on all of a sender's sockets together."""
TOO_MANY_OPEN = "TOO_MANY_OPEN"


@dataclass
class Caps:
    """The most of each kind that one sender may have open."""

    connections: int
    operations: int
    _open: Counter[tuple[Kind, str]] = field(default_factory=Counter)

    def check(self, kind: Kind, whose: str) -> None:
        """Raises QuotaExceeded when one more would be too many."""
        most: int = getattr(self, kind)
        if self._open[kind, whose] >= most:
            message = f"You may have {most} {kind} open at a time, and have: close some of them first."
            raise QuotaExceeded(message, code=TOO_MANY_OPEN)

    @contextmanager
    def hold(self, kind: Kind, whose: str) -> Iterator[None]:
        """One more is open while the block runs. Raises QuotaExceeded."""
        self.check(kind, whose)
        self._open[kind, whose] += 1
        try:
            yield
        finally:
            self._open[kind, whose] -= 1
            if not self._open[kind, whose]:
                del self._open[kind, whose]


def whose(sender: Viewer | AppError, address: str) -> str:
    """Who has it open: a key, a person, or an address for all who are nobody there."""
    if isinstance(sender, AppError):
        return f"address:{address}"
    return f"key:{sender.key_id}" if sender.key_id else f"user:{sender.user_id}"
