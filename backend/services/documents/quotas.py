"""How much may be uploaded: refused with a sentence before anything has begun."""

from collections.abc import Sequence
from uuid import UUID

from backend.auth import Viewer
from backend.errors import QuotaExceeded
from backend.services.documents.files import UploadLimits
from db.engine import Session
from db.models import Document
from db.queries import documents
from db.queries.documents import Totals


async def check(
    session: Session, *, viewer: Viewer, project_id: UUID, new: Sequence[Document], limits: UploadLimits
) -> None:
    """Raises QuotaExceeded when `new`, not yet inserted, is more than the project or the viewer may have.

    Call it in the upload's turn (`documents.take_upload_turn`): two requests beside each other cannot both
    take the last place.
    """
    if not new:
        return
    held = await documents.totals(session, project_id=project_id)
    if held.num_documents + len(new) > limits.documents_per_project:
        raise QuotaExceeded(
            f"A project may have {limits.documents_per_project:,} documents; this one has "
            f"{held.num_documents:,}, and {len(new):,} more would be too many. Delete some first.",
            field="files",
        )
    _check_bytes(held, sum(document.size_bytes for document in new), limits, field="files")
    num_unfinished = await documents.num_unfinished(session, user_id=viewer.user_id)
    if num_unfinished + len(new) > limits.unfinished_per_user:
        raise QuotaExceeded(
            f"At most {limits.unfinished_per_user:,} of your documents may be under way; {num_unfinished:,} "
            f"are and {len(new):,} more would be too many. Wait for some to end, or cancel them.",
            field="files",
        )


async def check_bytes(session: Session, *, document: Document, num_bytes: int, limits: UploadLimits) -> None:
    """Raises QuotaExceeded when so many bytes more, for a file beside the document's, are too many."""
    held = await documents.totals(session, project_id=document.project_id, but_awaited_of=document.id)
    _check_bytes(held, num_bytes, limits, field="file")


def _check_bytes(held: Totals, num_bytes: int, limits: UploadLimits, *, field: str) -> None:
    if held.num_bytes + num_bytes > limits.bytes_per_project:
        raise QuotaExceeded(
            f"A project may hold {_size(limits.bytes_per_project)}; this one holds {_size(held.num_bytes)}, "
            f"and {_size(num_bytes)} more would be too much. Delete some documents first.",
            field=field,
        )


def _size(num_bytes: int) -> str:
    for name, unit in (("GiB", 1024**3), ("MiB", 1024**2)):
        if num_bytes >= unit:
            return f"{num_bytes / unit:.1f} {name}"
    return f"{num_bytes:,} bytes"
