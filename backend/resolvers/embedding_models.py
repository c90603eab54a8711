"""Embedding models: which there are, changing a project's, going back, and giving a change up."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import strawberry

from backend.auth import Viewer
from backend.resolvers.expected import answering
from backend.schema.access import ANY, needs
from backend.schema.context import Context, Info
from backend.schema.embedding_models import EmbeddingModel
from backend.schema.inputs import ChangeEmbeddingModelInput, ProjectInput
from backend.schema.nodes import row_id
from backend.schema.projects import Project
from backend.schema.results import (
    CancelEmbeddingModelChangeResult,
    ChangeEmbeddingModelResult,
    EmbeddingModelPayload,
    RollBackEmbeddingModelResult,
)
from backend.services import projects
from backend.services.generations import begin
from db.engine import Session
from db.models import Capability

Input = Annotated[ProjectInput, strawberry.argument(description="Which project.")]


@strawberry.type
class EmbeddingModelQueries:
    @strawberry.field(description="The embedding models that a project may have; new ones have the first.")
    @needs(*ANY)
    async def embedding_models(self, info: Info) -> list[EmbeddingModel]:
        context = info.context
        assert context.viewer
        return [
            EmbeddingModel(name=model.name, dimensions=model.dimensions)
            for model in context.handles.models.embeddings
        ]


@strawberry.type
class EmbeddingModelMutations:
    @strawberry.mutation(
        description="Have a project's chunks embedded by another model. The present one serves until the "
        "new one has embedded all of them; then the new one takes its place at once."
    )
    @answering
    @needs(Capability.MANAGE_PROJECTS, spends=True)
    async def change_embedding_model(
        self,
        info: Info,
        input: Annotated[ChangeEmbeddingModelInput, strawberry.argument(description="Which model.")],
    ) -> ChangeEmbeddingModelResult:
        offered = info.context.handles.models.embeddings

        async def act(session: Session, viewer: Viewer, project_id: UUID) -> None:
            await begin.change(
                session, viewer=viewer, project_id=project_id, name=input.model, offered=offered
            )

        return await _acted(info.context, input.project_id, act)

    @strawberry.mutation(
        description="Go back to the embedding model that a project had before. What was added or changed "
        "since is embedded by it first; with nothing to embed it serves in a moment."
    )
    @answering
    @needs(Capability.MANAGE_PROJECTS)
    async def roll_back_embedding_model(self, info: Info, input: Input) -> RollBackEmbeddingModelResult:
        async def act(session: Session, viewer: Viewer, project_id: UUID) -> None:
            await begin.roll_back(session, viewer=viewer, project_id=project_id)

        return await _acted(info.context, input.project_id, act)

    @strawberry.mutation(
        description="Give up the change to another embedding model; the one that serves goes on."
    )
    @answering
    @needs(Capability.MANAGE_PROJECTS)
    async def cancel_embedding_model_change(
        self, info: Info, input: Input
    ) -> CancelEmbeddingModelChangeResult:
        async def act(session: Session, viewer: Viewer, project_id: UUID) -> None:
            await begin.cancel(session, viewer=viewer, project_id=project_id)

        return await _acted(info.context, input.project_id, act)


async def _acted(
    context: Context, id: strawberry.ID, act: Callable[[Session, Viewer, UUID], Awaitable[None]]
) -> EmbeddingModelPayload:
    """The project after the act, both in one transaction."""
    viewer, project_id = context.viewer, row_id(id, "Project", field="project_id")
    async with context.handles.transactions.unit_of_work(viewer.user_id) as session:
        await act(session, viewer, project_id)
        row = await projects.get(session, viewer=viewer, project_id=project_id)
    return EmbeddingModelPayload(project=Project.from_row(row))
