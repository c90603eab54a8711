"""Documents as the API shows them: what they are, how far they have come, and what went wrong."""

from datetime import datetime

import strawberry
from strawberry.types.lazy_type import LazyType

from backend.schema.access import needs
from backend.schema.context import Info, NodeKey
from backend.schema.document_chunks import DocumentChunk
from backend.schema.failures import Failure, failure_of
from backend.schema.nodes import Node, global_id
from backend.schema.paging import FIRST, After, Connection, First, connection, page_key
from backend.schema.stages import DocumentStage, Remaining
from db import models as rows
from db.models import Capability
from db.models.documents import DocumentSource, DocumentStatus


@strawberry.type(description="A file that is to take the place of a document's present one.")
class DocumentReplacement:
    name: str | None = strawberry.field(
        description="What the document will be called; none if it keeps the name it has then."
    )
    content_type: str = strawberry.field(description="The media type, like `application/pdf`.")
    size_bytes: int = strawberry.field(description="How many bytes the file has.")
    sha256: str = strawberry.field(description="SHA-256 of the file, in lower-case hex.")
    is_confirmed: bool = strawberry.field(
        description="Whether it has arrived, and a version is made of it; else its upload is awaited."
    )

    @classmethod
    def from_row(cls, row: rows.DocumentReplacement | rows.DocumentVersion) -> "DocumentReplacement":
        assert row.content_type and row.size_bytes is not None and row.sha256, "it is a file"
        return cls(
            name=row.name,
            content_type=row.content_type,
            size_bytes=row.size_bytes,
            sha256=row.sha256,
            is_confirmed=isinstance(row, rows.DocumentVersion),
        )


@strawberry.type(description="One file or page of a project, and the work of taking it in.")
class Document(Node):
    name: str = strawberry.field(description="The file's name, or the page's title.")
    content_type: str = strawberry.field(description="The media type, like `application/pdf`.")
    size_bytes: int = strawberry.field(description="How many bytes the file has.")
    sha256: str = strawberry.field(description="SHA-256 of the file, in lower-case hex.")
    source: DocumentSource = strawberry.field(description="Where it came from.")
    source_url: str | None = strawberry.field(description="The page's address, if it came from the web.")
    status: DocumentStatus = strawberry.field(description="How far it has come.")
    is_stalled: bool = strawberry.field(
        description="Whether the worker that has it has not been heard of for too long; another takes over."
    )
    failure: Failure | None = strawberry.field(description="Why it failed, if it did.")
    language: str | None = strawberry.field(
        description="The ISO 639-1 code of the language most of it is written in, like `en`; "
        "none before that is known, and where the text is too short or mixed to tell."
    )
    num_pages: int | None = strawberry.field(description="How many pages it has, once that is known.")
    num_pages_parsed: int = strawberry.field(description="How many of its pages were read so far.")
    num_chunks: int | None = strawberry.field(description="How many chunks it has, once that is known.")
    num_summaries: int | None = strawberry.field(
        description="How many of its chunks have tables or images that a model sums up, once that is known."
    )
    num_summaries_made: int = strawberry.field(description="How many of them were summed up so far.")
    num_chunks_embedded: int = strawberry.field(description="How many of its chunks were embedded so far.")
    version: int = strawberry.field(
        description="The number of the version that search sees; 0 before the first is published."
    )
    pending_version: int | None = strawberry.field(
        description="The number of a newer version that `status`, `progress` and the counts are about: one "
        "that waits, is being built, or failed or was cancelled; none when search sees the newest."
    )
    is_searchable: bool = strawberry.field(
        description="Whether search finds it. An earlier version is found until a newer one is whole, and on "
        "if that fails or is cancelled."
    )
    cursor: str = strawberry.field(
        description="The last event this state contains; as `after`, `documentEvents` goes on from here."
    )
    created_at: datetime = strawberry.field(description="When the upload was requested.")
    updated_at: datetime = strawberry.field(description="When anything of it last changed.")
    queued_at: datetime | None = strawberry.field(description="When it began to wait for a worker.")
    started_at: datetime | None = strawberry.field(description="When a worker last took it.")
    finished_at: datetime | None = strawberry.field(description="When it was completed, failed or cancelled.")
    row: strawberry.Private[rows.Document]

    @strawberry.field(description="How much of the work is done, from 0 to 1; it never goes backwards.")
    def progress(self, info: Info) -> float:
        return info.context.loaders.progress_of(self.row)

    @strawberry.field(
        description="A signed address of its file for some minutes: PDFs, pictures and plain text are shown "
        "by browsers, everything else is saved. None before the file has arrived."
    )
    @needs(Capability.READ)
    async def url(self, info: Info) -> str | None:
        return await info.context.loaders.url_of(self.row)

    @strawberry.field(description="Its place among all waiting documents, from 1; none unless it is QUEUED.")
    async def place_in_queue(self, info: Info) -> int | None:
        if self.status is not DocumentStatus.QUEUED:
            return None
        return await info.context.loaders.place_in_queue_by_document.load(self.row.id)

    @strawberry.field(description="The stages of its newest version that have begun, in order.")
    async def stages(self, info: Info) -> list[DocumentStage]:
        stages = await info.context.loaders.stages_by_document.load(self.row.id)
        return [DocumentStage.from_row(stage, self.row) for stage in stages]

    @strawberry.field(description="What the version that search sees was cut into, in order.")
    @needs(Capability.READ)
    async def chunks(
        self, info: Info, first: First = FIRST, after: After = None
    ) -> Connection[DocumentChunk]:
        key = page_key(self.row.id, first, after)
        return connection(await info.context.loaders.chunks_by_document.load(key), DocumentChunk.from_row)

    @strawberry.field(
        description="How long it will still take; none while it waits or stands still, or nobody can tell."
    )
    def remaining(self, info: Info) -> Remaining | None:
        left = info.context.loaders.remaining_of(self.row)
        return None if left is None else Remaining(seconds=left.seconds, low=left.low, high=left.high)

    @strawberry.field(
        description="The file that is to take the place of its present one: awaited, or of `pendingVersion`."
    )
    async def replacement(self, info: Info) -> "DocumentReplacement | None":
        row = await info.context.loaders.replacement_by_document.load(self.row.id)
        return None if row is None else DocumentReplacement.from_row(row)

    @strawberry.field(
        description="The project it belongs to.", graphql_type=LazyType("Project", "backend.schema.projects")
    )
    async def project(self, info: Info) -> Node | None:
        return await info.context.loaders.nodes.load(NodeKey("Project", self.row.project_id))

    @classmethod
    def from_row(cls, row: rows.Document) -> "Document":
        return cls(
            id=global_id("Document", row.id),
            name=row.name,
            content_type=row.content_type,
            size_bytes=row.size_bytes,
            sha256=row.sha256,
            source=DocumentSource(row.source),
            source_url=row.source_url,
            status=DocumentStatus(row.status),
            is_stalled=row.is_stalled,
            failure=failure_of(row),
            language=row.language,
            num_pages=row.num_pages,
            num_pages_parsed=row.num_pages_parsed,
            num_chunks=row.num_chunks,
            num_summaries=row.num_summaries,
            num_summaries_made=row.num_summaries_made,
            num_chunks_embedded=row.num_chunks_embedded,
            version=row.version,
            pending_version=row.newest_version if row.newest_version > row.version else None,
            is_searchable=row.version > 0,
            cursor=f"{row.attempt}-{row.event_seq}",
            created_at=row.created_at,
            updated_at=row.updated_at,
            queued_at=row.queued_at,
            started_at=row.started_at,
            finished_at=row.finished_at,
            row=row,
        )
