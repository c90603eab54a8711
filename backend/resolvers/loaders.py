"""Batches: what fields ask for one by one is read at once, in one short transaction as the viewer."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any, TypeVar, cast
from uuid import UUID

from strawberry.dataloader import DataLoader

from backend.auth import Viewer
from backend.errors import AppError
from backend.resolvers import nodes
from backend.schema.context import ChunkRow, Context, Loaders, NodeKey, PageKey, PageOf, UsageKey
from backend.schema.nodes import Node
from backend.services import api_keys, audit, chats, spending
from backend.services.crawls import control as crawls
from backend.services.documents import images, links, pace, progress
from backend.services.documents import read as documents
from backend.services.messages import read as messages
from db import models as rows
from db.engine import Database, Session
from db.models.usage import UsageOf
from db.queries import api_keys as key_rows
from db.queries import citations, generations, projects, retrieval_runs, stages
from db.queries import crawls as crawl_rows
from db.queries import documents as document_rows
from db.queries import images as image_rows
from db.queries import messages as message_rows

K = TypeVar("K")
V = TypeVar("V")


def build(context: Context) -> Loaders:
    """Fresh loaders of one operation (or of one event); nothing is cached beyond it."""
    return cast(Loaders, _Loaders(context))


class _Loaders:
    """Each is made when it is first asked for: there are many, and most operations want two."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def __getattr__(self, name: str) -> Any:
        make = MAKERS.get(name)
        if make is None:
            raise AttributeError(name)
        made = self.__dict__[name] = make(self._context)
        return made


def _batch(
    context: Context, read: Callable[[Session, Sequence[K]], Awaitable[Mapping[K, V]]]
) -> DataLoader[K, V]:
    """One query for all keys; a key without a row loads as None, by the types of `Loaders`."""

    async def load(keys: list[K]) -> Sequence[V]:
        async with context.handles.transactions.unit_of_work(context.viewer.user_id) as session:
            found = await read(session, keys)
        return [found.get(key) for key in keys]  # type: ignore[misc] # absent is None where V allows it

    return DataLoader(load_fn=load)


def _each(context: Context, read: Callable[[Session, Viewer, K], Awaitable[V]]) -> DataLoader[K, V]:
    """One call for each key, in one transaction; an expected failure is the answer of its key alone."""

    async def load(keys: list[K]) -> Sequence[V | BaseException]:
        found: list[V | BaseException] = []
        async with context.handles.transactions.unit_of_work(context.viewer.user_id) as session:
            for key in keys:
                try:
                    found.append(await read(session, context.viewer, key))
                except AppError as error:
                    found.append(error)
        return found

    return DataLoader(load_fn=load)


def _at_once(
    context: Context,
    glance: Callable[[Database, Viewer, K], Awaitable[V | None]],
    make_in_full: Callable[[], DataLoader[K, V]],
) -> DataLoader[K, V]:
    """One round trip for each key; what a glance does not show is read in full, to say why."""

    in_full = cache(make_in_full)

    async def look(key: K) -> V | BaseException:
        try:
            seen = await glance(context.handles.database, context.viewer, key)
            return await in_full().load(key) if seen is None else seen
        except AppError as error:
            return error

    async def load(keys: list[K]) -> Sequence[V | BaseException]:
        return await asyncio.gather(*map(look, keys)) if len(keys) > 1 else [await look(keys[0])]

    return DataLoader(load_fn=load)


async def _nodes(
    context: Context, session: Session, keys: Sequence[NodeKey]
) -> Mapping[NodeKey, Node | None]:
    return await nodes.fetch_all(session, context.viewer, keys)


async def _documents_at_once(
    database: Database, viewer: Viewer, key: PageKey
) -> PageOf[rows.Document] | None:
    page = await documents.glance(
        database, viewer=viewer, project_id=key.owner_id, first=key.first, after=key.after
    )
    return page if page.rows else None


async def _documents(session: Session, viewer: Viewer, key: PageKey) -> PageOf[rows.Document]:
    return await documents.page(
        session, viewer=viewer, project_id=key.owner_id, first=key.first, after=key.after
    )


async def _chunks(session: Session, viewer: Viewer, key: PageKey) -> PageOf[ChunkRow]:
    return await documents.chunks(
        session, viewer=viewer, document_id=key.owner_id, first=key.first, after=key.after
    )


async def _crawls(session: Session, viewer: Viewer, key: PageKey) -> PageOf[rows.Crawl]:
    return await crawls.page(
        session, viewer=viewer, project_id=key.owner_id, first=key.first, after=key.after
    )


