"""Large files in parts: leave to PUT each, what has arrived, and the end of those that nobody awaits."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from backend.auth import Viewer
from backend.errors import Conflict, Invalid, NotFound
from backend.services import rights
from backend.services.documents import failures, upload
from backend.services.documents.files import SHA256, UploadLimits
from backend.storage import SignedUpload, Storage, StoredPart
from backend.transactions import Transactions
from db.engine import Session
from db.models import Document, DocumentReplacement, PartUpload
from db.models.base import utc_now
from db.queries import part_uploads

log = structlog.get_logger()

PER_CALL = 100
BATCH = 100


@dataclass(frozen=True)
class PartHash:
    """One part, by its number from 1, and the SHA-256 of its bytes in hex."""

    number: int
    sha256: str


@dataclass(frozen=True)
class PartPlan:
    """How a file is cut, which parts have arrived, and leave to PUT those that were asked for."""

    part_bytes: int
    num_parts: int
    stored: list[int]
    signed: dict[int, SignedUpload]
    expires_at: datetime


@dataclass(frozen=True)
class _Cut:
    """A file of `size` bytes in parts, each but the last of `part_bytes`."""

    size: int
    part_bytes: int

    @property
    def num_parts(self) -> int:
        return math.ceil(self.size / self.part_bytes)

    def bytes_of(self, number: int) -> int:
        return min(self.part_bytes, self.size - (number - 1) * self.part_bytes)

    def whole(self, stored: Mapping[int, StoredPart]) -> dict[int, StoredPart]:
        """The parts of the right length; what else arrived is put anew."""
        return {
            n: part for n, part in stored.items() if n <= self.num_parts and part.size == self.bytes_of(n)
        }


async def request(
    transactions: Transactions,
    *,
    viewer: Viewer,
    document_id: UUID,
    hashes: Sequence[PartHash],
    storage: Storage,
    limits: UploadLimits,
) -> PartPlan:
    """Signed addresses of parts of the file that is awaited for a document, and which have arrived.

    A repeat is safe at any time: what is there stays, and addresses are fresh. No transaction is open while
    the store is asked. Raises NotFound for strangers, Conflict when no large file is awaited, Invalid with
    `field` like `parts.0.number`.
    """
    async with transactions.unit_of_work(viewer.user_id) as session:
        document = await rights.document(session, viewer=viewer, document_id=document_id, locked=True)
        awaited, begun = await _begun(session, document, limits)
    cut = _Cut(awaited.size_bytes, begun.part_bytes)
    _check(hashes, cut)
    if begun.upload_id is not None and await storage.head(begun.storage_key) is not None:
        return _plan(cut, range(1, cut.num_parts + 1), {}, limits)
    upload_id, stored = await _opened(transactions, viewer, begun, awaited.content_type, storage)
    there = cut.whole(stored)
    signed = {
        part.number: await storage.sign_part(
            begun.storage_key,
            upload_id,
            number=part.number,
            size=cut.bytes_of(part.number),
            sha256_hex=part.sha256.lower(),
            expires_seconds=limits.presign_seconds,
        )
        for part in hashes
        if part.number not in there
    }
    return _plan(cut, there, signed, limits)


async def _begun(
    session: Session, document: Document, limits: UploadLimits
) -> tuple[Document | DocumentReplacement, PartUpload]:
    """The file that is awaited, and its upload in parts, begun or found. Raises Conflict."""
    awaited = await upload.awaited_by(session, document)
    if awaited is None:
        raise Conflict("No file of this document is awaited. Ask for leave to upload it.")
    _stay(document, awaited)
    usual = limits.part_bytes_of(awaited.size_bytes)
    if usual is None:
        raise Conflict("This file is uploaded in one piece, to the address that was given.")
    begun = await part_uploads.begin(
        session, storage_key=awaited.storage_key, document_id=document.id, part_bytes=usual
    )
    return awaited, begun


async def join(
    transactions: Transactions, storage: Storage, *, viewer: Viewer, awaited: Document | DocumentReplacement
) -> None:
    """Make the file of its parts, if it comes in parts; a repeat changes nothing.

    Raises Conflict (UPLOAD_MISSING) while parts are missing.
    """
    async with transactions.unit_of_work(viewer.user_id) as session:
        begun = await part_uploads.get(session, awaited.storage_key)
    if begun is None or begun.upload_id is None:
        return
    cut = _Cut(awaited.size_bytes, begun.part_bytes)
    try:
        there = cut.whole(await storage.stored_parts(begun.storage_key, begun.upload_id))
        if len(there) == cut.num_parts:
            await storage.join_parts(begun.storage_key, begun.upload_id, there)
            return
    except NotFound:
        # Another confirmation was first, or the store gave the upload up: the look at the object will tell.
        return
    missing = cut.num_parts - len(there)
    raise Conflict(
        f"{missing} of {cut.num_parts} parts have not arrived yet. Send them, then confirm again.",
        code=failures.UPLOAD_MISSING,
    )


async def give_up(transactions: Transactions, storage: Storage) -> int:
    """Free what the store holds of uploads (at most a batch) whose file is awaited no more; returns how many.

    Those that have been joined are forgotten the same way. Raises Unavailable when a server does not answer.
    """
    async with transactions.unit_of_work() as session:
        keys = await part_uploads.unwanted(session, limit=BATCH)
    for key in keys:
        await storage.drop_parts(key)
        async with transactions.unit_of_work() as session:
            await part_uploads.forget(session, key)
    if keys:
        log.info("parts.given_up", num_uploads=len(keys))
    return len(keys)


def _stay(document: Document, awaited: Document | DocumentReplacement) -> None:
    """A file on its way has its whole time again."""
    if isinstance(awaited, DocumentReplacement):
        awaited.requested_at = utc_now()
    else:
        document.updated_at = utc_now()


def _check(hashes: Sequence[PartHash], cut: _Cut) -> None:
    if len(hashes) > PER_CALL:
        raise Invalid(f"At most {PER_CALL} parts can be asked for at once.", field="parts")
    for place, part in enumerate(hashes):
        if not 1 <= part.number <= cut.num_parts:
            raise Invalid(f"This file has parts 1 to {cut.num_parts}.", field=f"parts.{place}.number")
        if SHA256.fullmatch(part.sha256.lower()) is None:
            raise Invalid("A SHA-256 is 64 hexadecimal digits.", field=f"parts.{place}.sha256")


async def _opened(
    transactions: Transactions, viewer: Viewer, begun: PartUpload, content_type: str, storage: Storage
) -> tuple[str, dict[int, StoredPart]]:
    """The store's upload with what has arrived of it; a new one where there is none, or none any more."""
    key, was = begun.storage_key, begun.upload_id
    if was is not None:
        try:
            return was, await storage.stored_parts(key, was)
        except NotFound:
            log.info("parts.lost", storage_key=key)
    mine = await storage.begin_parts(key, content_type=content_type)
    async with transactions.unit_of_work(viewer.user_id) as session:
        counts = await part_uploads.settle(session, key, was=was, upload_id=mine)
    if counts == mine:
        return mine, {}
    await storage.drop_parts(key, mine)
    if counts is None:
        raise Conflict("This file is awaited no more.")
    return counts, await storage.stored_parts(key, counts)


def _plan(
    cut: _Cut, stored: Iterable[int], signed: dict[int, SignedUpload], limits: UploadLimits
) -> PartPlan:
    expires_at = datetime.now(UTC) + timedelta(seconds=limits.presign_seconds)
    return PartPlan(cut.part_bytes, cut.num_parts, sorted(stored), signed, expires_at)
