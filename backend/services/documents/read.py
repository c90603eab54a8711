"""Reading documents: rows, pages of them, their stages and their place in the queue."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from backend.auth import Viewer
from backend.services import pages, rights
from db.engine import Database, Session
from db.models import Document, DocumentReplacement, DocumentStage, DocumentVersion, Project
from db.queries import document_chunks, documents, glances, replacements, stages
from db.queries.document_chunks import DocumentChunk
from db.queries.paging import Page


async def some(session: Session, *, viewer: Viewer, document_ids: Sequence[UUID]) -> dict[UUID, Document]:
    """Those of the documents that the viewer may see."""
    rows = await documents.by_ids(session, document_ids)
    seen = await rights.reachable(session, viewer, {row.project_id for row in rows.values()})
    return {id: row for id, row in rows.items() if row.project_id in seen}


async def page(
    session: Session, *, viewer: Viewer, project_id: UUID, first: int, after: str | None, count: bool = True
) -> Page[Document]:
    """A project's documents, newest first; raises NotFound for strangers, Invalid for a bad page."""
    await rights.member(session, viewer=viewer, project_id=project_id)
    with pages.checked(first):
        return await documents.page(session, project_id, first=first, after=after, count=count)


async def glance(
    database: Database, *, viewer: Viewer, project_id: UUID, first: int, after: str | None
) -> Page[Document]:
    """As `page`, in one round trip and uncounted, to be looked at only; for strangers it is empty.

    Raises Invalid for a bad page, Unavailable when the database does not answer.
    """
    with pages.checked(first), pages.reachable():
        return await glances.documents(
            database, viewer_id=viewer.user_id, project_id=project_id, first=first, after=after
        )


async def beginning(
    database: Database, *, viewer: Viewer, project_id: UUID, first: int, after: str | None
) -> tuple[Project, Page[Document]] | None:
    """A project and a page of its documents as `glance` reads it; None for strangers. Raises as it does."""
    with pages.checked(first), pages.reachable():
        return await glances.project_and_documents(
            database, viewer_id=viewer.user_id, project_id=project_id, first=first, after=after
        )


async def chunks(
    session: Session, *, viewer: Viewer, document_id: UUID, first: int, after: str | None
) -> Page[DocumentChunk]:
    """What the version that search sees was cut into, in order, counted.

    Raises NotFound for strangers, Invalid for a bad page.
    """
    await rights.document(session, viewer=viewer, document_id=document_id)
    with pages.checked(first):
        return await document_chunks.page(session, document_id, first=first, after=after)


async def stages_of(session: Session, *, viewer: Viewer, document_id: UUID) -> list[DocumentStage]:
    """The stages that its newest version has begun, in order; raises NotFound for strangers."""
    await rights.document(session, viewer=viewer, document_id=document_id)
    return (await stages.of_documents(session, [document_id]))[document_id]


async def replacements_of(
    session: Session, document_ids: Sequence[UUID]
) -> Mapping[UUID, DocumentReplacement | DocumentVersion]:
    """The file that is to take the place of each document's own, for those of them that have one.

    One that is awaited comes before one that was taken in and given up.
    """
    building = await replacements.building_of(session, document_ids)
    return {**building, **await replacements.awaited_of(session, document_ids)}


async def place_in_queue(session: Session, *, viewer: Viewer, document_id: UUID) -> int | None:
    """1 for the document that is taken next; None when it does not wait. Raises NotFound for strangers."""
    await rights.document(session, viewer=viewer, document_id=document_id)
    return await documents.place_in_queue(session, document_id)
