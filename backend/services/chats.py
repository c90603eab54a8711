"""Chats: conversations about a project's documents, each seen by the member who began it and nobody else."""

from collections.abc import Sequence
from uuid import UUID

from backend.auth import Viewer
from backend.errors import Invalid, NotFound
from backend.events.publish import ring
from backend.services import audit, changes, idempotency, removal, rights
from backend.services.idempotency import Call
from backend.services.removal import Receipt
from backend.transactions import Transactions
from db.engine import Session
from db.models import Act, Chat
from db.models.base import utc_now
from db.queries import chats, projects
from db.queries import removal as removal_rows
from db.queries.paging import Page

DEFAULT_TITLE = "New chat"
MAX_TITLE = 200
_NONE = "There is no such chat."


async def create(
    session: Session,
    *,
    viewer: Viewer,
    project_id: UUID,
    title: str | None = None,
    idempotency_key: str | None = None,
) -> Chat:
    """Begin a chat about a project; a repeat with the same key returns the first one.

    Raises NotFound for those who are no member of the project, Invalid, and Conflict (the key).
    """
    words = _title(title) if title is not None else DEFAULT_TITLE
    if await projects.role_of(session, project_id=project_id, user_id=viewer.user_id) is None:
        raise NotFound("There is no such project.")
    now = utc_now()
    chat = Chat(
        project_id=project_id,
        created_by=viewer.user_id,
        title=words,
        is_titled=title is not None,
        created_at=now,
        updated_at=now,
    )
    call = Call("createChat", idempotency_key, f"{project_id}\n{title}", chat.id)
    known = await idempotency.first_result(session, viewer=viewer, call=call)
    if known is not None:
        return await get(session, viewer=viewer, chat_id=known)
    ring(session, changes.topic(project_id))
    return await chats.insert(session, chat=chat)


async def get(session: Session, *, viewer: Viewer, chat_id: UUID) -> Chat:
    """The viewer's own chat; raises NotFound for anybody else's, and for those who left its project."""
    chat = await chats.get(session, chat_id)
    if chat is None or chat.created_by != viewer.user_id:
        raise NotFound(_NONE)
    if await projects.role_of(session, project_id=chat.project_id, user_id=viewer.user_id) is None:
        raise NotFound(_NONE)
    return chat


async def some(session: Session, *, viewer: Viewer, chat_ids: Sequence[UUID]) -> dict[UUID, Chat]:
    """Those of the chats that are the viewer's own and about projects they have not left."""
    rows = await chats.by_ids(session, chat_ids)
    seen = await rights.reachable(session, viewer, {row.project_id for row in rows.values()})
    own = {id: row for id, row in rows.items() if row.created_by == viewer.user_id}
    return {id: row for id, row in own.items() if row.project_id in seen}


async def page(
    session: Session, *, viewer: Viewer, project_id: UUID, first: int, after: str | None = None
) -> Page[Chat]:
    """The viewer's chats about a project, the latest used first; raises NotFound and Invalid (cursor)."""
    if await projects.role_of(session, project_id=project_id, user_id=viewer.user_id) is None:
        raise NotFound("There is no such project.")
    try:
        return await chats.page(session, project_id, first=first, after=after, created_by=viewer.user_id)
    except ValueError as error:
        raise Invalid(str(error), field="after") from error


async def rename(session: Session, *, viewer: Viewer, chat_id: UUID, title: str) -> Chat:
    """Give the chat another title; it keeps its place in the list."""
    words = _title(title)
    await get(session, viewer=viewer, chat_id=chat_id)
    chat = await chats.rename(session, chat_id, title=words)
    if chat is None:
        raise NotFound(_NONE)
    ring(session, changes.topic(chat.project_id))
    return chat


async def delete(transactions: Transactions, *, viewer: Viewer, chat_id: UUID) -> Receipt:
    """Delete the chat with its messages and their events; an answer under way ends at its next write."""
    async with transactions.unit_of_work(viewer.user_id) as session:
        chat = await get(session, viewer=viewer, chat_id=chat_id)
        ring(session, changes.topic(chat.project_id))
        removed = await removal_rows.delete_chat(session, chat_id=chat_id)
        if removed is None:
            raise NotFound(_NONE)
        await audit.note(
            session,
            Act.CHAT_DELETED,
            viewer=viewer,
            subject_id=chat_id,
            num_messages=removed.num_messages,
        )
    return await removal.finish(transactions, removed, num_objects=0)


def _title(title: str) -> str:
    words = " ".join(title.replace("\0", "").split())
    if not words:
        raise Invalid("A chat needs a title.", field="title")
    if len(words) > MAX_TITLE:
        raise Invalid(f"A title has at most {MAX_TITLE} characters.", field="title")
    return words
