"""People who sign in; the subject is the token issuer's name for them."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from db.models.base import Table, identifier, now, time


class User(Table, table=True):
    """One person; made at the first call or by the issuer's webhook, whichever comes first."""

    __tablename__ = "users"

    id: UUID = identifier()
    subject: str = Field(unique=True)
    email: str | None = None
    name: str | None = None
    created_at: datetime = now()
    updated_at: datetime = now()
    deleted_at: datetime | None = time(default=None)
