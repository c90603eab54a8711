"""Projects, their members, and how each of them retrieves and answers."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from db.models.base import Table, check, choice, identifier, now, one_of, reference


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


class Project(Table, table=True):
    """A set of documents and the chats about them; rights come from its members."""

    __tablename__ = "projects"
    __table_args__ = (Index(None, "created_at", "id"),)

    id: UUID = identifier()
    created_by: UUID = reference("users.id", index=True)
    name: str
    description: str = ""
    change_seq: int = Field(default=0, sa_type=BigInteger)
    """Number of the last change of status, arrival or removal of one of its documents; triggers count it."""
    created_at: datetime = now()
    updated_at: datetime = now()


class ProjectMember(Table, table=True):
    """The right of one user to one project."""

    __tablename__ = "project_members"
    __table_args__ = (one_of("role", MemberRole),)

    user_id: UUID = reference("users.id", primary_key=True)
    project_id: UUID = reference("projects.id", primary_key=True, index=True)
    role: MemberRole = choice(MemberRole, default=MemberRole.OWNER)
    created_at: datetime = now()


class RetrievalSettings(Table, table=True):
    """How a project finds and answers; made with the project, with the product's defaults."""

    __tablename__ = "retrieval_settings"
    __table_args__ = (
        one_of("rag_strategy", RagStrategy),
        one_of("agent_type", AgentType),
        one_of("fusion", Fusion),
        check("num_chunks", "num_chunks BETWEEN 1 AND 20"),
        check("final_context_size", "final_context_size BETWEEN 1 AND 20"),
        check("similarity_threshold", "similarity_threshold BETWEEN 0 AND 1"),
        check("neighbour_chunks", "neighbour_chunks BETWEEN 0 AND 3"),
        check("multi_query_count", "multi_query_count BETWEEN 1 AND 8"),
        check("weights", "vector_weight BETWEEN 0 AND 1 AND keyword_weight BETWEEN 0 AND 1"),
    )

    project_id: UUID = reference("projects.id", primary_key=True)
    rag_strategy: RagStrategy = choice(RagStrategy, default=RagStrategy.BASIC)
    agent_type: AgentType = choice(AgentType, default=AgentType.SIMPLE)
    fusion: Fusion = choice(Fusion, default=Fusion.CONVEX)
    num_chunks: int = 5
    final_context_size: int = 5
    similarity_threshold: float = 0.3
    use_reranking: bool = False
    neighbour_chunks: int = 0
    contextual_chunks: bool = False
    multi_query_count: int = 3
    vector_weight: float = 0.5
    keyword_weight: float = 0.5
    updated_at: datetime = now()
