"""Images of documents as objects: stored before their chunks, read for models, shown by browsers."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from backend.errors import Invalid
from backend.rag.elements import Chunk, ChunkImage
from backend.rag.parse.page import MIB
from backend.rag.summarise import Picture
from backend.services import removal
from backend.services.documents.run import Run
from backend.storage import Delivery, Storage
from db import models as rows
from db.queries import images
from db.queries.images import NewImage

_AT_ONCE = 4
_MAX_BYTES = 64 * MIB
_SHORTEST, _LONGEST = 30, 3600


def key(project_id: UUID, document_id: UUID, sha256: str) -> str:
    """Where an image of the document is; the same image is there once, however often it is shown."""
    return f"{removal.document_prefix(project_id, document_id)}/images/{sha256}"


async def stage(run: Run, cut: Sequence[Chunk], folder: Path) -> None:
    """Store the images that the chunks have and stage their rows; a repeat leaves the same.

    `folder` has their files, named by their hashes. Raises Stale when the document has changed hands, and
    Unavailable when the object store does not answer.
    """
    types = {image.image.sha256: image.image.content_type for one in cut for image in one.images}
    if not types:
        return
    async with run.step():
        """Nobody else has it: else this could store what a deletion has just taken."""
    turns = asyncio.Semaphore(_AT_ONCE)

    async def put(sha256: str) -> None:
        async with turns:
            data = await asyncio.to_thread((folder / sha256).read_bytes)
            await run.doors.storage.put(_key(run, sha256), data, types[sha256])

    failures = await asyncio.gather(*map(put, types), return_exceptions=True)
    for failure in failures:
        if failure is not None:
            raise failure
    found = {one.position: [_row(image) for image in one.images] for one in cut if one.images}
    await images.stage(run.doors.database, target=run.target, images=found)


async def read(run: Run, pictures: Sequence[Picture]) -> list[bytes]:
    """The stored bytes of the run's images, in their order."""
    storage = run.doors.storage
    return [await storage.get(_key(run, picture.sha256), max_bytes=_MAX_BYTES) for picture in pictures]


async def forget(run: Run, sha256s: set[str]) -> None:
    """Delete the objects of images that no version has any more."""
    await removal.late_keys(run.doors.storage, [_key(run, sha256) for sha256 in sorted(sha256s)])


async def url(storage: Storage, image: rows.ChunkImage, expires_seconds: int) -> str:
    """Where a browser shows the image for so long; it must be one that the viewer may see.

    Raises Invalid for less than half a minute and for more than an hour.
    """
    if not _SHORTEST <= expires_seconds <= _LONGEST:
        raise Invalid(f"An address lives {_SHORTEST} to {_LONGEST} seconds.", field="expires")
    suffix = image.content_type.rpartition("/")[2]
    delivery = Delivery(f"{image.sha256[:12]}.{suffix}", image.content_type, is_inline=True)
    return await storage.presign_get(
        key(image.project_id, image.document_id, image.sha256),
        delivery=delivery,
        expires_seconds=expires_seconds,
    )


def _key(run: Run, sha256: str) -> str:
    return key(run.document.project_id, run.document.id, sha256)


def _row(placed: ChunkImage) -> NewImage:
    image = placed.image
    return NewImage(
        sha256=image.sha256,
        content_type=image.content_type,
        size_bytes=image.size,
        width=image.width,
        height=image.height,
        alt=placed.alt,
        page=placed.page,
        box=placed.box.to_json() if placed.box is not None else None,
    )
