"""What a document was cut into, as search sees it: pages of its published chunks, in their order."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from db.queries.paging import Page


@dataclass(frozen=True)
class DocumentChunk:
    """A published chunk; `regions` as the column has them."""

    chunk_id: UUID
    position: int
    text: str
    title_path: Sequence[str]
    kinds: Sequence[str]
    page_first: int | None
    page_last: int | None
    regions: Sequence[Sequence[Any]]
    summary: str | None


_PAGE = text("SELECT * FROM opentrace.chunks_of_document(:document_id, :position, :num_rows)")
_COUNT = text("SELECT opentrace.num_chunks_of_document(:document_id)")


async def page(
    session: AsyncSession, document_id: UUID, *, first: int, after: str | None
) -> Page[DocumentChunk]:
    """For the session's viewer; empty for strangers. Raises ValueError when the cursor is not one of ours."""
    position = -1 if after is None else decode(after)
    connection = await session.connection()
    values = {"document_id": document_id, "position": position, "num_rows": first + 1}
    found = [DocumentChunk(**row) for row in (await connection.execute(_PAGE, values)).mappings()]
    return Page(
        rows=found[:first],
        has_next_page=len(found) > first,
        has_previous_page=after is not None,
        total_count=(await connection.execute(_COUNT, values)).scalar_one(),
        cursors=[encode(row.position) for row in found[:first]],
    )


def encode(position: int) -> str:
    """The cursor of a chunk: opaque to clients."""
    return base64.urlsafe_b64encode(f"chunk {position}".encode()).decode().rstrip("=")


def decode(cursor: str) -> int:
    """What `encode` put in; raises ValueError for anything else."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        noun, position = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii").split(" ")
        if noun != "chunk" or not 0 <= int(position) < 2**31:
            raise ValueError("another list's")
        return int(position)
    except (ValueError, binascii.Error) as error:
        raise ValueError("This cursor is not one that this list has given out.") from error
