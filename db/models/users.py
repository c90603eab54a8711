"""People who sign in; the subject is the token issuer's name for them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from db.models.base import Table, identifier, now, time

UNERASED = "deleted_at IS NOT NULL AND erased_at IS NULL"


class User(Table, table=True):
    """One person; made at the first call or by the issuer's webhook, whichever comes first."""

    __tablename__ = "users"
    __table_args__ = (Index("ix_users_unerased", "deleted_at", postgresql_where=text(UNERASED)),)

    id: UUID = identifier()
    subject: str = Field(unique=True)
    email: str | None = None
    name: str | None = None
    created_at: datetime = now()
    updated_at: datetime = now()
    told_at: datetime | None = time(default=None)
    """The issuer's time of the newest that it told by a webhook; NULL when it never did."""
    deleted_at: datetime | None = time(default=None)
    erased_at: datetime | None = time(default=None)
    """When everything of a deleted person was gone; the bare row stays, so that nothing brings them back."""
