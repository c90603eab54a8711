"""Embedding models as the API shows them: which a project has, and how far a change to another one is."""

from datetime import datetime

import strawberry

from backend.schema.failures import Failure, failure_of
from db import models as rows
from db.models import GenerationStatus


@strawberry.type(description="A model that embeds chunks and questions.")
class EmbeddingModel:
    name: str = strawberry.field(description="The model's name at its provider.")
    dimensions: int = strawberry.field(description="How many numbers an embedding has.")


@strawberry.type(
    description="The change of a project to another embedding model. The model before it serves until the "
    "new one has embedded every chunk, and whatever fails."
)
class EmbeddingModelChange:
    model: EmbeddingModel = strawberry.field(description="The model that the project changes to.")
    status: GenerationStatus = strawberry.field(description="How far it is.")
    num_chunks: int = strawberry.field(description="How many chunks the project had when they were counted.")
    num_embedded: int = strawberry.field(description="How many of them the model has embedded by now.")
    is_indexing: bool = strawberry.field(
        description="Whether every chunk is embedded and the index by which a large project is searched is "
        "being built: that is the last step before the model serves."
    )
    failure: Failure | None = strawberry.field(description="Why it failed, if it did.")
    requested_at: datetime = strawberry.field(description="When it was last asked for.")
    finished_at: datetime | None = strawberry.field(
        description="When the model began to serve, or the change failed or was cancelled."
    )

    @classmethod
    def from_row(cls, row: rows.EmbeddingGeneration) -> "EmbeddingModelChange":
        return cls(
            model=model_of(row),
            status=GenerationStatus(row.status),
            num_chunks=row.num_chunks,
            num_embedded=row.num_embedded,
            is_indexing=row.is_indexing,
            failure=failure_of(row),
            requested_at=row.requested_at or row.created_at,
            finished_at=row.finished_at,
        )


def model_of(row: rows.EmbeddingGeneration) -> EmbeddingModel:
    return EmbeddingModel(name=row.model, dimensions=row.dimensions)
