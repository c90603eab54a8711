"""Files on their way in parts: which upload of the object store each is."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from db.models.base import Table, check, now


class PartUpload(Table, table=True):
    """An upload in parts. It outlives its document, so that what has arrived can still be given up."""

    __tablename__ = "part_uploads"
    __table_args__ = (check("part_bytes", "part_bytes > 0"),)

    storage_key: str = Field(primary_key=True)
    document_id: UUID = Field(index=True)
    upload_id: str | None = None
    """The store's name for it; none before it was asked to begin."""
    part_bytes: int
    """Of every part but the last, for as long as the upload lives."""
    created_at: datetime = now()
