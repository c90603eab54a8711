"""Whose rows are whose: what a viewer may not see reads as if it were not there."""

from collections.abc import Iterable
from uuid import UUID

from backend.auth import Viewer
from backend.errors import NotAllowed, NotFound
from db.engine import Session
from db.models import Crawl, Document, MemberRole
from db.queries import crawls, documents, projects


async def member(session: Session, *, viewer: Viewer, project_id: UUID) -> MemberRole:
    """The viewer's role in the project; raises NotFound for strangers."""
    role = await projects.role_of(session, project_id=project_id, user_id=viewer.user_id)
    if role is None:
        raise NotFound("There is no such project.")
    return role


async def owner(session: Session, *, viewer: Viewer, project_id: UUID) -> None:
    """Raises NotFound for strangers and NotAllowed for members who do not own the project."""
    if await member(session, viewer=viewer, project_id=project_id) is not MemberRole.OWNER:
        raise NotAllowed("Only an owner of the project may do this.")


async def document(session: Session, *, viewer: Viewer, document_id: UUID, locked: bool = False) -> Document:
    """The document, held until the transaction ends if `locked`; raises NotFound for strangers."""
    find = documents.lock if locked else documents.get
    row = await find(session, document_id)
    if row is None:
        raise NotFound("There is no such document.")
    role = await projects.role_of(session, project_id=row.project_id, user_id=viewer.user_id)
    if role is None:
        raise NotFound("There is no such document.")
    return row


async def reachable(session: Session, viewer: Viewer, project_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the projects in which the viewer is a member."""
    return {
        id for id in project_ids if await projects.role_of(session, project_id=id, user_id=viewer.user_id)
    }


async def crawl(session: Session, *, viewer: Viewer, crawl_id: UUID, locked: bool = False) -> Crawl:
    """The crawl, held until the transaction ends if `locked`; raises NotFound for strangers."""
    find = crawls.lock if locked else crawls.get
    row = await find(session, crawl_id)
    if row is None:
        raise NotFound("There is no such crawl.")
    role = await projects.role_of(session, project_id=row.project_id, user_id=viewer.user_id)
    if role is None:
        raise NotFound("There is no such crawl.")
    return row
