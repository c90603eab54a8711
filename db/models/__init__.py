"""All tables; importing this package fills `Table.metadata`."""

from db.models.api_keys import ApiKey, Capability
from db.models.audit import Act, AuditEntry
from db.models.base import Table
from db.models.chats import Chat, ChatRemoval
from db.models.chunks import Chunk, ChunkVector, StagedChunk, StagedVector
from db.models.crawls import Crawl, CrawlPage, CrawlPageStatus, CrawlStatus
from db.models.documents import (
    Document,
    DocumentRemoval,
    DocumentReplacement,
    DocumentSource,
    DocumentStage,
    DocumentStatus,
    DocumentVersion,
)
from db.models.embeddings import CachedEmbedding
from db.models.generations import EmbeddingGeneration, GenerationStatus
from db.models.images import ChunkImage
from db.models.keywords import ChunkKeywords, LexemeChange, LexemeCount
from db.models.memories import Memory
from db.models.messages import Citation, CitationStatus, Feedback, Message, MessageRole, MessageStatus
from db.models.part_uploads import PartUpload
from db.models.projects import (
    AgentType,
    Fusion,
    MemberRole,
    Project,
    ProjectMember,
    RagStrategy,
    RetrievalSettings,
)
from db.models.retrieval_runs import RetrievalRun
from db.models.summaries import Summary
from db.models.upkeep import Chore
from db.models.usage import IdempotencyKey, Usage, UsageKind
from db.models.users import User
from db.models.vector_indexes import VectorIndex, VectorIndexStatus

__all__ = [
    "Act",
    "AgentType",
    "ApiKey",
    "AuditEntry",
    "CachedEmbedding",
    "Capability",
    "Chat",
    "ChatRemoval",
    "Chore",
    "Chunk",
    "ChunkImage",
    "ChunkKeywords",
    "ChunkVector",
    "Citation",
    "CitationStatus",
    "Crawl",
    "CrawlPage",
    "CrawlPageStatus",
    "CrawlStatus",
    "Document",
    "DocumentRemoval",
    "DocumentReplacement",
    "DocumentSource",
    "DocumentStage",
    "DocumentStatus",
    "DocumentVersion",
    "EmbeddingGeneration",
    "Feedback",
    "Fusion",
    "GenerationStatus",
    "IdempotencyKey",
    "LexemeChange",
    "LexemeCount",
    "MemberRole",
    "Memory",
    "Message",
    "MessageRole",
    "MessageStatus",
    "PartUpload",
    "Project",
    "ProjectMember",
    "RagStrategy",
    "RetrievalRun",
    "RetrievalSettings",
    "StagedChunk",
    "StagedVector",
    "Summary",
    "Table",
    "Usage",
    "UsageKind",
    "User",
    "VectorIndex",
    "VectorIndexStatus",
]
