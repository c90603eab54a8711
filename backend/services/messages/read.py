"""Reading messages: a message is as visible as its chat."""

from collections.abc import Sequence
from uuid import UUID

from backend.auth import Viewer
from backend.errors import Invalid, NotFound
from backend.services import chats, rights
from db.engine import Session
from db.models import Message
from db.queries import messages
from db.queries.paging import Page

MAX_QUERY = 200
_NONE = "There is no such message."


async def get(session: Session, *, viewer: Viewer, message_id: UUID, locked: bool = False) -> Message:
    """The message, held until the transaction ends if `locked`; raises NotFound for anybody else's."""
    find = messages.lock if locked else messages.get
    message = await find(session, message_id)
    if message is None:
        raise NotFound(_NONE)
    try:
        await chats.get(session, viewer=viewer, chat_id=message.chat_id)
    except NotFound:
        raise NotFound(_NONE) from None
    return message


async def some(session: Session, *, viewer: Viewer, message_ids: Sequence[UUID]) -> dict[UUID, Message]:
    """Those of the messages that are in the viewer's own chats."""
    rows = await messages.by_ids(session, message_ids)
    own = await chats.some(session, viewer=viewer, chat_ids=[*{row.chat_id for row in rows.values()}])
    return {id: row for id, row in rows.items() if row.chat_id in own}


async def page(
    session: Session, *, viewer: Viewer, chat_id: UUID, first: int, after: str | None = None
) -> Page[Message]:
    """A chat's messages, newest first; raises NotFound and Invalid (cursor)."""
    await chats.get(session, viewer=viewer, chat_id=chat_id)
    try:
        return await messages.page(session, chat_id, first=first, after=after)
    except ValueError as error:
        raise Invalid(str(error), field="after") from error


async def matching(
    session: Session, *, viewer: Viewer, project_id: UUID, query: str, first: int, after: str | None = None
) -> Page[Message]:
    """Messages of the viewer's own chats that hold the words, newest first; raises NotFound and Invalid."""
    words = query.replace("\0", " ").strip()
    if not words or len(words) > MAX_QUERY:
        raise Invalid(f"Look for 1 to {MAX_QUERY} characters.", field="query")
    await rights.member(session, viewer=viewer, project_id=project_id)
    try:
        return await messages.matching(session, project_id, words, first=first, after=after)
    except ValueError as error:
        raise Invalid(str(error), field="after") from error
