"""A signed-in person with a project, and everything a document goes through, driven in this process."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import func, text
from sqlmodel import col, select

from backend.auth import Viewer
from backend.events import Cursor, Event
from backend.runtime import Runtime
from backend.services import projects
from backend.services.documents import ingest, read, upload, watch
from backend.services.documents.files import FileRequest, UploadLimits
from backend.services.documents.run import Limits
from backend.tasks import documents as job
from db.models import Chunk, ChunkVector, Document, StagedChunk, StagedVector, Usage, User

UPLOADS = UploadLimits(max_bytes=10 * 1024**2, presign_seconds=300)
MARKDOWN = "text/markdown"


@dataclass
class House:
    """`api` and `worker` are the runtimes of the two roles on one database."""

    api: Runtime
    worker: Runtime
    viewer: Viewer
    project_id: UUID
    http: httpx.AsyncClient
    limits: Limits = field(init=False)

    def __post_init__(self) -> None:
        self.limits = replace(job.limits(self.worker.settings), batch_inputs=4)

    async def request(self, *files: FileRequest, viewer: Viewer | None = None) -> list[upload.UploadTicket]:
        viewer = viewer or self.viewer
        async with self.api.transactions.unit_of_work(viewer=viewer.user_id) as session:
            return await upload.request(
                session,
                viewer=viewer,
                project_id=self.project_id,
                files=files,
                storage=self.api.storage,
                limits=UPLOADS,
            )

    async def send(self, content: bytes, **file: Any) -> UUID:
        """Request an upload and PUT the bytes: the document's id."""
        ticket = (await self.request(described(content, **file)))[0]
        answer = await self.http.put(ticket.url, content=content, headers=ticket.headers)
        assert answer.status_code == 200, answer.text
        return ticket.document.id

    async def confirm(self, document_id: UUID, *, transactions: Any = None) -> Document:
        return await upload.confirm(
            transactions or self.api.transactions,
            viewer=self.viewer,
            document_id=document_id,
            storage=self.api.storage,
        )

    async def upload(self, content: bytes, **file: Any) -> UUID:
        """A document that waits for a worker."""
        document_id = await self.send(content, **file)
        await self.confirm(document_id)
        return document_id

    async def ingest(self, *, limits: Limits | None = None, **parts: Any) -> bool:
        """What a worker does once."""
        worker = self.worker
        doors: dict[str, Any] = {
            "transactions": worker.transactions,
            "database": worker.database,
            "storage": worker.storage,
            "models": worker.models,
            "publisher": worker.publisher,
            "hub": worker.hub,
            "limits": limits or self.limits,
        }
        return await ingest.run_next(**(doors | parts))

    async def document(self, document_id: UUID) -> Document:
        async with self.api.transactions.unit_of_work(viewer=self.viewer.user_id) as session:
            return await read.get(session, viewer=self.viewer, document_id=document_id)

    async def events(self, document_id: UUID, after: Cursor | None = None) -> list[Event]:
        """Everything that is told of a document up to its end."""
        return [event async for event in self.watch(document_id, after)]

    def watch(self, document_id: UUID, after: Cursor | None = None) -> AsyncIterator[Event]:
        return watch.watch(
            self.api.transactions, self.api.hub, viewer=self.viewer, document_id=document_id, after=after
        )

    async def history(self, document_id: UUID) -> list[Event]:
        """The document's whole stream, as Redis remembers it."""
        return await self.worker.hub.history(f"document:{document_id}", Cursor(0, 0))

    async def seen_by_search(self, document_id: UUID) -> list[tuple[int, str]]:
        """Positions and texts of the published chunks that have a vector."""
        rows = (
            select(Chunk.position, Chunk.text)
            .join(ChunkVector, col(ChunkVector.chunk_id) == col(Chunk.id))
            .where(Chunk.document_id == document_id)
            .order_by(col(Chunk.position))
        )
        async with self.worker.database.sessions() as session:
            return [(position, text) for position, text in await session.exec(rows)]

    async def counts(self) -> dict[str, int]:
        """Rows of the chunk store, whoever they belong to."""
        tables = {
            "chunks": Chunk,
            "vectors": ChunkVector,
            "staged": StagedChunk,
            "staged_vectors": StagedVector,
        }
        async with self.worker.database.sessions() as session:
            return {
                name: (await session.exec(select(func.count()).select_from(table))).one()
                for name, table in tables.items()
            }

    async def usage(self) -> list[Usage]:
        async with self.worker.database.sessions() as session:
            return list((await session.exec(select(Usage))).all())

    async def sql(self, statement: str, **values: Any) -> None:
        """Force a state that would take time to come about."""
        async with self.worker.database.sessions.begin() as session:
            await (await session.connection()).execute(text(statement), values)


def described(
    content: bytes, *, name: str = "notes.md", content_type: str = MARKDOWN, sha256: str | None = None
) -> FileRequest:
    digest = sha256 or hashlib.sha256(content).hexdigest()
    return FileRequest(name=name, content_type=content_type, size=len(content), sha256=digest)


def markdown(num_sections: int, *, word: str = "tower") -> bytes:
    """A document of as many chunks as sections, no two of them alike."""
    sections = (
        f"# {word.title()} {number}\n\n" + f"The keeper of {word} {number} counts wave {number}. " * 20
        for number in range(num_sections)
    )
    return "\n\n".join(sections).encode()


async def person(runtime: Runtime) -> Viewer:
    """Somebody who has signed in."""
    user = User(subject=f"user_{uuid4().hex}")
    async with runtime.database.sessions.begin() as session:
        session.add(user)
    return Viewer(user_id=user.id, subject=user.subject, session_id=None, expires_at=None)


@asynccontextmanager
async def built(api: Runtime, worker: Runtime) -> AsyncIterator[House]:
    viewer = await person(worker)
    models = worker.settings.models
    async with api.transactions.unit_of_work(viewer=viewer.user_id) as session:
        project = await projects.create(
            session,
            viewer=viewer,
            name="Lighthouse",
            description="",
            embedding_model=models.embedding_model,
            embedding_dimensions=models.embedding_dimensions,
        )
    async with httpx.AsyncClient(trust_env=False) as http:
        yield House(api, worker, viewer, project.id, http)
