"""Projects: reading, making, changing and deleting them."""

from typing import Annotated

import strawberry

from backend.resolvers import ahead
from backend.resolvers.expected import answering
from backend.resolvers.nodes import find
from backend.resolvers.receipts import deleted
from backend.schema.access import needs
from backend.schema.context import Info
from backend.schema.inputs import (
    CreateProjectInput,
    DeleteProjectInput,
    UpdateProjectInput,
    UpdateRetrievalSettingsInput,
)
from backend.schema.nodes import row_id
from backend.schema.paging import FIRST, After, Connection, First, connection, page_key
from backend.schema.projects import Project
from backend.schema.results import (
    CreateProjectPayload,
    CreateProjectResult,
    DeleteProjectResult,
    UpdateProjectPayload,
    UpdateProjectResult,
    UpdateRetrievalSettingsPayload,
    UpdateRetrievalSettingsResult,
)
from backend.services import projects
from db.models import Capability

ProjectId = Annotated[strawberry.ID, strawberry.argument(description="The project's id.")]


@strawberry.type
class ProjectQueries:
    @strawberry.field(description="The project with this id, if it is yours to see.")
    @needs(Capability.READ)
    async def project(self, info: Info, id: ProjectId) -> Project | None:
        await ahead.project_and_documents(info, id)
        return await find(info, id, Project)

    @strawberry.field(description="Your projects, newest first.")
    @needs(Capability.READ)
    async def projects(self, info: Info, first: First = FIRST, after: After = None) -> Connection[Project]:
        context = info.context
        key = page_key(context.viewer.user_id, first, after)
        async with context.handles.transactions.unit_of_work(context.viewer.user_id) as session:
            page = await projects.page(session, viewer=context.viewer, first=key.first, after=key.after)
        return connection(page, Project.from_row)


@strawberry.type
class ProjectMutations:
    @strawberry.mutation(description="Make a project; you are its owner.")
    @answering
    @needs(Capability.MANAGE_PROJECTS, everywhere=True)
    async def create_project(
        self,
        info: Info,
        input: Annotated[CreateProjectInput, strawberry.argument(description="What it is made from.")],
    ) -> CreateProjectResult:
        context, limits = info.context, info.context.handles.limits
        async with context.handles.transactions.unit_of_work(context.viewer.user_id) as session:
            row = await projects.create(
                session,
                viewer=context.viewer,
                name=input.name,
                description=input.description,
                embedding_model=limits.embedding_model,
                embedding_dimensions=limits.embedding_dimensions,
                idempotency_key=input.idempotency_key,
            )
        return CreateProjectPayload(project=Project.from_row(row))

    @strawberry.mutation(description="Change a project's name or description.")
    @answering
    @needs(Capability.MANAGE_PROJECTS)
    async def update_project(
        self,
        info: Info,
        input: Annotated[UpdateProjectInput, strawberry.argument(description="What to change.")],
    ) -> UpdateProjectResult:
        context = info.context
        project_id = row_id(input.project_id, "Project", field="project_id")
        async with context.handles.transactions.unit_of_work(context.viewer.user_id) as session:
            row = await projects.update(
                session,
                viewer=context.viewer,
                project_id=project_id,
                name=input.name,
                description=input.description,
            )
        return UpdateProjectPayload(project=Project.from_row(row))

    @strawberry.mutation(description="Change how a project finds chunks and answers from them.")
    @answering
    @needs(Capability.MANAGE_PROJECTS)
    async def update_retrieval_settings(
        self,
        info: Info,
        input: Annotated[UpdateRetrievalSettingsInput, strawberry.argument(description="What to change.")],
    ) -> UpdateRetrievalSettingsResult:
        context = info.context
        project_id = row_id(input.project_id, "Project", field="project_id")
        async with context.handles.transactions.unit_of_work(context.viewer.user_id) as session:
            await projects.update_settings(
                session, viewer=context.viewer, project_id=project_id, values=input.given()
            )
            row = await projects.get(session, viewer=context.viewer, project_id=project_id)
        return UpdateRetrievalSettingsPayload(project=Project.from_row(row))

    @strawberry.mutation(description="Delete a project with all its documents, chats and files.")
    @answering
    @needs(Capability.MANAGE_PROJECTS)
    async def delete_project(
        self,
        info: Info,
        input: Annotated[DeleteProjectInput, strawberry.argument(description="Which project.")],
    ) -> DeleteProjectResult:
        handles = info.context.handles
        receipt = await projects.delete(
            handles.transactions,
            viewer=info.context.viewer,
            project_id=row_id(input.project_id, "Project", field="project_id"),
            storage=handles.storage,
        )
        return deleted(input.project_id, receipt)
