"""Proof that nothing is left of what was deleted, and repair where something is.

Deletions clear away all that they can reach; what a killed process or a late upload leaves is found here.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from backend.services import removal, topics
from backend.storage import ListedObject, Storage
from backend.transactions import Transactions
from db.errors import Stale
from db.models import Chore
from db.models.base import utc_now
from db.queries import chores, orphans

log = structlog.get_logger()

CHORE = "orphans.repair"
LEASE_SECONDS = 120.0
BATCH = 500
_FIRST = UUID(int=0)


@dataclass(frozen=True)
class Patience:
    """How often the house is searched, and how old what belongs to nothing must be before it goes."""

    every_seconds: float = 6 * 3600.0
    object_seconds: float = 24 * 3600.0
    """Longer than an object may wait for the row that names it."""
    staging_seconds: float = 7 * 24 * 3600.0
    """How long the finished stages of a failed or cancelled document are kept for a retry."""


@dataclass
class _Search:
    """One run, held under the chore's lease; `counts` is what it has found so far."""

    transactions: Transactions
    storage: Storage
    patience: Patience
    chore: Chore
    counts: Counter[str] = field(default_factory=Counter)


async def repair(
    transactions: Transactions, storage: Storage, patience: Patience = Patience()
) -> dict[str, int] | None:
    """Search everything and delete what belongs to nothing; returns counts of what was seen and deleted.

    None when it was done lately or another process is at it. A run that is broken off anywhere is taken up
    where it was by the next one. Raises Unavailable when a server does not answer.
    """
    async with transactions.unit_of_work() as session:
        chore = await chores.claim(
            session, CHORE, every_seconds=patience.every_seconds, lease_seconds=LEASE_SECONDS
        )
    if chore is None:
        return None
    search = _Search(transactions, storage, patience, chore, Counter(chore.report))
    try:
        await _walk(search)
        async with transactions.unit_of_work() as session:
            await chores.finish(session, chore, report=search.counts)
    except Stale:
        log.warning("orphans.taken_over", attempt=chore.attempt)
        return None
    log.info("orphans.repaired", **search.counts)
    return dict(search.counts)


async def _walk(search: _Search) -> None:
    """Take the steps that are left, and note the place after each batch."""
    begun, _, place = (search.chore.position or next(iter(STEPS))).partition(" ")
    names = list(STEPS)
    for name in names[names.index(begun) :]:
        async with aclosing(STEPS[name](search, place)) as places:
            async for reached in places:
                await _keep(search, f"{name} {reached}")
        place = ""


async def _keep(search: _Search, position: str) -> None:
    async with search.transactions.unit_of_work() as session:
        await chores.keep(
            session, search.chore, position=position, report=search.counts, lease_seconds=LEASE_SECONDS
        )


async def _staging(search: _Search, place: str) -> AsyncGenerator[str, None]:
    """Versions that were never published and that nobody has gone on with."""
    seconds = search.patience.staging_seconds
    while True:
        async with search.transactions.unit_of_work() as session:
            num_versions, num_rows = await orphans.forget_idle_versions(
                session, older_than_seconds=seconds, limit=BATCH
            )
        search.counts.update(num_versions=num_versions, num_staged=num_rows)
        yield ""
        if num_versions == 0:
            return


async def _chunks(search: _Search, place: str) -> AsyncGenerator[str, None]:
    """Chunks of no published version, and vectors of no chunk, one project after the other."""
    project_id: UUID | None = UUID(place) if place else _FIRST
    while project_id is not None:
        async with search.transactions.unit_of_work() as session:
            project_id = await orphans.next_project(session, project_id)
            if project_id is not None:
                num_chunks, num_vectors = await orphans.delete_stray_chunks(session, project_id=project_id)
                search.counts.update(num_chunks=num_chunks, num_vectors=num_vectors)
        if project_id is not None:
            yield str(project_id)


async def _streams(search: _Search, place: str) -> AsyncGenerator[str, None]:
    """Event streams of documents and answers that are no more; a stream never comes before its row."""
    batch: list[str] = []
    async for topic in search.transactions.publisher.topics():
        batch.append(topic)
        if len(batch) == BATCH:
            await _clear_streams(search, batch)
            batch = []
            yield ""
    await _clear_streams(search, batch)


async def _clear_streams(search: _Search, named: Sequence[str]) -> None:
    ids = {topic: id for topic in named if (id := topics.row_of(topic)) is not None}
    async with search.transactions.unit_of_work() as session:
        known = await orphans.known_documents(session, ids.values())
        known |= await orphans.known_messages(session, ids.values())
    gone = [topic for topic, id in ids.items() if id not in known]
    search.counts.update(num_streams=await search.transactions.publisher.forget(*gone))


async def _objects(search: _Search, place: str) -> AsyncGenerator[str, None]:
    """Objects of documents that are no more, files that no version is made of, images that none has."""
    async with aclosing(search.storage.pages(removal.PROJECTS, after=place)) as pages:
        async for page in pages:
            await _clear_objects(search, page)
            yield page[-1].key


async def _clear_objects(search: _Search, page: Sequence[ListedObject]) -> None:
    old = utc_now() - timedelta(seconds=search.patience.object_seconds)
    found = {each.key: id for each in page if _is_old(each, old) and (id := removal.document_of(each.key))}
    async with search.transactions.unit_of_work() as session:
        known = await orphans.known_documents(session, set(found.values()))
        named = await orphans.named_keys(session, known)
        pictures = await orphans.named_images(session, known)
    gone = [
        key
        for key, id in found.items()
        if id not in known
        or (removal.is_file(key) and key not in named)
        or (removal.is_image(key) and (id, key.rpartition("/")[2]) not in pictures)
    ]
    await search.storage.delete(gone)
    search.counts.update(num_objects_seen=len(page), num_objects=len(gone))


def _is_old(stored: ListedObject, old: datetime) -> bool:
    return stored.modified_at <= old


STEPS: dict[str, Callable[[_Search, str], AsyncGenerator[str, None]]] = {
    "staging": _staging,
    "chunks": _chunks,
    "streams": _streams,
    "objects": _objects,
}
"""In this order; each yields where it is after a batch, and goes on from there when it is given it."""
