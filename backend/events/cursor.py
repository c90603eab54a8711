"""Where an event stands in its topic: which attempt wrote it, and as its how-manieth."""

import re
from typing import NamedTuple

from backend.errors import Invalid

_FORM = re.compile(r"([0-9]{1,18})-([0-9]{1,18})")


class Cursor(NamedTuple):
    """`<attempt>-<seq>`: ordered, and at the same time the id of the event in its Redis stream."""

    attempt: int
    seq: int

    def __str__(self) -> str:
        return f"{self.attempt}-{self.seq}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """The cursor that `str` wrote; raises Invalid for anything else."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise Invalid("This is no cursor of an event; pass one back as it was received.", field="after")
        return cls(int(match[1]), int(match[2]))

    def is_followed_by(self, other: "Cursor") -> bool:
        """Whether nothing lies between the two: the next number, or the first of a newer attempt."""
        if other.attempt == self.attempt:
            return other.seq == self.seq + 1
        return other.attempt > self.attempt and other.seq == 0
