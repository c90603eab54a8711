"""Rating an answer: thumbs up or down, the last one counts."""

from uuid import UUID

from backend.auth import Viewer
from backend.errors import Conflict, TooLarge
from backend.services.messages import read
from db.engine import Session
from db.models import Feedback, MessageRole, MessageStatus
from db.queries import messages
from db.queries.messages import Rating

MAX_REASON = 200
MAX_COMMENT = 4000
_RATED = (MessageStatus.COMPLETED, MessageStatus.STOPPED, MessageStatus.REFUSED)


async def rate(session: Session, *, viewer: Viewer, message_id: UUID, rating: Rating) -> Feedback:
    """Remember what the viewer thinks of an answer.

    Raises NotFound, TooLarge, and Conflict for a question and for an answer that is not written yet.
    """
    for field, words, limit in (
        ("reason", rating.reason, MAX_REASON),
        ("comment", rating.comment, MAX_COMMENT),
    ):
        if words is not None and len(words) > limit:
            raise TooLarge(f"A {field} has at most {limit} characters.", field=field)
    message = await read.get(session, viewer=viewer, message_id=message_id)
    if message.role is not MessageRole.ASSISTANT:
        raise Conflict("Only answers can be rated.", code="NOT_AN_ANSWER")
    if message.status not in _RATED:
        raise Conflict("This answer is not written, so it cannot be rated.", code="NOT_ANSWERED")
    return await messages.save_feedback(session, message_id=message_id, user_id=viewer.user_id, rating=rating)
