"""What is remembered of long conversations, once it no longer fits into a prompt."""

from datetime import datetime
from uuid import UUID

from db.models.base import Table, now, reference


class Memory(Table, table=True):
    """The conversation up to and with one message, summed up; a branch has its own memories."""

    __tablename__ = "memories"

    message_id: UUID = reference("messages.id", primary_key=True)
    content: str
    model: str
    created_at: datetime = now()
