"""Chats: conversations about one project."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index

from db.models.base import Table, identifier, now, reference


class Chat(Table, table=True):
    """A conversation; `updated_at` moves with every message and orders the list."""

    __tablename__ = "chats"
    __table_args__ = (Index(None, "project_id", "updated_at", "id"),)

    id: UUID = identifier()
    project_id: UUID = reference("projects.id")
    created_by: UUID = reference("users.id", index=True)
    title: str = "New chat"
    created_at: datetime = now()
    updated_at: datetime = now()
