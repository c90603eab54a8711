"""What a deletion took with it, said in the API's words."""

import strawberry

from backend.schema.results import DeletePayload, DeletionReceipt
from backend.services.removal import Receipt


def deleted(id: strawberry.ID, receipt: Receipt) -> DeletePayload:
    """The payload of a deletion of the object that had `id`."""
    removed = receipt.removed
    said = DeletionReceipt(
        num_rows=removed.num_rows,
        num_documents=removed.num_documents,
        num_chats=removed.num_chats,
        num_messages=removed.num_messages,
        num_chunks=removed.num_chunks,
        num_vectors=removed.num_vectors,
        num_objects=receipt.num_objects,
        num_streams=receipt.num_streams,
    )
    return DeletePayload(deleted_id=id, receipt=said)
