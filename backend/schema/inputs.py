"""What mutations take: one input object each."""

from dataclasses import fields
from typing import Any

import strawberry

from db.models.projects import AgentType, Fusion, RagStrategy

OPTIONAL = "; left as it is if not given."


def idempotency_key() -> Any:
    """The field of mutations that create or spend."""
    return strawberry.field(
        default=None,
        description="Any text that names this call: a repeat with the same key returns the first result.",
    )


@strawberry.input(description="What a new project is made from.")
class CreateProjectInput:
    name: str = strawberry.field(description="What to call it, in 1 to 200 characters.")
    description: str = strawberry.field(
        default="", description="What it is for, in at most 2,000 characters."
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="What to change about a project.")
class UpdateProjectInput:
    project_id: strawberry.ID = strawberry.field(description="Which project.")
    name: str | None = strawberry.field(default=None, description="A new name" + OPTIONAL)
    description: str | None = strawberry.field(default=None, description="A new description" + OPTIONAL)


@strawberry.input(description="Which project to delete.")
class DeleteProjectInput:
    project_id: strawberry.ID = strawberry.field(description="The project; everything under it goes with it.")


@strawberry.input(description="What to change about how a project finds and answers.")
class UpdateRetrievalSettingsInput:
    project_id: strawberry.ID = strawberry.field(description="Which project.")
    rag_strategy: RagStrategy | None = strawberry.field(
        default=None, description="How chunks are found" + OPTIONAL
    )
    agent_type: AgentType | None = strawberry.field(
        default=None, description="How questions are answered" + OPTIONAL
    )
    fusion: Fusion | None = strawberry.field(
        default=None, description="How several ranked lists become one" + OPTIONAL
    )
    num_chunks: int | None = strawberry.field(
        default=None, description="How many chunks are left after fusion, 1 to 20" + OPTIONAL
    )
    final_context_size: int | None = strawberry.field(
        default=None, description="How many of them the model reads, 1 to 20" + OPTIONAL
    )
    neighbour_chunks: int | None = strawberry.field(
        default=None,
        description="How many chunks before and after each of these the model reads too, 0 to 3" + OPTIONAL,
    )
    contextual_chunks: bool | None = strawberry.field(
        default=None,
        description="Whether chunks of versions that are made from now on are embedded and indexed together"
        " with their document's name and the titles above them" + OPTIONAL,
    )
    similarity_threshold: float | None = strawberry.field(
        default=None, description="The least cosine similarity that counts, 0 to 1" + OPTIONAL
    )
    use_reranking: bool | None = strawberry.field(
        default=None, description="Whether found chunks, 20 at least, are ranked a second time" + OPTIONAL
    )
    multi_query_count: int | None = strawberry.field(
        default=None, description="How many wordings the model writes beside the question, 1 to 8" + OPTIONAL
    )
    vector_weight: float | None = strawberry.field(
        default=None, description="The weight of meaning in fusion, 0 to 1" + OPTIONAL
    )
    keyword_weight: float | None = strawberry.field(
        default=None, description="The weight of words in fusion, 0 to 1" + OPTIONAL
    )

    def given(self) -> dict[str, Any]:
        """The settings that are to change, by name."""
        return {
            field.name: value
            for field in fields(self)
            if field.name != "project_id" and (value := getattr(self, field.name)) is not None
        }


@strawberry.input(description="Which embedding model a project is to have.")
class ChangeEmbeddingModelInput:
    project_id: strawberry.ID = strawberry.field(description="Which project.")
    model: str = strawberry.field(description="The model's name, one of `embeddingModels`.")


@strawberry.input(description="Which project this is about.")
class ProjectInput:
    project_id: strawberry.ID = strawberry.field(description="The project.")


@strawberry.input(description="One file that is to be uploaded.")
class FileInput:
    name: str = strawberry.field(description="The file's name, with its ending.")
    content_type: str = strawberry.field(description="Its media type, like `application/pdf`.")
    size: int = strawberry.field(description="How many bytes it has; the upload must have exactly as many.")
    sha256: str = strawberry.field(description="SHA-256 of its bytes, in lower-case hex.")
    allow_duplicate: bool = strawberry.field(
        default=False,
        description="Make a document of its own even if the project has one of the same bytes already.",
    )


