"""Rows to begin a test with, each as plain as it can be."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import numpy as np
from numpy.typing import NDArray
from sqlmodel.ext.asyncio.session import AsyncSession

from db.engine import Database
from db.models import (
    Chat,
    ChunkImage,
    Document,
    DocumentStatus,
    DocumentVersion,
    Message,
    MessageRole,
    MessageStatus,
    Project,
    User,
)
from db.queries import chats, chunks, messages, projects
from db.queries.chunks import NewChunk, Target
from db.queries.projects import NewProject
from db.viewer import set_viewer

START = datetime(2026, 1, 1, tzinfo=UTC)
DIMENSIONS = 8


@dataclass(frozen=True)
class Home:
    """A person with a project of their own."""

    user_id: UUID
    project_id: UUID
    generation_id: UUID


async def add(database: Database, *rows: Any) -> None:
    async with database.sessions.begin() as session:
        for row in rows:
            session.add(row)
            await session.flush()


async def user(database: Database) -> UUID:
    row = User(subject=f"user_{uuid4().hex}")
    await add(database, row)
    return row.id


async def home(database: Database) -> Home:
    user_id = await user(database)
    project = await project_of(database, user_id)
    async with database.sessions() as session:
        generation = await projects.active_generation(session, project.id)
    assert generation is not None
    return Home(user_id, project.id, generation.id)


async def project_of(database: Database, user_id: UUID, name: str = "Reports") -> Project:
    async with database.sessions.begin() as session:
        return await projects.insert(session, project=NewProject(user_id, name, "", "local", DIMENSIONS))


def document(home: Home, *, second: int = 0, **values: Any) -> Document:
    """A document that was queued `second` seconds after the start of time."""
    at = START + timedelta(seconds=second)
    defaults: dict[str, Any] = {
        "project_id": home.project_id,
        "uploaded_by": home.user_id,
        "name": f"{second}.pdf",
        "content_type": "application/pdf",
        "size_bytes": 1,
        "sha256": "0" * 64,
        "storage_key": f"key-{second}",
        "status": DocumentStatus.QUEUED,
        "created_at": at,
        "queued_at": at,
    }
    return Document(**{**defaults, **values})


def pair(chat: Chat, question: str = "Why?") -> tuple[Message, Message]:
    """A question and the answer that waits."""
    shared: dict[str, Any] = {
        "chat_id": chat.id,
        "project_id": chat.project_id,
        "created_by": chat.created_by,
    }
    asked = Message(
        **shared,
        role=MessageRole.USER,
        status=MessageStatus.COMPLETED,
        content=question,
        created_at=START,
        finished_at=START,
    )
    answer = Message(
        **shared,
        parent_id=asked.id,
        role=MessageRole.ASSISTANT,
        status=MessageStatus.QUEUED,
        created_at=START + timedelta(microseconds=1),
    )
    return asked, answer


async def conversation(database: Database, home: Home, question: str = "Why?") -> tuple[Message, Message]:
    """A chat with a question and the answer that waits."""
    chat = Chat(project_id=home.project_id, created_by=home.user_id)
    asked, answer = pair(chat, question)
    async with database.sessions.begin() as session:
        await chats.insert(session, chat=chat)
        await messages.insert_pair(session, question=asked, answer=answer)
    return asked, answer


async def target(database: Database, home: Home, **values: Any) -> Target:
    """A document with an open version, held by attempt 1."""
    row = document(home, status=DocumentStatus.VECTORIZATION, attempt=1, **values)
    version = DocumentVersion(document_id=row.id, number=1)
    await add(database, row, version)
    return Target(home.project_id, row.id, version.id, attempt=1)


def chunk(position: int, words: str | None = None) -> NewChunk:
    return NewChunk(
        position=position,
        text=words if words is not None else f"text {position}",
        title_path=["Part", f"{position}"],
        kinds=["paragraph"],
        page_first=1,
        page_last=2,
        regions=[[0, 4, 1, 0.1, 0.2, 0.3, 0.4]],
        sha256="a" * 64,
    )


def image(place: Target) -> ChunkImage:
    """An image of the version's first chunk."""
    return ChunkImage(
        version_id=place.version_id,
        position=0,
        number=0,
        chunk_id=chunks.chunk_id(place.version_id, 0),
        project_id=place.project_id,
        document_id=place.document_id,
        sha256="a" * 64,
        content_type="image/png",
        size_bytes=1,
        width=1,
        height=1,
    )


def vectors(num: int, seed: int = 0, dimensions: int = DIMENSIONS) -> NDArray[np.float32]:
    return np.random.default_rng(seed).standard_normal((num, dimensions)).astype(np.float32)


async def published(database: Database, home: Home, rows: NDArray[np.float32], **values: Any) -> Target:
    """A document whose chunks have these vectors, one each, and are found by search."""
    place = await target(database, home, **values)
    await stage(database, home, place, rows)
    async with database.sessions.begin() as session:
        await chunks.publish_version(session, target=place, generation_id=home.generation_id)
    return place


async def stage(database: Database, home: Home, place: Target, rows: NDArray[np.float32]) -> None:
    await chunks.stage_chunks(database, target=place, rows=[chunk(n) for n in range(len(rows))])
    await chunks.stage_vectors(
        database,
        target=place,
        generation_id=home.generation_id,
        positions=range(len(rows)),
        vectors=rows,
    )


@asynccontextmanager
async def viewing(database: Database, user_id: UUID) -> AsyncIterator[AsyncSession]:
    """A transaction of this viewer, committed at the end."""
    async with database.sessions.begin() as session:
        await set_viewer(session, user_id)
        yield session


async def until_somebody_waits_for_a_lock(database: Database, num: int = 1) -> None:
    """Return as soon as `num` connections of this database wait for a row or an advisory lock."""
    async with asyncio.timeout(10):
        while await database.pool.fetchval(_WAITING) < num:  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.01)


_WAITING = """
SELECT count(DISTINCT pid) FROM pg_locks
 WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())
"""
