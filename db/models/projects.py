"""Projects, their members, and how each of them retrieves and answers."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, String

from db.models.base import Table, identifier, now, reference, time


class MemberRole(StrEnum):
    OWNER = "OWNER"
    MEMBER = "MEMBER"


class RagStrategy(StrEnum):
    BASIC = "BASIC"
    HYBRID = "HYBRID"
    MULTI_QUERY_VECTOR = "MULTI_QUERY_VECTOR"
    MULTI_QUERY_HYBRID = "MULTI_QUERY_HYBRID"


class AgentType(StrEnum):
    SIMPLE = "SIMPLE"
    AGENTIC = "AGENTIC"


class Fusion(StrEnum):
    RRF = "RRF"
    CONVEX = "CONVEX"


class GenerationStatus(StrEnum):
    BUILDING = "BUILDING"
    ACTIVE = "ACTIVE"
    RETIRED = "RETIRED"


class Project(Table, table=True):
    """A set of documents and the chats about them; rights come from its members."""

    __tablename__ = "projects"

    id: UUID = identifier()
    created_by: UUID = reference("users.id", index=True)
    name: str
    description: str = ""
    created_at: datetime = now()
    updated_at: datetime = now()


class ProjectMember(Table, table=True):
    """The right of one user to one project."""

    __tablename__ = "project_members"

    user_id: UUID = reference("users.id", primary_key=True)
    project_id: UUID = reference("projects.id", primary_key=True, index=True)
    role: MemberRole = Field(default=MemberRole.OWNER, sa_type=String)
    created_at: datetime = now()


class RetrievalSettings(Table, table=True):
    """How a project finds and answers; made with the project, with the product's defaults."""

    __tablename__ = "retrieval_settings"

    project_id: UUID = reference("projects.id", primary_key=True)
    rag_strategy: RagStrategy = Field(default=RagStrategy.BASIC, sa_type=String)
    agent_type: AgentType = Field(default=AgentType.SIMPLE, sa_type=String)
    fusion: Fusion = Field(default=Fusion.CONVEX, sa_type=String)
    num_chunks: int = 5
    final_context_size: int = 5
    similarity_threshold: float = 0.3
    use_reranking: bool = False
    multi_query_count: int = 3
    vector_weight: float = 0.7
    keyword_weight: float = 0.3
    updated_at: datetime = now()


class EmbeddingGeneration(Table, table=True):
    """All vectors of a project made by one model; exactly one generation is ACTIVE and serves."""

    __tablename__ = "embedding_generations"

    id: UUID = identifier()
    project_id: UUID = reference("projects.id", index=True)
    model: str
    dimensions: int
    status: GenerationStatus = Field(default=GenerationStatus.ACTIVE, sa_type=String)
    created_at: datetime = now()
    activated_at: datetime | None = time(default=None)
