"""A stage for answers: a member with a chat about documents that hold known passages, and a worker."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import httpx

from backend.auth import Viewer
from backend.events import Cursor, Event, Hub, Publisher
from backend.llm import Models
from backend.local.model_server import ModelServer
from backend.services import chats
from backend.services.messages import answer, regenerate, send, stop, watch
from backend.services.messages.answer import Limits
from backend.services.messages.send import Sent
from backend.services.work import Limits as WorkLimits
from backend.transactions import Transactions
from backend.web import WebSearch
from db.engine import Database
from db.models import (
    Citation,
    Document,
    DocumentStatus,
    DocumentVersion,
    MemberRole,
    Message,
    ProjectMember,
    Usage,
    User,
)
from db.queries import chunks, citations, projects, usage
from db.queries.chunks import NewChunk, Target
from db.queries.projects import NewProject

PASSAGES = (
    "The lamp of the lighthouse is lit at dusk by the keeper.",
    "The keeper climbs 199 steps to reach the lantern room.",
    "Fresh water comes by boat every second Tuesday.",
)
QUESTION = "When is the lamp of the lighthouse lit?"
ANSWER = f'The local model quotes what it found:\n\n"{PASSAGES[0]}" [1]'
LIMITS = Limits(work=WorkLimits(lease_seconds=10.0, renew_seconds=3.0))


@dataclass
class Stage:
    """The parts of one process, and who asks."""

    database: Database
    """The owner's, for looking behind all walls."""
    reading: Database
    transactions: Transactions
    models: Models
    publisher: Publisher
    hub: Hub
    server: ModelServer
    viewer: Viewer
    project_id: UUID
    chat_id: UUID
    limits: Limits = LIMITS
    web_search: WebSearch | None = None

    def changed(self, **values: Any) -> "Stage":
        return replace(self, **values)

    async def beside(self, *, is_member: bool = False) -> "Stage":
        """Somebody else: a member of the same project, or a stranger with one of their own."""
        viewer = await person(self.database)
        if is_member:
            async with self.database.sessions.begin() as session:
                session.add(
                    ProjectMember(user_id=viewer.user_id, project_id=self.project_id, role=MemberRole.MEMBER)
                )
            project_id = self.project_id
        else:
            project_id = await project_of(self.database, viewer, self.server)
        chat_id = await chat_of(self.transactions, viewer, project_id)
        return self.changed(viewer=viewer, project_id=project_id, chat_id=chat_id)

    @property
    def both_roles(self) -> list[Transactions]:
        """Rights hold behind row-level security and without it."""
        return [self.transactions, replace(self.transactions, sessions=self.database.sessions)]

    async def stop(self, message_id: UUID) -> Message:
        return await stop.stop(self.transactions, viewer=self.viewer, message_id=message_id)

    async def ask(self, content: str = QUESTION, key: str | None = None) -> Sent:
        async with self.transactions.unit_of_work(self.viewer.user_id) as session:
            return await send.send(
                session, viewer=self.viewer, chat_id=self.chat_id, content=content, idempotency_key=key
            )

    async def work(self, **changes: Any) -> bool:
        return await answer.run_next(
            transactions=self.transactions,
            database=self.database,
            models=self.models,
            publisher=self.publisher,
            hub=self.hub,
            limits=replace(self.limits, **changes),
            web_search=self.web_search,
        )

    async def begin(self, message_id: UUID, kind: str, num: int = 1, **changes: Any) -> "asyncio.Task[bool]":
        """A worker that has got as far as the `num`-th event of a kind."""
        working = asyncio.create_task(self.work(**changes))
        await self.until(message_id, kind, num)
        return working

    async def answered(self, content: str = QUESTION) -> Message:
        """The answer to a question, as a worker wrote it."""
        sent = await self.ask(content)
        assert await self.work()
        return await self.row(sent.answer.id)

    async def regenerate(self, message_id: UUID, key: str | None = None) -> Message:
        async with self.transactions.unit_of_work(self.viewer.user_id) as session:
            return await regenerate.regenerate(
                session, viewer=self.viewer, message_id=message_id, idempotency_key=key
            )

    async def select(self, message_id: UUID) -> Message:
        async with self.transactions.unit_of_work(self.viewer.user_id) as session:
            return await regenerate.select(session, viewer=self.viewer, message_id=message_id)

    async def row(self, message_id: UUID) -> Message:
        async with self.database.sessions() as session:
            return await session.get_one(Message, message_id, populate_existing=True)

    async def change(self, message_id: UUID, **values: Any) -> None:
        """Write to an answer's row behind everybody's back."""
        async with self.database.sessions.begin() as session:
            row = await session.get_one(Message, message_id, with_for_update=True)
            for name, value in values.items():
                setattr(row, name, value)

    async def citations(self, message_id: UUID) -> list[Citation]:
        async with self.database.sessions() as session:
            return (await citations.of_messages(session, [message_id]))[message_id]

    async def usage(self, message_id: UUID) -> list[Usage]:
        async with self.database.sessions() as session:
            return (await usage.of_messages(session, [message_id]))[message_id]

    async def events(self, message_id: UUID) -> list[Event]:
        """What the stream remembers of an answer."""
        return await self.hub.history(f"message:{message_id}", Cursor(0, 0))

    async def control(self, **order: Any) -> None:
        """Make the model server fail, or slow, as ordered."""
        async with httpx.AsyncClient() as client:
            answered = await client.post(f"{self.server.address}/control", json=order)
            answered.raise_for_status()

    async def stats(self) -> dict[str, Any]:
        async with httpx.AsyncClient() as client:
            found: dict[str, Any] = (await client.get(f"{self.server.address}/control/stats")).json()
            return found

    async def until_closed_by_client(self, num: int) -> None:
        async with asyncio.timeout(5):
            while (await self.stats())["chat"]["closed_by_client"] != num:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)

    def watch(self, message_id: UUID, after: Cursor | None = None) -> AsyncGenerator[Event]:
        return watch.watch(
            self.transactions, self.hub, viewer=self.viewer, message_id=message_id, after=after
        )

    async def until(self, message_id: UUID, kind: str, num: int = 1) -> list[Event]:
        """Watch until the `num`-th event of a kind; returns what was seen."""
        seen: list[Event] = []
        async with asyncio.timeout(30), aclosing(self.watch(message_id)) as happened:
            async for event in happened:
                seen.append(event)
                if [each.kind for each in seen].count(kind) == num:
                    return seen
        raise AssertionError(f"ended without {num} {kind}: {[each.kind for each in seen]}")


