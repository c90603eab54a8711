"""Uploads: leave to PUT files straight to the object store, and saying that they are there."""

from typing import Annotated

import strawberry

from backend.resolvers.expected import answering
from backend.schema.access import needs
from backend.schema.context import Info, Limits
from backend.schema.documents import Document
from backend.schema.inputs import (
    AddWebPageInput,
    DocumentInput,
    FileInput,
    ReplaceDocumentInput,
    RequestUploadsInput,
)
from backend.schema.nodes import row_id
from backend.schema.results import (
    AddWebPageResult,
    ConfirmUploadResult,
    DocumentPayload,
    ReplaceDocumentPayload,
    ReplaceDocumentResult,
    RequestUploadsPayload,
    RequestUploadsResult,
    UploadHeader,
    UploadTicket,
)
from backend.services.documents import confirm, files, replace, upload, web_page
from db.models import Capability


@strawberry.type
class UploadMutations:
    @strawberry.mutation(
        description="Ask for leave to upload files; each becomes a document of the project, unless the "
        "project has one of the same bytes. A repeat is safe: a file that has not arrived gets a new address."
    )
    @answering
    @needs(Capability.WRITE_DOCUMENTS, spends=True)
    async def request_uploads(
        self,
        info: Info,
        input: Annotated[RequestUploadsInput, strawberry.argument(description="Which files.")],
    ) -> RequestUploadsResult:
        context, handles = info.context, info.context.handles
        project_id = row_id(input.project_id, "Project", field="project_id")
        async with handles.transactions.unit_of_work(context.viewer.user_id) as session:
            tickets = await upload.request(
                session,
                viewer=context.viewer,
                project_id=project_id,
                files=[_file(file) for file in input.files],
                storage=handles.storage,
                limits=upload_limits(handles.limits),
                idempotency_key=input.idempotency_key,
            )
        return RequestUploadsPayload(tickets=[_ticket(ticket) for ticket in tickets])

    @strawberry.mutation(
        description="Ask for leave to upload a file that takes the place of a document's. Search finds the "
        "document as it was until the new file is taken in, and on if that fails or is cancelled."
    )
    @answering
    @needs(Capability.WRITE_DOCUMENTS, spends=True)
    async def replace_document(
        self,
        info: Info,
        input: Annotated[ReplaceDocumentInput, strawberry.argument(description="Which document and file.")],
    ) -> ReplaceDocumentResult:
        context, handles = info.context, info.context.handles
        document_id = row_id(input.document_id, "Document", field="document_id")
        async with handles.transactions.unit_of_work(context.viewer.user_id) as session:
            ticket = await replace.request(
                session,
                viewer=context.viewer,
                document_id=document_id,
                file=_file(input.file),
                storage=handles.storage,
                limits=upload_limits(handles.limits),
            )
        return ReplaceDocumentPayload(ticket=_ticket(ticket))

    @strawberry.mutation(
        description="Say that a file was uploaded, a document's first or one that replaces it; it is "
        "checked, and the document waits for a worker."
    )
    @answering
    @needs(Capability.WRITE_DOCUMENTS, spends=True)
    async def confirm_upload(
        self,
        info: Info,
        input: Annotated[DocumentInput, strawberry.argument(description="Which document's file.")],
    ) -> ConfirmUploadResult:
        handles = info.context.handles
        row = await confirm.confirm(
            handles.transactions,
            viewer=info.context.viewer,
            document_id=row_id(input.document_id, "Document", field="document_id"),
            storage=handles.storage,
        )
        return DocumentPayload(document=Document.from_row(row))

    @strawberry.mutation(
        description="Add a page of the web as a document; it is fetched by the worker that takes it in."
    )
    @answering
    @needs(Capability.WRITE_DOCUMENTS, spends=True)
    async def add_web_page(
        self,
        info: Info,
        input: Annotated[AddWebPageInput, strawberry.argument(description="Which page.")],
    ) -> AddWebPageResult:
        viewer, handles = info.context.viewer, info.context.handles
        project_id = row_id(input.project_id, "Project", field="project_id")
        async with handles.transactions.unit_of_work(viewer.user_id) as session:
            row = await web_page.add(
                session,
                viewer=viewer,
                project_id=project_id,
                url=input.url,
                web=handles.web,
                limits=upload_limits(handles.limits),
                idempotency_key=input.idempotency_key,
            )
        return DocumentPayload(document=Document.from_row(row))


def upload_limits(limits: Limits) -> files.UploadLimits:
    """How much may be uploaded, in the words of its services."""
    return files.UploadLimits(
        max_bytes=limits.max_upload_bytes,
        presign_seconds=limits.presign_seconds,
        part_threshold_bytes=limits.part_threshold_bytes,
        part_bytes=limits.part_bytes,
        files_per_request=limits.files_per_request,
        documents_per_project=limits.documents_per_project,
        bytes_per_project=limits.bytes_per_project,
        unfinished_per_user=limits.unfinished_documents_per_user,
    )


def _file(file: FileInput) -> files.FileRequest:
    return files.FileRequest(
        name=file.name,
        content_type=file.content_type,
        size=file.size,
        sha256=file.sha256,
        allow_duplicate=file.allow_duplicate,
    )


def _ticket(ticket: upload.UploadTicket) -> UploadTicket:
    document = Document.from_row(ticket.document)
    return UploadTicket(
        document=document,
        duplicate_of=document if ticket.is_duplicate else None,
        url=ticket.url,
        headers=[UploadHeader(name=name, value=value) for name, value in ticket.headers.items()],
        expires_at=ticket.expires_at,
        part_bytes=ticket.part_bytes,
    )
