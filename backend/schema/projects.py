"""Projects as the API shows them, with how each of them retrieves and answers."""

from datetime import datetime

import strawberry

from backend.errors import NotFound
from backend.schema.access import needs
from backend.schema.chats import Chat
from backend.schema.context import Info
from backend.schema.crawls import Crawl
from backend.schema.documents import Document
from backend.schema.embedding_models import EmbeddingModel, EmbeddingModelChange, model_of
from backend.schema.nodes import Node, global_id
from backend.schema.paging import FIRST, After, Connection, First, connection, page_key
from backend.schema.usage import UsageTotal, usage_of
from db import models as rows
from db.models import Capability
from db.models.projects import AgentType, Fusion, RagStrategy
from db.models.usage import UsageOf


@strawberry.type(description="How a project finds chunks and answers from them.")
class RetrievalSettings:
    rag_strategy: RagStrategy = strawberry.field(description="How chunks are found.")
    agent_type: AgentType = strawberry.field(description="How questions are answered.")
    fusion: Fusion = strawberry.field(description="How several ranked lists become one.")
    num_chunks: int = strawberry.field(description="How many chunks are left after fusion, 1 to 20.")
    final_context_size: int = strawberry.field(description="How many of them the model reads, 1 to 20.")
    neighbour_chunks: int = strawberry.field(
        description="How many chunks before and after each of these the model reads too, 0 to 3, while there"
        " is room."
    )
    contextual_chunks: bool = strawberry.field(
        description="Whether chunks are embedded and indexed together with their document's name and the"
        " titles above them. A change applies to versions made from then on: `reingestDocument` makes one."
    )
    similarity_threshold: float = strawberry.field(
        description="The least cosine similarity that counts, 0 to 1."
    )
    use_reranking: bool = strawberry.field(
        description="Whether found chunks, 20 at least, are ranked a second time."
    )
    multi_query_count: int = strawberry.field(
        description="How many wordings the model writes beside the question, 1 to 8."
    )
    vector_weight: float = strawberry.field(description="The weight of meaning in fusion, 0 to 1.")
    keyword_weight: float = strawberry.field(description="The weight of words in fusion, 0 to 1.")
    updated_at: datetime = strawberry.field(description="When any of these last changed.")

    @classmethod
    def from_row(cls, row: rows.RetrievalSettings) -> "RetrievalSettings":
        return cls(
            rag_strategy=RagStrategy(row.rag_strategy),
            agent_type=AgentType(row.agent_type),
            fusion=Fusion(row.fusion),
            num_chunks=row.num_chunks,
            final_context_size=row.final_context_size,
            neighbour_chunks=row.neighbour_chunks,
            contextual_chunks=row.contextual_chunks,
            similarity_threshold=row.similarity_threshold,
            use_reranking=row.use_reranking,
            multi_query_count=row.multi_query_count,
            vector_weight=row.vector_weight,
            keyword_weight=row.keyword_weight,
            updated_at=row.updated_at,
        )


@strawberry.type(description="A set of documents and the chats about them.")
class Project(Node):
    name: str = strawberry.field(description="What the project is called.")
    description: str = strawberry.field(description="What it is for, in its owner's words; may be empty.")
    created_at: datetime = strawberry.field(description="When it was made.")
    updated_at: datetime = strawberry.field(description="When its name or description last changed.")
    row: strawberry.Private[rows.Project]

    @strawberry.field(description="Its documents, newest first.")
    @needs(Capability.READ)
    async def documents(self, info: Info, first: First = FIRST, after: After = None) -> Connection[Document]:
        loaders, key = info.context.loaders, page_key(self.row.id, first, after)

        async def count() -> int:
            return await loaders.num_documents_by_project.load(self.row.id)

        return connection(await loaders.documents_by_project.load(key), Document.from_row, count)

    @strawberry.field(description="Its crawls of web sites, newest first.")
    @needs(Capability.READ)
    async def crawls(self, info: Info, first: First = FIRST, after: After = None) -> Connection[Crawl]:
        key = page_key(self.row.id, first, after)
        return connection(await info.context.loaders.crawls_by_project.load(key), Crawl.from_row)

    @strawberry.field(description="Its chats, the last used first.")
    @needs(Capability.READ)
    async def chats(self, info: Info, first: First = FIRST, after: After = None) -> Connection[Chat]:
        key = page_key(self.row.id, first, after)
        return connection(await info.context.loaders.chats_by_project.load(key), Chat.from_row)

    @strawberry.field(description="How it finds chunks and answers from them.")
    async def retrieval_settings(self, info: Info) -> RetrievalSettings:
        row = await info.context.loaders.settings_by_project.load(self.row.id)
        if row is None:
            raise NotFound("This project was deleted a moment ago.")
        return RetrievalSettings.from_row(row)

    @strawberry.field(description="The model that embeds its chunks and questions.")
    async def embedding_model(self, info: Info) -> EmbeddingModel | None:
        row = await info.context.loaders.generation_by_project.load(self.row.id)
        return None if row is None else model_of(row)

    @strawberry.field(
        description="The last change to another embedding model, whatever became of it; none if never asked."
    )
    async def embedding_model_change(self, info: Info) -> EmbeddingModelChange | None:
        row = await info.context.loaders.model_change_by_project.load(self.row.id)
        return None if row is None else EmbeddingModelChange.from_row(row)

    @strawberry.field(
        description="The embedding model that it had before, to which `rollBackEmbeddingModel` goes back."
    )
    async def former_embedding_model(self, info: Info) -> EmbeddingModel | None:
        row = await info.context.loaders.former_generation_by_project.load(self.row.id)
        return None if row is None else model_of(row)

    @strawberry.field(description="What you spent on it.")
    @needs(Capability.READ)
    async def usage(self, info: Info) -> UsageTotal:
        return await usage_of(info, UsageOf.PROJECT, self.row.id)

    @classmethod
    def from_row(cls, row: rows.Project) -> "Project":
        return cls(
            id=global_id("Project", row.id),
            name=row.name,
            description=row.description,
            created_at=row.created_at,
            updated_at=row.updated_at,
            row=row,
        )
