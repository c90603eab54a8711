"""What mutations give back: a payload, or one of the failures that can be expected."""

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from backend.schema.chats import Chat
from backend.schema.crawls import Crawl
from backend.schema.documents import Document
from backend.schema.errors import QuotaExceededError, RowRefused, TooLargeError
from backend.schema.messages import Message
from backend.schema.paging import Connection
from backend.schema.projects import Project


@strawberry.type(description="The project that was made.")
class CreateProjectPayload:
    project: Project = strawberry.field(description="The new project.")


@strawberry.type(description="The project that was changed.")
class UpdateProjectPayload:
    project: Project = strawberry.field(description="The project as it is now.")


@strawberry.type(description="The project whose settings were changed.")
class UpdateRetrievalSettingsPayload:
    project: Project = strawberry.field(description="The project with its settings as they are now.")


@strawberry.type(description="The project whose embedding model is concerned.")
class EmbeddingModelPayload:
    project: Project = strawberry.field(
        description="The project as it is now; `embeddingModelChange` tells how far the change is."
    )


@strawberry.type(description="What a deletion took with it.")
class DeletionReceipt:
    num_rows: int = strawberry.field(
        description="How many rows of the database, those that are counted by name below and all others."
    )
    num_documents: int = strawberry.field(description="How many documents.")
    num_chats: int = strawberry.field(description="How many chats.")
    num_messages: int = strawberry.field(description="How many messages.")
    num_chunks: int = strawberry.field(description="How many chunks.")
    num_vectors: int = strawberry.field(description="How many embeddings.")
    num_objects: int = strawberry.field(description="How many stored objects: files and images.")
    num_streams: int = strawberry.field(description="How many streams of events.")


@strawberry.type(description="What was deleted.")
class DeletePayload:
    deleted_id: strawberry.ID = strawberry.field(description="The id it had.")
    receipt: DeletionReceipt = strawberry.field(description="What went with it.")


@strawberry.type(description="A header that an upload must carry.")
class UploadHeader:
    name: str = strawberry.field(description="The header's name.")
    value: str = strawberry.field(description="Its value, exactly.")


@strawberry.type(
    description="Leave to upload one file: PUT its bytes to `url` with exactly these headers. A file that "
    "the project has already needs no upload: then `duplicateOf` is set and there is no `url`."
)
class UploadTicket:
    document: Document = strawberry.field(
        description="The document of this file: the one that waits for it, or the one of `duplicateOf`."
    )
    duplicate_of: Document | None = strawberry.field(
        description="The project's document of the same bytes that makes this upload unnecessary, if any. "
        "A failed or cancelled one never does."
    )
    url: str | None = strawberry.field(description="Where to PUT the file; none for a duplicate.")
    headers: list[UploadHeader] = strawberry.field(description="The headers that were signed for.")
    expires_at: datetime | None = strawberry.field(description="When the leave ends; none for a duplicate.")
    part_bytes: int | None = strawberry.field(
        description="Set for a large file, which may come in parts of so many bytes instead: see "
        "`requestUploadParts`. An interrupted one then goes on where it was."
    )


@strawberry.type(description="Leave to upload the files.")
class RequestUploadsPayload:
    tickets: list[UploadTicket] = strawberry.field(
        description="One for each file, in the order of the input."
    )


@strawberry.type(description="Leave to upload the file that replaces a document's.")
class ReplaceDocumentPayload:
    ticket: UploadTicket = strawberry.field(
        description="Where to PUT the file; then `confirmUpload`. Nothing changes before that."
    )


@strawberry.type(description="The document that was acted on.")
class DocumentPayload:
    document: Document = strawberry.field(description="The document as it is now.")


@strawberry.type(description="The crawl that was acted on.")
class CrawlPayload:
    crawl: Crawl = strawberry.field(description="The crawl as it is now.")


@strawberry.type(description="The chat that was acted on.")
class ChatPayload:
    chat: Chat = strawberry.field(description="The chat as it is now.")


@strawberry.type(description="The question that was sent and the answer that will come.")
class SendMessagePayload:
    question: Message = strawberry.field(description="The question.")
    answer: Message = strawberry.field(description="The answer, to be followed with `messageEvents`.")


@strawberry.type(description="The message that was acted on.")
class MessagePayload:
    message: Message = strawberry.field(description="The message as it is now.")


@strawberry.type(description="The answer that will come, beside the one that there was.")
class RegenerateMessagePayload:
    answer: Message = strawberry.field(description="The new answer, to be followed with `messageEvents`.")


@strawberry.type(description="Messages that hold what was looked for.")
class SearchMessagesPayload:
    messages: Connection[Message] = strawberry.field(description="The messages, newest first.")


@strawberry.type(description="A chat, written down.")
class ExportChatPayload:
    file_name: str = strawberry.field(description="What to call the file.")
    content_type: str = strawberry.field(description="Its media type.")
    content: str = strawberry.field(description="The whole text.")


