"""What a model has said of tables and images, so that nothing is asked twice; the API's role has no grant."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from db.models.base import Table, now, reference


class Summary(Table, table=True):
    """One bought summary. It belongs to the document it was bought for and goes with it.

    Other documents of the project find it by `content_sha256`, and then keep one of their own.
    """

    __tablename__ = "summaries"
    __table_args__ = (Index(None, "project_id", "content_sha256"),)

    document_id: UUID = reference("documents.id", primary_key=True)
    content_sha256: str = Field(primary_key=True)
    """Hex of everything that the model is shown but the prompt itself."""
    model: str = Field(primary_key=True)
    prompt_version: int = Field(primary_key=True)
    project_id: UUID
    text: str
    descriptions: list[str] = Field(sa_type=ARRAY(Text))
    """One for each image that was shown, in order."""
    created_at: datetime = now()
