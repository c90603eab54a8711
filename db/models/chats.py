"""Chats: conversations about one project."""

from datetime import datetime
from uuid import UUID

from db.models.base import Table, identifier, now, reference


class Chat(Table, table=True):
    """A conversation; `updated_at` moves with every message and orders the list."""

    __tablename__ = "chats"

    id: UUID = identifier()
    project_id: UUID = reference("projects.id", index=True)
    created_by: UUID = reference("users.id", index=True)
    title: str = "New chat"
    created_at: datetime = now()
    updated_at: datetime = now()