CreateProjectResult: TypeAlias = Annotated[
    CreateProjectPayload | RowRefused,
    strawberry.union("CreateProjectResult", description="What came of making a project."),
]
UpdateProjectResult: TypeAlias = Annotated[
    UpdateProjectPayload | RowRefused,
    strawberry.union("UpdateProjectResult", description="What came of changing a project."),
]
DeleteProjectResult: TypeAlias = Annotated[
    DeletePayload | RowRefused,
    strawberry.union("DeleteProjectResult", description="What came of deleting a project."),
]
UpdateRetrievalSettingsResult: TypeAlias = Annotated[
    UpdateRetrievalSettingsPayload | RowRefused,
    strawberry.union(
        "UpdateRetrievalSettingsResult", description="What came of changing how a project finds and answers."
    ),
]
ChangeEmbeddingModelResult: TypeAlias = Annotated[
    EmbeddingModelPayload | RowRefused,
    strawberry.union(
        "ChangeEmbeddingModelResult", description="What came of asking for another embedding model."
    ),
]
RollBackEmbeddingModelResult: TypeAlias = Annotated[
    EmbeddingModelPayload | RowRefused,
    strawberry.union(
        "RollBackEmbeddingModelResult", description="What came of going back to the embedding model before."
    ),
]
CancelEmbeddingModelChangeResult: TypeAlias = Annotated[
    EmbeddingModelPayload | RowRefused,
    strawberry.union(
        "CancelEmbeddingModelChangeResult", description="What came of giving up the change of the model."
    ),
]
RequestUploadsResult: TypeAlias = Annotated[
    RequestUploadsPayload | RowRefused | TooLargeError | QuotaExceededError,
    strawberry.union("RequestUploadsResult", description="What came of asking for leave to upload."),
]
ConfirmUploadResult: TypeAlias = Annotated[
    DocumentPayload | RowRefused | QuotaExceededError,
    strawberry.union("ConfirmUploadResult", description="What came of confirming an upload."),
]
RetryDocumentResult: TypeAlias = Annotated[
    DocumentPayload | RowRefused | QuotaExceededError,
    strawberry.union("RetryDocumentResult", description="What came of trying a document again."),
]
AddWebPageResult: TypeAlias = Annotated[
    DocumentPayload | RowRefused | QuotaExceededError,
    strawberry.union("AddWebPageResult", description="What came of adding a web page."),
]
ReingestDocumentResult: TypeAlias = Annotated[
    DocumentPayload | RowRefused | QuotaExceededError,
    strawberry.union("ReingestDocumentResult", description="What came of taking a document in anew."),
]
ReplaceDocumentResult: TypeAlias = Annotated[
    ReplaceDocumentPayload | RowRefused | TooLargeError | QuotaExceededError,
    strawberry.union(
        "ReplaceDocumentResult", description="What came of asking to replace a document's file."
    ),
]
RenameDocumentResult: TypeAlias = Annotated[
    DocumentPayload | RowRefused,
    strawberry.union("RenameDocumentResult", description="What came of renaming a document."),
]
AddWebSiteResult: TypeAlias = Annotated[
    CrawlPayload | RowRefused | QuotaExceededError,
    strawberry.union("AddWebSiteResult", description="What came of adding a part of a web site."),
]
RecrawlWebSiteResult: TypeAlias = Annotated[
    CrawlPayload | RowRefused | QuotaExceededError,
    strawberry.union("RecrawlWebSiteResult", description="What came of crawling again."),
]
RefreshWebPageResult: TypeAlias = Annotated[
    CrawlPayload | RowRefused | QuotaExceededError,
    strawberry.union("RefreshWebPageResult", description="What came of fetching a page again."),
]
CancelCrawlResult: TypeAlias = Annotated[
    CrawlPayload | RowRefused,
    strawberry.union("CancelCrawlResult", description="What came of stopping a crawl."),
]
CancelDocumentResult: TypeAlias = Annotated[
    DocumentPayload | RowRefused,
    strawberry.union("CancelDocumentResult", description="What came of cancelling a document."),
]
DeleteDocumentResult: TypeAlias = Annotated[
    DeletePayload | RowRefused,
    strawberry.union("DeleteDocumentResult", description="What came of deleting a document."),
]
CreateChatResult: TypeAlias = Annotated[
    ChatPayload | RowRefused,
    strawberry.union("CreateChatResult", description="What came of beginning a chat."),
]
RenameChatResult: TypeAlias = Annotated[
    ChatPayload | RowRefused,
    strawberry.union("RenameChatResult", description="What came of renaming a chat."),
]
DeleteChatResult: TypeAlias = Annotated[
    DeletePayload | RowRefused,
    strawberry.union("DeleteChatResult", description="What came of deleting a chat."),
]
SendMessageResult: TypeAlias = Annotated[
    SendMessagePayload | RowRefused | TooLargeError | QuotaExceededError,
    strawberry.union("SendMessageResult", description="What came of sending a message."),
]
StopMessageResult: TypeAlias = Annotated[
    MessagePayload | RowRefused,
    strawberry.union("StopMessageResult", description="What came of stopping an answer."),
]
RateMessageResult: TypeAlias = Annotated[
    MessagePayload | RowRefused | TooLargeError,
    strawberry.union("RateMessageResult", description="What came of rating an answer."),
]
RegenerateMessageResult: TypeAlias = Annotated[
    RegenerateMessagePayload | RowRefused | QuotaExceededError,
    strawberry.union("RegenerateMessageResult", description="What came of asking for another answer."),
]
SelectMessageResult: TypeAlias = Annotated[
    MessagePayload | RowRefused,
    strawberry.union("SelectMessageResult", description="What came of preferring a message."),
]
SearchMessagesResult: TypeAlias = Annotated[
    SearchMessagesPayload | RowRefused,
    strawberry.union("SearchMessagesResult", description="What came of looking through messages."),
]
ExportChatResult: TypeAlias = Annotated[
    ExportChatPayload | RowRefused,
    strawberry.union("ExportChatResult", description="What came of writing a chat down."),
]
