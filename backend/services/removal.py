"""What a deletion takes beside rows: stored objects and event streams, and what there was of everything."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from backend.errors import Unavailable
from backend.events import Publisher
from backend.services import topics
from backend.storage import Storage
from backend.transactions import Transactions
from db.queries.removal import Removed

log = structlog.get_logger()


@dataclass(frozen=True)
class Receipt:
    """What a deletion took with it, counted as it went."""

    removed: Removed
    num_objects: int
    num_streams: int


PROJECTS = "projects/"
"""What the keys of all stored objects begin with."""


def project_prefix(project_id: UUID) -> str:
    """Under it lies every object of the project."""
    return f"{PROJECTS}{project_id}/"


def document_prefix(project_id: UUID, document_id: UUID) -> str:
    """The key of the document's first file, and what the keys of all its other objects begin with."""
    return f"{project_prefix(project_id)}documents/{document_id}"


def document_of(key: str) -> UUID | None:
    """The document that an object belongs to, by its key; None for a key that is not of our making."""
    parts = key.removeprefix(PROJECTS).split("/")
    try:
        return UUID(parts[2]) if parts[1] == "documents" and UUID(parts[0]) else None
    except (IndexError, ValueError):
        return None


def is_file(key: str) -> bool:
    """Whether an object is what a document is or was made of, and nothing that was found in it."""
    parts = key.removeprefix(PROJECTS).split("/")
    return len(parts) == 3 or parts[3] == "files"


def is_image(key: str) -> bool:
    """Whether an object is a picture that was found in a document."""
    parts = key.removeprefix(PROJECTS).split("/")
    return len(parts) == 5 and parts[3] == "images"


async def finish(transactions: Transactions, removed: Removed, *, num_objects: int) -> Receipt:
    """Forget the events of what went, and write the receipt."""
    num_streams = await streams(
        transactions.publisher, document_ids=removed.document_ids, message_ids=removed.message_ids
    )
    return Receipt(removed, num_objects, num_streams)


async def late_objects(storage: Storage, prefix: str) -> int:
    """Delete what was stored while the rows went; returns how many.

    A store that does not answer any more is logged: upkeep finds objects without a row.
    """
    try:
        return await storage.delete_prefix(prefix)
    except Unavailable as error:
        log.warning("objects.left", prefix=prefix, code=error.code)
        return 0


async def late_keys(storage: Storage, keys: Sequence[str]) -> None:
    """Delete objects that no row names any more; a store that does not answer is logged, as above."""
    if not keys:
        return
    try:
        await storage.delete(keys)
    except Unavailable as error:
        log.warning("objects.left", keys=list(keys), code=error.code)


async def streams(publisher: Publisher, *, document_ids: Sequence[UUID], message_ids: Sequence[UUID]) -> int:
    """Forget the events of what went; returns of how many things. What is left expires by itself."""
    named = [*map(topics.document, document_ids), *map(topics.message, message_ids)]
    try:
        return await publisher.forget(*named)
    except Unavailable as error:
        log.warning("streams.left", num_topics=len(named), reason=error.message)
        return 0
