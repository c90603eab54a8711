"""Messages: questions with their answers, the path back through a conversation, and ratings."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import Feedback, Message
from db.models.base import utc_now
from db.queries import paging
from db.queries.paging import Page


@dataclass(frozen=True)
class Rating:
    positive: bool
    reason: str | None = None
    comment: str | None = None


async def insert_pair(session: AsyncSession, *, question: Message, answer: Message) -> None:
    """Write a question and the answer that waits for a worker; the answer's parent is the question."""
    session.add(question)
    await session.flush()
    session.add(answer)
    await session.flush()


async def get(session: AsyncSession, message_id: UUID) -> Message | None:
    """The row as it is now, even if this session read it before."""
    return await session.get(Message, message_id, populate_existing=True)


async def lock(session: AsyncSession, message_id: UUID) -> Message | None:
    """The row as it is now, held until the end of the transaction."""
    return await session.get(Message, message_id, populate_existing=True, with_for_update=True)


async def by_ids(session: AsyncSession, message_ids: Sequence[UUID]) -> dict[UUID, Message]:
    rows = await session.exec(select(Message).where(col(Message.id).in_(message_ids)))
    return {message.id: message for message in rows}


async def page(
    session: AsyncSession, chat_id: UUID, *, first: int, after: str | None = None, count: bool = True
) -> Page[Message]:
    """A chat's messages, newest first."""
    rows = select(Message).where(Message.chat_id == chat_id)
    request = paging.Request(
        rows, Message.created_at, Message.id, lambda row: (row.created_at, row.id), first, after, count
    )
    return await paging.fetch(session, request)


async def insert(session: AsyncSession, *, message: Message) -> None:
    session.add(message)
    await session.flush()


async def end_of(session: AsyncSession, chat_id: UUID) -> UUID | None:
    """The message that a new question follows: the last one on the way of preferred messages."""
    end: UUID | None = await session.scalar(select(func.opentrace.conversation_end(chat_id)))
    return end


async def prefer(session: AsyncSession, message: Message) -> None:
    """Of its siblings, this one is shown and followed."""
    values = {"preferred_child_id": message.id, "updated_at": utc_now()}
    await session.exec(update(Message).where(col(Message.id) == message.parent_id).values(values))


async def matching(
    session: AsyncSession, project_id: UUID, query: str, *, first: int, after: str | None
) -> Page[Message]:
    """Whole messages in the viewer's chats about a project that hold all words of the query, newest first."""
    found = select(func.opentrace.matching_messages(project_id, query).column_valued("id"))
    rows = select(Message).where(col(Message.id).in_(found))
    request = paging.Request(
        rows, Message.created_at, Message.id, lambda row: (row.created_at, row.id), first, after
    )
    return await paging.fetch(session, request)


async def children_of(session: AsyncSession, message_ids: Sequence[UUID]) -> dict[UUID, list[Message]]:
    """Each message's replies, oldest first."""
    statement = (
        select(Message)
        .where(col(Message.parent_id).in_(message_ids))
        .order_by(col(Message.created_at), col(Message.id))
    )
    children: dict[UUID, list[Message]] = {message_id: [] for message_id in message_ids}
    for row in await session.exec(statement):
        if row.parent_id is not None:
            children[row.parent_id].append(row)
    return children


async def history(session: AsyncSession, message_id: UUID, *, limit: int) -> list[Message]:
    """The last `limit` messages on the way to this one, oldest first, without this one.

    The way never leaves the chat, whatever a row names as its parent.
    """
    ids = func.opentrace.message_path(message_id, limit).table_valued("id", "depth")
    statement = select(Message).join(ids, col(Message.id) == ids.c.id).order_by(ids.c.depth.desc())
    return list((await session.exec(statement)).all())


async def save_feedback(
    session: AsyncSession, *, message_id: UUID, user_id: UUID, rating: Rating
) -> Feedback:
    """Rate an answer; a second rating by the same person replaces the first."""
    now = utc_now()
    words = {"positive": rating.positive, "reason": rating.reason, "comment": rating.comment}
    row = {"message_id": message_id, "user_id": user_id, "created_at": now, "updated_at": now, **words}
    statement = postgresql.insert(Feedback).values(row)
    statement = statement.on_conflict_do_update(
        index_elements=["message_id", "user_id"], set_={**words, "updated_at": now}
    )
    await session.exec(statement)
    return await session.get_one(Feedback, (message_id, user_id), populate_existing=True)


async def feedback_of(
    session: AsyncSession, message_ids: Sequence[UUID], *, user_id: UUID
) -> dict[UUID, Feedback]:
    """What this person thought of each message; unrated ones are absent."""
    statement = select(Feedback).where(col(Feedback.message_id).in_(message_ids), Feedback.user_id == user_id)
    return {row.message_id: row for row in await session.exec(statement)}


async def rated_up(
    session: AsyncSession, *, project_id: UUID, user_id: UUID, limit: int
) -> list[tuple[Message, Message]]:
    """Questions of a project with the answers that this person found good, the last rated first."""
    answer = aliased(Message)
    statement = (
        select(Message, answer)
        .join(answer, col(answer.parent_id) == col(Message.id))
        .join(Feedback, col(Feedback.message_id) == col(answer.id))
        .where(Message.project_id == project_id, Feedback.user_id == user_id, col(Feedback.positive))
        .order_by(col(Feedback.updated_at).desc(), col(Feedback.message_id))
        .limit(limit)
    )
    return list((await session.exec(statement)).all())