async def _crawl_pages(session: Session, viewer: Viewer, key: PageKey) -> PageOf[rows.CrawlPage]:
    return await crawls.found(session, viewer=viewer, crawl_id=key.owner_id, first=key.first, after=key.after)


async def _chats(session: Session, viewer: Viewer, key: PageKey) -> PageOf[rows.Chat]:
    return await chats.page(session, viewer=viewer, project_id=key.owner_id, first=key.first, after=key.after)


async def _messages(session: Session, viewer: Viewer, key: PageKey) -> PageOf[rows.Message]:
    return await messages.page(session, viewer=viewer, chat_id=key.owner_id, first=key.first, after=key.after)


async def _api_keys(session: Session, viewer: Viewer, key: PageKey) -> PageOf[rows.ApiKey]:
    return await api_keys.page(session, viewer=viewer, first=key.first, after=key.after)


async def _audit(session: Session, viewer: Viewer, key: PageKey) -> PageOf[rows.AuditEntry]:
    return await audit.page(session, viewer=viewer, first=key.first, after=key.after)


async def _place_in_queue(session: Session, viewer: Viewer, document_id: UUID) -> int | None:
    return await document_rows.place_in_queue(session, document_id)


def _usage(context: Context) -> DataLoader[UsageKey, Sequence[spending.Spent]]:
    """One query for each kind of owner."""

    async def load(keys: list[UsageKey]) -> list[Sequence[spending.Spent]]:
        found: dict[UsageKey, Sequence[spending.Spent]] = {}
        async with context.handles.transactions.unit_of_work(context.viewer.user_id) as session:
            for of in {key.of for key in keys}:
                spent = await spending.by_model(
                    session,
                    viewer=context.viewer,
                    of=UsageOf(of),
                    ids=[key.owner_id for key in keys if key.of == of],
                    price=context.handles.models.cost,
                )
                found |= {UsageKey(of, owner_id): each for owner_id, each in spent.items()}
        return [found[key] for key in keys]

    return DataLoader(load_fn=load)


def _feedback(context: Context) -> DataLoader[UUID, rows.Feedback | None]:
    async def read(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, rows.Feedback]:
        return await message_rows.feedback_of(session, ids, user_id=context.viewer.user_id)

    return _batch(context, read)


MAKERS: dict[str, Callable[[Context], Any]] = {
    "nodes": lambda context: _at_once(
        context, nodes.glance, lambda: _batch(context, partial(_nodes, context))
    ),
    "settings_by_project": lambda context: _batch(context, projects.settings_of),
    "generation_by_project": lambda context: _batch(context, projects.generations_of),
    "model_change_by_project": lambda context: _batch(context, generations.changes_of),
    "former_generation_by_project": lambda context: _batch(context, generations.former_of),
    "documents_by_project": lambda context: _at_once(
        context, _documents_at_once, lambda: _each(context, _documents)
    ),
    "chunks_by_document": lambda context: _each(context, _chunks),
    "num_documents_by_project": lambda context: _batch(context, document_rows.num_of_projects),
    "crawls_by_project": lambda context: _each(context, _crawls),
    "pages_by_crawl": lambda context: _each(context, _crawl_pages),
    "page_counts_by_crawl": lambda context: _batch(context, crawl_rows.counts),
    "chats_by_project": lambda context: _each(context, _chats),
    "messages_by_chat": lambda context: _each(context, _messages),
    "stages_by_document": lambda context: _batch(context, stages.of_documents),
    "replacement_by_document": lambda context: _batch(context, documents.replacements_of),
    "place_in_queue_by_document": lambda context: _each(context, _place_in_queue),
    "children_by_message": lambda context: _batch(context, message_rows.children_of),
    "citations_by_message": lambda context: _batch(context, citations.of_messages),
    "feedback_by_message": lambda context: _feedback(context),
    "usage_by_owner": lambda context: _usage(context),
    "retrieval_runs_by_message": lambda context: _batch(context, retrieval_runs.of_messages),
    "api_keys_by_user": lambda context: _each(context, _api_keys),
    "budget_spent_by_line": lambda context: _batch(context, key_rows.spent_by_lines),
    "audit_by_user": lambda context: _each(context, _audit),
    "progress_of": lambda _: progress.of,
    "images_by_chunk": lambda context: _batch(context, image_rows.of_chunks),
    "image_url_of": lambda context: partial(images.url, context.handles.storage),
    "remaining_of": lambda _: pace.left_now,
    "url_of": lambda context: partial(
        links.of_file,
        context.handles.storage,
        expires_seconds=context.handles.limits.presign_seconds,
    ),
}
"""How each of `Loaders` is made, by its name there."""
