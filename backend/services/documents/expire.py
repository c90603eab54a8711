"""Uploads that never arrived: their documents fail, and what is stored of them is removed."""

from uuid import UUID

import structlog

from backend.services import removal
from backend.services.documents import events, failures, run
from backend.storage import Storage
from backend.transactions import Transactions
from db.models import DocumentStatus
from db.queries import documents, work
from db.queries import replacements as replacement_rows

log = structlog.get_logger()

BATCH = 100
LEASE_SECONDS = 60.0


async def uploads(transactions: Transactions, storage: Storage, *, older_than_seconds: float) -> int:
    """Fail the documents (at most a batch) that have waited so long for their file; returns how many.

    They are taken first, so that none is confirmed meanwhile; then their objects go, then the rows say it.
    What is broken off anywhere between is taken again when the lease has run out. Raises Unavailable when the
    object store or the database does not answer.
    """
    async with transactions.unit_of_work() as session:
        rows = await work.take_expired_uploads(
            session, older_than_seconds=older_than_seconds, lease_seconds=LEASE_SECONDS, limit=BATCH
        )
        taken = {row.id: row.storage_key for row in rows}
    await storage.delete(taken.values())
    for document_id in taken:
        await _fail(transactions, document_id)
    return len(taken)


async def replacements(transactions: Transactions, storage: Storage, *, older_than_seconds: float) -> int:
    """Forget the files (at most a batch) that were to replace others and did not arrive; returns how many.

    Their documents stay as they are. Raises Unavailable when the database does not answer.
    """
    async with transactions.unit_of_work() as session:
        keys = await replacement_rows.take_expired(
            session, older_than_seconds=older_than_seconds, limit=BATCH
        )
    await removal.late_keys(storage, keys)
    return len(keys)


async def _fail(transactions: Transactions, document_id: UUID) -> None:
    code = failures.UPLOAD_EXPIRED
    async with transactions.unit_of_work() as session:
        document = await documents.lock(session, document_id)
        if document is None or document.status is not DocumentStatus.UPLOADING:
            return
        events.change_hands(document)
        run.give_up(session, document, code=code, message=failures.sentence(code))
    log.info("upload.expired", document_id=str(document_id))
