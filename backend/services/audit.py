"""The audit log: what changed rights or took something away is noted in the transaction that does it."""

from typing import Any
from uuid import UUID

from backend.auth import Viewer
from backend.services import pages
from db.engine import Session
from db.models import Act, AuditEntry
from db.queries import audit
from db.queries.paging import Page


async def note(session: Session, act: Act, *, viewer: Viewer, subject_id: UUID | None, **detail: Any) -> None:
    """Write the act down, with names and numbers in `detail`; never a secret or a document's text."""
    entry = AuditEntry(
        user_id=viewer.user_id, api_key_id=viewer.key_id, act=act, subject_id=subject_id, detail=detail
    )
    await audit.insert(session, entry=entry)


async def page(session: Session, *, viewer: Viewer, first: int, after: str | None) -> Page[AuditEntry]:
    """What was done in the viewer's name, newest first; raises Invalid for a bad cursor."""
    with pages.checked(first):
        return await audit.page(session, viewer.user_id, first=first, after=after)
