"""Indexes for approximate search, one of each large project, kept by upkeep.

The API's role has no grant on this table.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from db.models.base import Table, check, choice, now, one_of, time


class VectorIndexStatus(StrEnum):
    BUILDING = "BUILDING"
    READY = "READY"
    REFUSED = "REFUSED"
    LEAVING = "LEAVING"


class VectorIndex(Table, table=True):
    """The index of one generation's vectors; search uses it while it is READY, and is exact otherwise.

    No reference to the project: the row stays until its index is gone too.
    """

    __tablename__ = "vector_indexes"
    __table_args__ = (
        one_of("status", VectorIndexStatus),
        check("dimensions", "dimensions > 0"),
        check("recall", "recall BETWEEN 0 AND 1"),
        check("breadth", "breadth BETWEEN 0 AND 1000"),
    )

    generation_id: UUID = Field(primary_key=True)
    project_id: UUID
    dimensions: int
    partition: str
    """The table that it is of: each holds a few only, since planning looks at all of them."""
    status: VectorIndexStatus = choice(VectorIndexStatus, default=VectorIndexStatus.BUILDING)
    num_chunks: int
    """How many there were when recall was last measured; newer ones go into the index as they are written."""
    breadth: int
    """How many candidates a walk keeps at the least: the fewest with which it finds enough."""
    recall: float | None = None
    """Of the ten nearest, against exact search, with vectors of the project as queries. Too low: REFUSED."""
    build_seconds: float | None = None
    built_at: datetime | None = time(default=None)
    updated_at: datetime = now()
