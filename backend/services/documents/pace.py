"""How long the rest of a document's work will take: by its own pace, and by that of recent documents.

Nothing is guessed: what neither the document nor its project's earlier ones can tell is not told.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from db.models import Document, DocumentStatus
from db.models.base import utc_now
from db.models.documents import STAGES
from db.queries.paces import History, Rate

PARTITIONING, SUMMARISING = DocumentStatus.PARTITIONING, DocumentStatus.SUMMARISING
RECENT = 20
"""Reports that a document's own pace is taken from."""
_WIDE = 2.0
"""One measurement alone says half to double of itself."""


@dataclass(frozen=True)
class Remaining:
    """Seconds to the end: the likeliest, and the range in which recent work lies. None is negative."""

    seconds: float
    low: float
    high: float

    def to_json(self, at: datetime) -> dict[str, Any]:
        return {"seconds": self.seconds, "low": self.low, "high": self.high, "at": at.isoformat()}


def remaining(document: Document, now: datetime) -> Remaining | None:
    """What its worker last reckoned, less the time since; None when that is over or nobody works on it."""
    is_held = document.leased_until is not None and document.leased_until > now
    if document.status not in STAGES or not is_held or document.estimate is None:
        return None
    estimate = document.estimate
    passed = max((now - datetime.fromisoformat(estimate["at"])) / timedelta(seconds=1), 0.0)
    if passed > estimate["high"]:
        return None
    return Remaining(*(max(estimate[name] - passed, 0.0) for name in ("seconds", "low", "high")))


def left_now(document: Document) -> Remaining | None:
    return remaining(document, utc_now())


@dataclass
class Pace:
    """One attempt's pace in the stage that it is in, and what earlier documents took for the others."""

    history: History
    clock: Callable[[], float] = time.monotonic
    stage: DocumentStatus | None = None
    _done: int = 0
    _total: int = 0
    _at: float = 0.0
    _entered_at: float = 0.0
    _per_unit: list[float] = field(default_factory=list)

    def enter(self, stage: DocumentStatus) -> None:
        """A stage begins; what is done of it by the first report was done before, or cannot be told apart."""
        self.stage, self._per_unit = stage, []
        self._done, self._total, self._at = 0, 0, self.clock()
        self._entered_at = self._at

    @property
    def passed(self) -> float:
        """Seconds that this attempt has spent in the stage."""
        return self.clock() - self._entered_at

    def reach(self, done: int, total: int) -> None:
        """So many units of the stage are done by now."""
        now = self.clock()
        if done > self._done:
            if self._total:
                self._per_unit.append((now - self._at) / (done - self._done))
            self._done, self._at = done, now
        self._total = total

    def remaining(self, document: Document) -> Remaining | None:
        """From now to the end of the document; None when a part of it is not known."""
        if self.stage is None:
            return None
        parts = [self._rest_of_stage(self.stage, document)]
        for stage in STAGES[STAGES.index(self.stage) + 1 :]:
            parts.append(self._whole(stage, document))
        if any(part is None for part in parts):
            return None
        known = [part for part in parts if part is not None]
        return Remaining(
            seconds=round(sum(part.typical for part in known), 1),
            low=round(sum(part.low for part in known), 1),
            high=round(sum(part.high for part in known), 1),
        )

    def _rest_of_stage(self, stage: DocumentStatus, document: Document) -> Rate | None:
        if not self._total:
            return self._whole(stage, document)
        rate = self._measured() or self.history.per_unit.get(stage)
        return None if rate is None else rate.times(max(self._total - self._done, 0))

    def _measured(self) -> Rate | None:
        """By the last reports of this document: a provider that has become slow is believed soon."""
        last = sorted(self._per_unit[-RECENT:])
        if not last:
            return None
        mean = sum(last) / len(last)
        if len(last) == 1:
            return Rate(mean, mean / _WIDE, mean * _WIDE)
        return Rate(mean, last[0], last[-1])

    def _whole(self, stage: DocumentStatus, document: Document) -> Rate | None:
        """A stage of which nothing was reported: its units, known or by the pages, at the usual pace."""
        if stage is PARTITIONING:
            rate = self.history.per_unit.get(stage)
            return None if rate is None or not document.num_pages else rate.times(document.num_pages)
        num_chunks = Rate.exactly(document.num_chunks) if document.num_chunks else None
        if num_chunks is None and self.history.chunks_per_page is not None and document.num_pages:
            num_chunks = self.history.chunks_per_page.times(document.num_pages)
        if num_chunks is None:
            return None
        if stage is SUMMARISING:
            return self._summaries(document)
        rate = self.history.per_unit.get(stage)
        return None if rate is None else rate.by(num_chunks)

    def _summaries(self, document: Document) -> Rate | None:
        """Before the chunks are cut nobody knows how many call for a summary."""
        if document.num_chunks is None:
            per_page = self.history.summaries_per_page
            num = per_page.times(document.num_pages or 0) if per_page is not None else None
        else:
            num = Rate.exactly(document.num_summaries or 0)
        if num is None:
            return None
        if num.high == 0:
            return num
        rate = self.history.per_unit.get(SUMMARISING)
        return None if rate is None else rate.by(num)
