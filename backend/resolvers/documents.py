"""Documents: reading them, trying again and anew, cancelling, renaming and deleting."""

from typing import Annotated

import strawberry

from backend.resolvers.expected import answering
from backend.resolvers.nodes import find
from backend.resolvers.receipts import deleted
from backend.schema.access import needs
from backend.schema.context import Info
from backend.schema.documents import Document
from backend.schema.inputs import DocumentInput, ReingestDocumentInput, RenameDocumentInput
from backend.schema.nodes import row_id
from backend.schema.results import (
    CancelDocumentResult,
    DeleteDocumentResult,
    DocumentPayload,
    ReingestDocumentResult,
    RenameDocumentResult,
    RetryDocumentResult,
)
from backend.services.documents import control
from db.models import Capability

Input = Annotated[DocumentInput, strawberry.argument(description="Which document.")]


@strawberry.type
class DocumentQueries:
    @strawberry.field(description="The document with this id, if it is yours to see.")
    @needs(Capability.READ, Capability.WRITE_DOCUMENTS)
    async def document(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The document's id.")],
    ) -> Document | None:
        return await find(info, id, Document)


@strawberry.type
class DocumentMutations:
    @strawberry.mutation(description="Take a failed or cancelled document in again.")
    @answering
    @needs(Capability.WRITE_DOCUMENTS, spends=True)
    async def retry_document(self, info: Info, input: Input) -> RetryDocumentResult:
        document_id = row_id(input.document_id, "Document", field="document_id")
        viewer = info.context.viewer
        async with info.context.handles.transactions.unit_of_work(viewer.user_id) as session:
            row = await control.retry(session, viewer=viewer, document_id=document_id)
        return DocumentPayload(document=Document.from_row(row))

    @strawberry.mutation(
        description="Take a document's file in anew, say after an update. Search finds the document as it "
        "was until that is done, and on if it fails or is cancelled."
    )
    @answering
    @needs(Capability.WRITE_DOCUMENTS, spends=True)
    async def reingest_document(
        self,
        info: Info,
        input: Annotated[ReingestDocumentInput, strawberry.argument(description="Which document.")],
    ) -> ReingestDocumentResult:
        document_id = row_id(input.document_id, "Document", field="document_id")
        viewer = info.context.viewer
        async with info.context.handles.transactions.unit_of_work(viewer.user_id) as session:
            row = await control.reingest(
                session,
                viewer=viewer,
                document_id=document_id,
                idempotency_key=input.idempotency_key,
            )
        return DocumentPayload(document=Document.from_row(row))

    @strawberry.mutation(description="Give a document another name.")
    @answering
    @needs(Capability.WRITE_DOCUMENTS)
    async def rename_document(
        self,
        info: Info,
        input: Annotated[RenameDocumentInput, strawberry.argument(description="Which document, and how.")],
    ) -> RenameDocumentResult:
        document_id = row_id(input.document_id, "Document", field="document_id")
        viewer = info.context.viewer
        async with info.context.handles.transactions.unit_of_work(viewer.user_id) as session:
            row = await control.rename(session, viewer=viewer, document_id=document_id, name=input.name)
        return DocumentPayload(document=Document.from_row(row))

    @strawberry.mutation(description="Stop taking a document in.")
    @answering
    @needs(Capability.WRITE_DOCUMENTS)
    async def cancel_document(self, info: Info, input: Input) -> CancelDocumentResult:
        document_id = row_id(input.document_id, "Document", field="document_id")
        viewer = info.context.viewer
        async with info.context.handles.transactions.unit_of_work(viewer.user_id) as session:
            row = await control.cancel(session, viewer=viewer, document_id=document_id)
        return DocumentPayload(document=Document.from_row(row))

    @strawberry.mutation(description="Delete a document with its chunks and its file.")
    @answering
    @needs(Capability.WRITE_DOCUMENTS)
    async def delete_document(self, info: Info, input: Input) -> DeleteDocumentResult:
        handles = info.context.handles
        receipt = await control.delete(
            handles.transactions,
            viewer=info.context.viewer,
            document_id=row_id(input.document_id, "Document", field="document_id"),
            storage=handles.storage,
        )
        return deleted(input.document_id, receipt)
