"""Sending a question: two rows, the question and the answer that waits for a worker, or none."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from backend import queue, tracing
from backend.auth import Viewer
from backend.errors import Invalid, NotFound, TooLarge
from backend.events.publish import ring
from backend.queue import Job
from backend.services import changes, chats, idempotency
from backend.services.idempotency import Call
from db.engine import Session
from db.models import Chat, Message, MessageRole, MessageStatus
from db.models.base import utc_now
from db.queries import chats as chat_rows
from db.queries import messages

MAX_CHARACTERS = 50_000


class Sent(NamedTuple):
    """A question, and the answer that will be written to it."""

    question: Message
    answer: Message


async def send(
    session: Session, *, viewer: Viewer, chat_id: UUID, content: str, idempotency_key: str | None = None
) -> Sent:
    """Write the question and its answer's row, and ring for a worker after the commit.

    A repeat with the same key returns the first pair and writes nothing. Raises Invalid, TooLarge,
    NotFound, and Conflict (IDEMPOTENCY_KEY_REUSED) for the same key with another question.
    """
    _check(content)
    chat = await chats.get(session, viewer=viewer, chat_id=chat_id)
    sent = _pair(chat, viewer, content)
    call = Call("sendMessage", idempotency_key, f"{chat_id}\n{content}", sent.answer.id)
    known = await idempotency.first_result(session, viewer=viewer, call=call)
    if known is not None:
        return await _first(session, known)
    # The update holds the chat's row, so that two questions sent at once follow each other.
    await chat_rows.touch(session, chat_id)
    ring(session, changes.topic(chat.project_id))
    sent.question.parent_id = await messages.end_of(session, chat_id)
    await messages.insert_pair(session, question=sent.question, answer=sent.answer)
    queue.enqueue(session, Job.ANSWER_MESSAGE, sent.answer.id)
    return sent


def _check(content: str) -> None:
    if not content.strip():
        raise Invalid("A message needs some text.", field="content")
    if "\0" in content:
        raise Invalid("A message cannot hold the character NUL.", field="content")
    if len(content) > MAX_CHARACTERS:
        raise TooLarge(f"A message has at most {MAX_CHARACTERS} characters.", field="content")


def _pair(chat: Chat, viewer: Viewer, content: str) -> Sent:
    asked_at = utc_now()
    question = Message(
        chat_id=chat.id,
        project_id=chat.project_id,
        created_by=viewer.user_id,
        role=MessageRole.USER,
        content=content,
        status=MessageStatus.COMPLETED,
        created_at=asked_at,
        updated_at=asked_at,
        finished_at=asked_at,
    )
    # The list is ordered by time, so an answer is never as old as its question.
    due_at = asked_at + timedelta(microseconds=1)
    answer = Message(
        chat_id=chat.id,
        project_id=chat.project_id,
        created_by=viewer.user_id,
        parent_id=question.id,
        role=MessageRole.ASSISTANT,
        status=MessageStatus.QUEUED,
        traceparent=tracing.carried(),
        created_at=due_at,
        updated_at=due_at,
    )
    return Sent(question, answer)


async def _first(session: Session, answer_id: UUID) -> Sent:
    answer = await messages.get(session, answer_id)
    question = await messages.get(session, answer.parent_id) if answer and answer.parent_id else None
    if answer is None or question is None:
        raise NotFound("The message that this key stands for was deleted.")
    return Sent(question, answer)
