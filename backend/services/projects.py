"""Projects: making them, changing them, and deleting them with everything under them."""

import unicodedata
from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from backend.auth import Viewer
from backend.errors import Invalid, NotFound
from backend.services import audit, idempotency, pages, removal, rights, tuning
from backend.services.idempotency import Call
from backend.services.removal import Receipt
from backend.storage import Storage
from backend.transactions import Transactions
from db.engine import Database, Session
from db.models import Act, Project, RetrievalSettings
from db.models.generations import MAX_DIMENSIONS
from db.queries import glances, projects
from db.queries import removal as removal_rows
from db.queries.paging import Page
from db.queries.projects import NewProject

T = TypeVar("T")

MAX_NAME = 200
MAX_DESCRIPTION = 2000


async def create(
    session: Session,
    *,
    viewer: Viewer,
    name: str,
    description: str,
    embedding_model: str,
    embedding_dimensions: int,
    idempotency_key: str | None = None,
) -> Project:
    """Make a project that the viewer owns; its vectors will be of this model.

    A repeat with the same key returns the first one. Raises Invalid, and Conflict (the key).
    """
    if not 0 < embedding_dimensions <= MAX_DIMENSIONS:
        raise Invalid(f"Vectors may have 1 to {MAX_DIMENSIONS} dimensions.", field="embedding_dimensions")
    new = NewProject(
        created_by=viewer.user_id,
        name=_name(name),
        description=_description(description),
        embedding_model=embedding_model,
        embedding_dimensions=embedding_dimensions,
    )
    call = Call("createProject", idempotency_key, f"{name}\n{description}", new.id)
    known = await idempotency.first_result(session, viewer=viewer, call=call)
    if known is not None:
        return await get(session, viewer=viewer, project_id=known)
    row = await projects.insert(session, project=new)
    await audit.note(session, Act.PROJECT_CREATED, viewer=viewer, subject_id=row.id, name=row.name)
    return row


async def get(session: Session, *, viewer: Viewer, project_id: UUID) -> Project:
    """Raises NotFound for strangers."""
    await rights.member(session, viewer=viewer, project_id=project_id)
    return _found(await projects.get(session, project_id))


async def glance(database: Database, *, viewer: Viewer, project_id: UUID) -> Project | None:
    """As `get`, in one round trip, to be looked at only; None for strangers. Raises Unavailable."""
    with pages.reachable():
        return await glances.project(database, viewer_id=viewer.user_id, project_id=project_id)


async def page(session: Session, *, viewer: Viewer, first: int, after: str | None) -> Page[Project]:
    """The viewer's projects, newest first; raises Invalid for a bad cursor or more than 100 rows."""
    with pages.checked(first):
        return await projects.page(session, first=first, after=after, member_id=viewer.user_id)


async def update(
    session: Session,
    *,
    viewer: Viewer,
    project_id: UUID,
    name: str | None = None,
    description: str | None = None,
) -> Project:
    """Change what is given. Raises NotFound for strangers, Invalid for a bad name."""
    await rights.member(session, viewer=viewer, project_id=project_id)
    values: dict[str, Any] = {}
    if name is not None:
        values["name"] = _name(name)
    if description is not None:
        values["description"] = _description(description)
    return _found(await projects.update(session, project_id, values=values))


async def update_settings(
    session: Session, *, viewer: Viewer, project_id: UUID, values: Mapping[str, Any]
) -> RetrievalSettings:
    """Change some retrieval settings. Raises NotFound for strangers, Invalid for what `tuning` refuses."""
    await rights.member(session, viewer=viewer, project_id=project_id)
    known = _found((await projects.settings_of(session, [project_id])).get(project_id))
    tuning.check(values, of=known)
    changed = _found(await projects.update_settings(session, project_id, values=values))
    given = {name: str(value) for name, value in values.items()}
    await audit.note(session, Act.SETTINGS_CHANGED, viewer=viewer, subject_id=project_id, **given)
    return changed


async def settings(session: Session, *, viewer: Viewer, project_id: UUID) -> RetrievalSettings:
    """How the project retrieves; raises NotFound for strangers."""
    await rights.member(session, viewer=viewer, project_id=project_id)
    return _found((await projects.settings_of(session, [project_id])).get(project_id))


async def delete(
    transactions: Transactions, *, viewer: Viewer, project_id: UUID, storage: Storage
) -> Receipt:
    """Delete the project with its documents, chats, chunks, vectors, stored objects and events.

    Objects go first, so that none is left without a row that names it; a repeat finishes what was broken off.
    Work under way is fenced off by the rows' absence. Raises NotFound for strangers, NotAllowed for members
    who do not own it, Unavailable when the object store does not answer.
    """
    async with transactions.unit_of_work(viewer=viewer.user_id) as session:
        await rights.owner(session, viewer=viewer, project_id=project_id)
    prefix = removal.project_prefix(project_id)
    num_objects = await storage.delete_prefix(prefix)
    async with transactions.unit_of_work(viewer=viewer.user_id) as session:
        removed = _found(await removal_rows.delete_project(session, project_id=project_id))
        await audit.note(
            session,
            Act.PROJECT_DELETED,
            viewer=viewer,
            subject_id=project_id,
            num_documents=removed.num_documents,
            num_chats=removed.num_chats,
        )
    num_objects += await removal.late_objects(storage, prefix)
    return await removal.finish(transactions, removed, num_objects=num_objects)


def _name(name: str) -> str:
    clean = " ".join(unicodedata.normalize("NFC", name).split())
    if not 1 <= len(clean) <= MAX_NAME:
        raise Invalid(f"A project's name has 1 to {MAX_NAME} characters.", field="name")
    return clean


def _description(description: str) -> str:
    clean = description.strip()
    if len(clean) > MAX_DESCRIPTION:
        raise Invalid(f"A description has at most {MAX_DESCRIPTION} characters.", field="description")
    return clean


def _found(row: T | None) -> T:
    if row is None:
        raise NotFound("There is no such project.")
    return row
