"""Sending a question: two rows, the question and the answer that waits for a worker, or none."""

import hashlib
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from backend import queue
from backend.auth import Viewer
from backend.errors import Conflict, Invalid, NotFound, TooLarge
from backend.queue import Job
from backend.services import chats
from db.engine import Session
from db.models import Chat, IdempotencyKey, Message, MessageRole, MessageStatus
from db.models.base import utc_now
from db.queries import chats as chat_rows
from db.queries import idempotency, messages

MAX_CHARACTERS = 50_000
MAX_KEY = 200


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
    _check(content, idempotency_key)
    chat = await chats.get(session, viewer=viewer, chat_id=chat_id)
    sent = _pair(chat, viewer, content)
    if idempotency_key is not None:
        entry = _entry(viewer, idempotency_key, chat_id, content, sent.answer.id)
        known = await idempotency.remember(session, entry=entry)
        if known is not None:
            return await _first(session, known, entry.request_sha256)
    # The update holds the chat's row, so that two questions sent at once follow each other.
    await chat_rows.touch(session, chat_id)
    previous = await messages.newest(session, chat_id)
    sent.question.parent_id = None if previous is None else previous.id
    await messages.insert_pair(session, question=sent.question, answer=sent.answer)
    queue.enqueue(session, Job.ANSWER_MESSAGE, sent.answer.id)
    return sent


def _check(content: str, key: str | None) -> None:
    if not content.strip():
        raise Invalid("A message needs some text.", field="content")
    if "\0" in content:
        raise Invalid("A message cannot hold the character NUL.", field="content")
    if len(content) > MAX_CHARACTERS:
        raise TooLarge(f"A message has at most {MAX_CHARACTERS} characters.", field="content")
    if key is not None and not (0 < len(key) <= MAX_KEY and "\0" not in key):
        raise Invalid(f"An idempotency key has 1 to {MAX_KEY} characters.", field="idempotency_key")


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
        created_at=due_at,
        updated_at=due_at,
    )
    return Sent(question, answer)


def _entry(viewer: Viewer, key: str, chat_id: UUID, content: str, answer_id: UUID) -> IdempotencyKey:
    request = hashlib.sha256(f"{chat_id}\n{content}".encode()).hexdigest()
    return IdempotencyKey(
        user_id=viewer.user_id,
        mutation="sendMessage",
        key=key,
        request_sha256=request,
        result_id=answer_id,
    )


async def _first(session: Session, known: IdempotencyKey, request_sha256: str) -> Sent:
    if known.request_sha256 != request_sha256:
        raise Conflict(
            "This idempotency key was used for another message.",
            code="IDEMPOTENCY_KEY_REUSED",
            field="idempotency_key",
        )
    answer = await messages.get(session, known.result_id)
    question = await messages.get(session, answer.parent_id) if answer and answer.parent_id else None
    if answer is None or question is None:
        raise NotFound("The message that this key stands for was deleted.")
    return Sent(question, answer)
