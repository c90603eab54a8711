"""What a deletion took with it, said in the API's words."""

import strawberry

from backend.schema.results import DeletePayload, DeletionReceipt
from db.queries.removal import Receipt


def deleted(id: strawberry.ID, receipt: Receipt) -> DeletePayload:
    """The payload of a deletion of the object that had `id`."""
    said = DeletionReceipt(
        num_documents=receipt.num_documents,
        num_chats=receipt.num_chats,
        num_messages=receipt.num_messages,
        num_chunks=receipt.num_chunks,
        num_vectors=receipt.num_vectors,
        num_objects=len(receipt.storage_keys),
    )
    return DeletePayload(deleted_id=id, receipt=said)
