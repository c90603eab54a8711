"""Projects with their members, settings and embedding generations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import update as sql_update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import EmbeddingGeneration, MemberRole, Project, ProjectMember, RetrievalSettings
from db.models.base import utc_now
from db.models.generations import GenerationStatus
from db.queries import paging
from db.queries.paging import Page


@dataclass(frozen=True)
class NewProject:
    """What a project is made from; the model and its dimensions make its first embedding generation."""

    created_by: UUID
    name: str
    description: str
    embedding_model: str
    embedding_dimensions: int
    id: UUID = field(default_factory=uuid4)


async def insert(session: AsyncSession, *, project: NewProject) -> Project:
    """Make a project with its owner, default settings and one active generation."""
    row = Project(
        id=project.id, created_by=project.created_by, name=project.name, description=project.description
    )
    session.add(row)
    await session.flush()
    # Policies look at membership, so the owner goes in before what only members may write.
    session.add(ProjectMember(user_id=project.created_by, project_id=row.id, role=MemberRole.OWNER))
    await session.flush()
    session.add(RetrievalSettings(project_id=row.id))
    session.add(
        EmbeddingGeneration(
            project_id=row.id,
            model=project.embedding_model,
            dimensions=project.embedding_dimensions,
            activated_at=utc_now(),
        )
    )
    await session.flush()
    return row


async def get(session: AsyncSession, project_id: UUID) -> Project | None:
    return await session.get(Project, project_id)


async def hold(session: AsyncSession, project_id: UUID) -> None:
    """Keep the project from changing or going until the transaction ends."""
    await session.get(Project, project_id, populate_existing=True, with_for_update={"key_share": True})


async def by_ids(session: AsyncSession, project_ids: Sequence[UUID]) -> dict[UUID, Project]:
    rows = await session.exec(select(Project).where(col(Project.id).in_(project_ids)))
    return {project.id: project for project in rows}


async def page(
    session: AsyncSession,
    *,
    first: int,
    after: str | None = None,
    member_id: UUID | None = None,
    count: bool = True,
) -> Page[Project]:
    """Projects, newest first: those of `member_id` if given, else all that the session's role may see."""
    rows = select(Project)
    if member_id is not None:
        mine = select(ProjectMember.project_id).where(ProjectMember.user_id == member_id)
        rows = rows.where(col(Project.id).in_(mine))
    request = paging.Request(
        rows, Project.created_at, Project.id, lambda row: (row.created_at, row.id), first, after, count
    )
    return await paging.fetch(session, request)


async def role_of(session: AsyncSession, *, project_id: UUID, user_id: UUID) -> MemberRole | None:
    """The user's role in the project; None for a stranger and for a project that does not exist."""
    member = await session.get(ProjectMember, (user_id, project_id))
    return None if member is None else member.role


async def update(session: AsyncSession, project_id: UUID, *, values: Mapping[str, Any]) -> Project | None:
    """Change `name` or `description`; None when there is no such project for this viewer."""
    statement = (
        sql_update(Project)
        .where(col(Project.id) == project_id)
        .values(**values, updated_at=utc_now())
        .returning(Project)
    )
    return await session.scalar(statement, execution_options={"populate_existing": True})


async def settings_of(session: AsyncSession, project_ids: Sequence[UUID]) -> dict[UUID, RetrievalSettings]:
    rows = await session.exec(
        select(RetrievalSettings).where(col(RetrievalSettings.project_id).in_(project_ids))
    )
    return {settings.project_id: settings for settings in rows}


async def update_settings(
    session: AsyncSession, project_id: UUID, *, values: Mapping[str, Any]
) -> RetrievalSettings | None:
    """Change some settings; None when there is no such project for this viewer."""
    statement = (
        sql_update(RetrievalSettings)
        .where(col(RetrievalSettings.project_id) == project_id)
        .values(**values, updated_at=utc_now())
        .returning(RetrievalSettings)
    )
    return await session.scalar(statement, execution_options={"populate_existing": True})


async def active_generation(session: AsyncSession, project_id: UUID) -> EmbeddingGeneration | None:
    """The one generation that serves this project's searches."""
    statement = select(EmbeddingGeneration).where(
        EmbeddingGeneration.project_id == project_id,
        EmbeddingGeneration.status == GenerationStatus.ACTIVE,
    )
    return (await session.exec(statement)).first()


async def generations_of(
    session: AsyncSession, project_ids: Sequence[UUID]
) -> dict[UUID, EmbeddingGeneration]:
    """The active generation of each project."""
    statement = select(EmbeddingGeneration).where(
        col(EmbeddingGeneration.project_id).in_(project_ids),
        EmbeddingGeneration.status == GenerationStatus.ACTIVE,
    )
    return {generation.project_id: generation for generation in await session.exec(statement)}