@strawberry.input(description="Files that are to be uploaded to a project.")
class RequestUploadsInput:
    project_id: strawberry.ID = strawberry.field(description="The project the documents will belong to.")
    files: list[FileInput] = strawberry.field(description="The files, each of which becomes a document.")
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="A page of the web that is to become a document.")
class AddWebPageInput:
    project_id: strawberry.ID = strawberry.field(description="The project the document will belong to.")
    url: str = strawberry.field(
        description="The page's address, http or https: HTML, text, Markdown or PDF, open to the public."
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="A part of a web site whose pages are to become documents.")
class AddWebSiteInput:
    project_id: strawberry.ID = strawberry.field(description="The project the documents will belong to.")
    url: str = strawberry.field(description="The address of the first page, http or https.")
    path_prefix: str | None = strawberry.field(
        default=None,
        description="The path under which pages are visited, like `/docs`; the first page's folder if unset.",
    )
    max_depth: int = strawberry.field(
        default=2,
        description="How many links to go deep: 0, the first page alone, to 5, or what the operator allows.",
    )
    max_pages: int = strawberry.field(
        default=50,
        description="How many pages to visit at most: 1 to 500, or what the operator allows.",
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="Which crawl this is about.")
class CrawlInput:
    crawl_id: strawberry.ID = strawberry.field(description="The crawl.")


@strawberry.input(description="Which crawl to do again.")
class RecrawlWebSiteInput:
    crawl_id: strawberry.ID = strawberry.field(description="The crawl, which must have ended.")
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="Which document's web page to fetch again.")
class RefreshWebPageInput:
    document_id: strawberry.ID = strawberry.field(description="The document.")
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="Which document this is about.")
class DocumentInput:
    document_id: strawberry.ID = strawberry.field(description="The document.")


@strawberry.input(description="Which document to take in anew.")
class ReingestDocumentInput:
    document_id: strawberry.ID = strawberry.field(description="The document; its file stays as it is.")
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="A file that is to take the place of a document's present one.")
class ReplaceDocumentInput:
    document_id: strawberry.ID = strawberry.field(description="The document, which keeps its id.")
    file: FileInput = strawberry.field(
        description="The new file; the document is called by its name once it is taken in."
    )


@strawberry.input(description="A document's new name.")
class RenameDocumentInput:
    document_id: strawberry.ID = strawberry.field(description="Which document.")
    name: str = strawberry.field(description="What to call it from now on; cut after 255 characters.")


@strawberry.input(description="What a new chat is made from.")
class CreateChatInput:
    project_id: strawberry.ID = strawberry.field(description="The project it is about.")
    title: str | None = strawberry.field(
        default=None,
        description="What to call it, in at most 200 characters; if not given, its first answer gives one.",
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="A chat's new title.")
class RenameChatInput:
    chat_id: strawberry.ID = strawberry.field(description="Which chat.")
    title: str = strawberry.field(description="What to call it from now on, in 1 to 200 characters.")


@strawberry.input(description="Which chat to delete.")
class DeleteChatInput:
    chat_id: strawberry.ID = strawberry.field(description="The chat; its messages go with it.")


@strawberry.input(description="A question to a chat.")
class SendMessageInput:
    chat_id: strawberry.ID = strawberry.field(description="The chat.")
    content: str = strawberry.field(description="The question, in at most 50,000 characters.")
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="Which answer to write anew.")
class RegenerateMessageInput:
    message_id: strawberry.ID = strawberry.field(
        description="The answer, which stays as it is; it must have ended."
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.input(description="Which message to go on from.")
class SelectMessageInput:
    message_id: strawberry.ID = strawberry.field(
        description="The message that is preferred to its siblings from now on."
    )


@strawberry.input(description="What to look for in your own chats.")
class SearchMessagesInput:
    project_id: strawberry.ID = strawberry.field(
        description="The project; your chats about it are looked through."
    )
    query: str = strawberry.field(
        description='Words that a message must hold; "quoted" in this order, with - before them not at all.'
    )
    first: int = strawberry.field(default=20, description="How many to return at most: from 1 to 100.")
    after: str | None = strawberry.field(
        default=None, description="The cursor after which to go on; none for the beginning."
    )


@strawberry.input(description="Which answer to stop.")
class StopMessageInput:
    message_id: strawberry.ID = strawberry.field(description="The answer; what was written so far is kept.")


@strawberry.input(description="What you think of an answer.")
class RateMessageInput:
    message_id: strawberry.ID = strawberry.field(description="The answer.")
    positive: bool = strawberry.field(description="Thumbs up, or down.")
    reason: str | None = strawberry.field(default=None, description="Why, in a word: at most 200 characters.")
    comment: str | None = strawberry.field(
        default=None, description="Why, in your own words: at most 4,000 characters."
    )
