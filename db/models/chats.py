"""Chats: conversations about one project."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from db.models.base import Table, identifier, now, reference, time

UNTENDED = "tend_at IS NOT NULL"


class Chat(Table, table=True):
    """A conversation; `updated_at` moves with every message and orders the list."""

    __tablename__ = "chats"
    __table_args__ = (
        Index(None, "project_id", "updated_at", "id"),
        Index(None, "project_id", "change_seq"),
        Index("ix_chats_tend", "tend_at", postgresql_where=text(UNTENDED)),
    )

    id: UUID = identifier()
    project_id: UUID = reference("projects.id")
    created_by: UUID = reference("users.id", index=True)
    title: str = "New chat"
    is_titled: bool = False
    """Somebody, or the model, has given it a title; only then is it kept from being titled."""
    created_at: datetime = now()
    updated_at: datetime = now()
    change_seq: int = Field(default=0, sa_type=BigInteger)
    """The project's `change_seq` at this chat's last change of title or place; a trigger sets it."""

    tend_at: datetime | None = time(default=None)
    """When to look after its title and memory; NULL when there is nothing to do. The rest holds that work."""
    tend_attempt: int = 0
    num_tend_tries: int = 0
    tend_leased_until: datetime | None = time(default=None)


class ChatRemoval(Table, table=True):
    """A chat that somebody had: what is left for those of their windows that were away when it went."""

    __tablename__ = "chat_removals"

    project_id: UUID = reference("projects.id", primary_key=True)
    change_seq: int = Field(sa_type=BigInteger, primary_key=True)
    chat_id: UUID
    created_by: UUID = reference("users.id", index=True)
    removed_at: datetime = now()
