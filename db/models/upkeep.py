"""Chores: what is done from time to time for the whole house, by one worker at a time."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from db.models.base import Table, check, time


class Chore(Table, table=True):
    """One chore and its present or last run; `attempt` fences the writes of whoever held it before."""

    __tablename__ = "chores"
    __table_args__ = (check("attempt", "attempt >= 0"),)

    name: str = Field(primary_key=True)
    attempt: int = 0
    leased_until: datetime | None = time(default=None)
    position: str | None = None
    """Where a run that is not finished goes on, in the chore's own words."""
    report: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    """What the run has counted so far."""
    finished_at: datetime | None = time(default=None)
