"""What every operation carries: who asks, how data is loaded, and the handles that resolvers pass on."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol, TypeAlias, TypeVar
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from backend.auth import Viewer
from backend.errors import AppError
from backend.events.hub import Hub
from backend.llm import Models
from backend.schema.nodes import Node
from backend.storage import Storage
from backend.transactions import Transactions
from backend.web import Web
from db import models as rows

Row = TypeVar("Row", covariant=True)


class PageOf(Protocol[Row]):
    """One page of rows, as every list of the database returns it."""

    @property
    def rows(self) -> Sequence[Row]: ...
    @property
    def cursors(self) -> Sequence[str]: ...
    @property
    def has_next_page(self) -> bool: ...
    @property
    def has_previous_page(self) -> bool: ...
    @property
    def total_count(self) -> int | None: ...


@dataclass(frozen=True)
class PageKey:
    """Which page of which owner's rows."""

    owner_id: UUID
    first: int
    after: str | None


@dataclass(frozen=True)
class NodeKey:
    """An object of the API by the name of its type and the id of its row."""

    type_name: str
    id: UUID


class ChunkRow(Protocol):
    """A published chunk of a document; a region is `[start, end, page, x0, y0, x1, y1]`."""

    @property
    def chunk_id(self) -> UUID: ...
    @property
    def position(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def title_path(self) -> Sequence[str]: ...
    @property
    def kinds(self) -> Sequence[str]: ...
    @property
    def page_first(self) -> int | None: ...
    @property
    def page_last(self) -> int | None: ...
    @property
    def regions(self) -> Sequence[Sequence[Any]]: ...
    @property
    def summary(self) -> str | None: ...


class RemainingTime(Protocol):
    """Seconds to the end of a document's work."""

    @property
    def seconds(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


@dataclass(frozen=True)
class UsageKey:
    """Whose calls are added up: `of` a message, chat, project or user."""

    of: str
    owner_id: UUID


@dataclass(frozen=True)
class Limits:
    """What one request may ask for, in plain numbers."""

    presign_seconds: int
    max_upload_bytes: int
    part_threshold_bytes: int
    part_bytes: int
    files_per_request: int
    documents_per_project: int
    bytes_per_project: int
    unfinished_documents_per_user: int
    crawl_max_depth: int
    crawl_max_pages: int
    embedding_model: str
    embedding_dimensions: int


@dataclass(frozen=True)
class Handles:
    """What lives as long as the process and is shared by all operations."""

    transactions: Transactions
    storage: Storage
    hub: Hub
    models: Models
    web: Web
    database: Any
    limits: Limits


@dataclass(frozen=True)
class Loaders:
    """One batch each: what is loaded by what. A row the viewer may not see loads as nothing."""

    nodes: DataLoader[NodeKey, Node | None]
    settings_by_project: DataLoader[UUID, rows.RetrievalSettings | None]
    generation_by_project: DataLoader[UUID, rows.EmbeddingGeneration | None]
    model_change_by_project: DataLoader[UUID, rows.EmbeddingGeneration | None]
    former_generation_by_project: DataLoader[UUID, rows.EmbeddingGeneration | None]
    documents_by_project: DataLoader[PageKey, PageOf[rows.Document]]
    chunks_by_document: DataLoader[PageKey, PageOf[ChunkRow]]
    num_documents_by_project: DataLoader[UUID, int]
    crawls_by_project: DataLoader[PageKey, PageOf[rows.Crawl]]
    pages_by_crawl: DataLoader[PageKey, PageOf[rows.CrawlPage]]
    page_counts_by_crawl: DataLoader[UUID, Mapping[rows.CrawlPageStatus, int]]
    chats_by_project: DataLoader[PageKey, PageOf[rows.Chat]]
    messages_by_chat: DataLoader[PageKey, PageOf[rows.Message]]
    stages_by_document: DataLoader[UUID, Sequence[rows.DocumentStage]]
    replacement_by_document: DataLoader[UUID, rows.DocumentReplacement | rows.DocumentVersion | None]
    place_in_queue_by_document: DataLoader[UUID, int | None]
    children_by_message: DataLoader[UUID, Sequence[rows.Message]]
    citations_by_message: DataLoader[UUID, Sequence[rows.Citation]]
    feedback_by_message: DataLoader[UUID, rows.Feedback | None]
    usage_by_owner: DataLoader[UsageKey, Sequence[Any]]
    retrieval_runs_by_message: DataLoader[UUID, Sequence[rows.RetrievalRun]]
    api_keys_by_user: DataLoader[PageKey, PageOf[rows.ApiKey]]
    budget_spent_by_line: DataLoader[UUID, Decimal]
    audit_by_user: DataLoader[PageKey, PageOf[rows.AuditEntry]]
    progress_of: Callable[[rows.Document], float]
    remaining_of: Callable[[rows.Document], RemainingTime | None]
    url_of: Callable[[rows.Document], Awaitable[str | None]]
    images_by_chunk: DataLoader[UUID, Sequence[rows.ChunkImage]]
    image_url_of: Callable[[rows.ChunkImage, int], Awaitable[str]]


@dataclass
class Context:
    """One operation's own; made anew for every operation, also on a socket that carries many."""

    handles: Handles
    sender: Viewer | AppError
    """Who sent the operation, or why nobody is known to have."""
    build_loaders: Callable[["Context"], Loaders]
    charge: Callable[[int], Awaitable[dict[str, Any]]]
    """Takes an operation's points from what its sender may spend and says what is left. RateLimited."""
    resume_after: str | None = field(default=None, init=False)
    """The cursor that the transport brought; it counts before the one in the document, which may be older."""
    cursor: str | None = field(default=None, init=False)
    """Of the event that is being told, for transports that name it beside the event."""
    _loaders: Loaders | None = field(default=None, init=False)

    @property
    def viewer(self) -> Viewer:
        """The person who asks; raises the reason, mostly `NotSignedIn`, when that is not known."""
        if isinstance(self.sender, AppError):
            raise self.sender
        return self.sender

    @property
    def loaders(self) -> Loaders:
        if self._loaders is None:
            self._loaders = self.build_loaders(self)
        return self._loaders

    def forget_loaded(self) -> None:
        """Load everything anew from now on: each event of a subscription sees its own time."""
        self._loaders = None


Info: TypeAlias = strawberry.Info[Context, None]
