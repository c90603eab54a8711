"""How fast the last documents of a project were taken in, stage by stage."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import DocumentStatus


@dataclass(frozen=True)
class Rate:
    """A quantity as it usually is, and between what and what it mostly lies."""

    typical: float
    low: float
    high: float

    @classmethod
    def exactly(cls, value: float) -> "Rate":
        return cls(value, value, value)

    @classmethod
    def of(cls, values: Sequence[float]) -> "Rate | None":
        """The middle value and the outer ones, without the tenth at either end; None of nothing."""
        if not values:
            return None
        ranked = sorted(values)
        cut = len(ranked) // 10
        return cls(ranked[len(ranked) // 2], ranked[cut], ranked[-1 - cut])

    def times(self, number: float) -> "Rate":
        return Rate(self.typical * number, self.low * number, self.high * number)

    def by(self, other: "Rate") -> "Rate":
        return Rate(self.typical * other.typical, self.low * other.low, self.high * other.high)


@dataclass(frozen=True)
class History:
    """Seconds per page, chunk or summary of each stage, and what there was of each per page."""

    per_unit: dict[DocumentStatus, Rate] = field(default_factory=dict)
    chunks_per_page: Rate | None = None
    summaries_per_page: Rate | None = None


_LAST = text("""
WITH last AS (
    SELECT d.id, d.newest_version, d.num_pages, d.num_chunks, coalesce(d.num_summaries, 0) AS num_summaries
      FROM opentrace.documents d
     WHERE d.project_id = :project_id AND d.status = 'COMPLETED'
     ORDER BY d.change_seq DESC
     LIMIT :limit
)
SELECT s.stage, extract(epoch FROM s.finished_at - s.started_at)::double precision AS seconds,
       l.num_pages, l.num_chunks, l.num_summaries
  FROM last l
  JOIN opentrace.document_versions v ON v.document_id = l.id AND v.number = l.newest_version
  JOIN opentrace.document_stages s ON s.version_id = v.id AND s.finished_at IS NOT NULL
""")
_UNITS = {
    DocumentStatus.PARTITIONING: "num_pages",
    DocumentStatus.CHUNKING: "num_chunks",
    DocumentStatus.SUMMARISING: "num_summaries",
    DocumentStatus.VECTORIZATION: "num_chunks",
}


async def of_project(session: AsyncSession, project_id: UUID, *, limit: int = 20) -> History:
    """By the last documents (at most `limit`) that were completed."""
    connection = await session.connection()
    rows = (await connection.execute(_LAST, {"project_id": project_id, "limit": limit})).all()
    per_unit = {}
    for stage, unit in _UNITS.items():
        rate = Rate.of(
            [row.seconds / getattr(row, unit) for row in rows if row.stage == stage and getattr(row, unit)]
        )
        if rate is not None:
            per_unit[stage] = rate
    paged = [row for row in rows if row.stage == DocumentStatus.CHUNKING and row.num_pages]
    return History(
        per_unit,
        Rate.of([row.num_chunks / row.num_pages for row in paged if row.num_chunks]),
        Rate.of([row.num_summaries / row.num_pages for row in paged]),
    )