def text_of(events: list[Event]) -> str:
    """All text since the last restart."""
    text = ""
    for event in events:
        if event.kind == "AnswerRestarted":
            text = ""
        elif event.kind == "TextAppended":
            text += event.data["text"]
    return text


def kinds_of(events: list[Event]) -> list[str]:
    """The kinds of events in order, repeats of text as one, without what was paid."""
    kinds: list[str] = []
    for event in events:
        repeats = event.kind == "TextAppended" and kinds[-1:] == ["TextAppended"]
        if event.kind != "UsageReported" and not repeats:
            kinds.append(event.kind)
    return kinds


async def person(database: Database) -> Viewer:
    row = User(subject=f"user_{uuid4().hex}")
    async with database.sessions.begin() as session:
        session.add(row)
    return Viewer(row.id, row.subject, None, None)


async def project_of(database: Database, viewer: Viewer, server: ModelServer) -> UUID:
    new = NewProject(viewer.user_id, "Lighthouse", "", server.embedding_model, server.embedding_dimensions)
    async with database.sessions.begin() as session:
        return (await projects.insert(session, project=new)).id


async def chat_of(transactions: Transactions, viewer: Viewer, project_id: UUID) -> UUID:
    async with transactions.unit_of_work(viewer.user_id) as session:
        return (await chats.create(session, viewer=viewer, project_id=project_id)).id


async def publish(
    database: Database, models: Models, viewer: Viewer, project_id: UUID, name: str = "handbook.pdf"
) -> None:
    """A document of three passages, found by search."""
    document = Document(
        project_id=project_id,
        uploaded_by=viewer.user_id,
        name=name,
        content_type="application/pdf",
        size_bytes=1,
        sha256="0" * 64,
        storage_key=uuid4().hex,
        status=DocumentStatus.VECTORIZATION,
        attempt=1,
    )
    version = DocumentVersion(document_id=document.id, number=1)
    async with database.sessions.begin() as session:
        session.add(document)
        await session.flush()
        session.add(version)
        generation = await projects.active_generation(session, project_id)
    assert generation is not None
    target = Target(project_id, document.id, version.id, attempt=1)
    await chunks.stage_chunks(database, target=target, rows=[chunk(n) for n in range(len(PASSAGES))])
    embedded = await models.embed(PASSAGES)
    await chunks.stage_vectors(
        database,
        target=target,
        generation_id=generation.id,
        positions=range(len(PASSAGES)),
        vectors=embedded.vectors,
    )
    async with database.sessions.begin() as session:
        await chunks.publish_version(session, target=target, generation_id=generation.id)


def chunk(number: int) -> NewChunk:
    text = PASSAGES[number]
    return NewChunk(
        position=number,
        text=text,
        title_path=["Handbook"],
        kinds=["PARAGRAPH"],
        page_first=number + 1,
        page_last=number + 1,
        regions=[[0, len(text), number + 1, 0.1, 0.2, 0.9, 0.25]],
        sha256="a" * 64,
    )
