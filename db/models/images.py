"""The images of chunks: where they stand, what a model says of them, and the name of their object."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from db.models.base import Table, reference


class ChunkImage(Table, table=True):
    """An image of a chunk of one version, from when it is staged until another version takes its place.

    Its bytes are an object under the document's key, named by their SHA-256 in hex.
    """

    __tablename__ = "chunk_images"

    version_id: UUID = reference("document_versions.id", primary_key=True)
    position: int = Field(primary_key=True)
    """The chunk's place in the document."""
    number: int = Field(primary_key=True)
    """The image's place in the chunk, from 0."""
    chunk_id: UUID = Field(index=True)
    project_id: UUID
    document_id: UUID = Field(index=True)
    sha256: str
    content_type: str
    size_bytes: int
    width: int
    height: int
    alt: str = ""
    """What the document itself says of it."""
    page: int | None = None
    box: list[float] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    """`[x0, y0, x1, y1]` in fractions of the page."""
    description: str | None = None
    """What the summary model says of it."""
