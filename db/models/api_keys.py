"""API keys: what programs sign in with, and how little each of them may do."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import LargeBinary, Numeric, String, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from db.models.base import Table, check, identifier, now, reference, time, utc_now


class Capability(StrEnum):
    READ = "READ"
    SEARCH = "SEARCH"
    ASK = "ASK"
    WRITE_DOCUMENTS = "WRITE_DOCUMENTS"
    MANAGE_PROJECTS = "MANAGE_PROJECTS"


_KNOWN = ", ".join(f"'{each}'" for each in Capability)


class ApiKey(Table, table=True):
    """One key of one person. The key itself is nowhere: only its hash is."""

    __tablename__ = "api_keys"
    __table_args__ = (
        check(
            "capabilities", f"cardinality(capabilities) > 0 AND capabilities <@ ARRAY[{_KNOWN}]::varchar[]"
        ),
        check("budget_usd", "budget_usd > 0"),
    )

    id: UUID = identifier()
    user_id: UUID = reference("users.id", index=True)
    line_id: UUID = Field(index=True)
    """The first key of a line of rotations: they share one budget."""
    name: str
    hint: str
    """The first characters, so that a person knows which key this is."""
    secret_sha256: bytes = Field(sa_type=LargeBinary, unique=True)
    capabilities: list[str] = Field(sa_type=ARRAY(String))
    project_ids: list[UUID] | None = Field(default=None, sa_type=ARRAY(Uuid), nullable=True)
    """None: all that the person belongs to, now and later."""
    budget_usd: Decimal | None = Field(default=None, sa_type=Numeric)
    expires_at: datetime | None = time(default=None)
    created_at: datetime = now()
    last_used_at: datetime | None = time(default=None)
    """To about a minute: it is not written at every call."""
    revoked_at: datetime | None = time(default=None)

    @property
    def is_active(self) -> bool:
        """Whether the key still signs anybody in."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > utc_now())
