"""Another answer to the same question: a sibling beside the one that there is, which stays as it is."""

from datetime import timedelta
from uuid import UUID

from backend import queue, tracing
from backend.auth import Viewer
from backend.errors import Conflict
from backend.queue import Job
from backend.services import idempotency
from backend.services.idempotency import Call
from backend.services.messages import read
from db.engine import Session
from db.models import Message, MessageRole, MessageStatus
from db.models.base import utc_now
from db.models.messages import ENDED
from db.queries import chats, messages


async def regenerate(
    session: Session, *, viewer: Viewer, message_id: UUID, idempotency_key: str | None = None
) -> Message:
    """Write the row of another answer, prefer it to its siblings, and ring for a worker after the commit.

    A repeat with the same key returns the first one and writes nothing. Raises NotFound, and Conflict for a
    question, and for an answer that is still being written (stop it first).
    """
    row = await read.get(session, viewer=viewer, message_id=message_id)
    if row.role is not MessageRole.ASSISTANT or row.parent_id is None:
        raise Conflict("Only answers can be written anew.", code="NOT_AN_ANSWER")
    if row.status not in ENDED:
        raise Conflict("This answer is still being written. Stop it first.", code="NOT_ANSWERED")
    answer = _sibling(row, viewer)
    call = Call("regenerateMessage", idempotency_key, str(row.id), answer.id)
    known = await idempotency.first_result(session, viewer=viewer, call=call)
    if known is not None:
        return await read.get(session, viewer=viewer, message_id=known)
    # The update holds the chat's row, as sending does: what is said in a chat has one order.
    await chats.touch(session, row.chat_id)
    await messages.insert(session, message=answer)
    await messages.prefer(session, answer)
    queue.enqueue(session, Job.ANSWER_MESSAGE, answer.id)
    return answer


async def select(session: Session, *, viewer: Viewer, message_id: UUID) -> Message:
    """Prefer a message to its siblings: the conversation goes on behind it. Raises NotFound, and Conflict."""
    row = await read.get(session, viewer=viewer, message_id=message_id)
    if row.parent_id is None:
        raise Conflict("The first message of a chat has no siblings.", code="NO_SIBLINGS")
    await chats.touch(session, row.chat_id)
    await messages.prefer(session, row)
    return row


def _sibling(row: Message, viewer: Viewer) -> Message:
    # Never as old as the answer that it stands beside.
    now = max(utc_now(), row.created_at + timedelta(microseconds=1))
    return Message(
        chat_id=row.chat_id,
        project_id=row.project_id,
        created_by=viewer.user_id,
        parent_id=row.parent_id,
        role=MessageRole.ASSISTANT,
        status=MessageStatus.QUEUED,
        traceparent=tracing.carried(),
        created_at=now,
        updated_at=now,
    )
