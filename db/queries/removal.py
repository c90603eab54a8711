"""Deleting a document, chat or project with everything under it, and saying how much that was."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession


@dataclass(frozen=True)
class Removed:
    """What went from the database; the objects and event streams of what went are the caller's to delete."""

    num_rows: int
    """Of all tables, those that nobody counts by name included."""
    num_documents: int
    num_chats: int
    num_messages: int
    num_chunks: int
    num_vectors: int
    document_ids: list[UUID]
    message_ids: list[UUID]


_DOCUMENT = text("SELECT * FROM opentrace.delete_document(:id)")
_CHAT = text("SELECT * FROM opentrace.delete_chat(:id)")
_PROJECT = text("SELECT * FROM opentrace.delete_project(:id)")


async def delete_document(session: AsyncSession, *, document_id: UUID) -> Removed | None:
    """Delete it as the session's viewer; None when there is none that this viewer may delete."""
    row = (await (await session.connection()).execute(_DOCUMENT, {"id": document_id})).first()
    return None if row is None else Removed(**row._mapping)


async def delete_chat(session: AsyncSession, *, chat_id: UUID) -> Removed | None:
    """Delete it as the session's viewer; None when there is none that this viewer may delete."""
    row = (await (await session.connection()).execute(_CHAT, {"id": chat_id})).first()
    return None if row is None else Removed(**row._mapping)


async def delete_project(session: AsyncSession, *, project_id: UUID) -> Removed | None:
    """Delete it as the session's viewer, who must be an owner of it; None otherwise."""
    row = (await (await session.connection()).execute(_PROJECT, {"id": project_id})).first()
    return None if row is None else Removed(**row._mapping)
