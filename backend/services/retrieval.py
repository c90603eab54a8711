"""How a project is searched for one viewer: its settings, its vectors, and the model that made them."""

from dataclasses import dataclass
from uuid import UUID

from backend.errors import Conflict, NotFound, Unavailable
from backend.llm import Models
from backend.rag import search
from backend.rag.models import SearchModels
from backend.rag.plan import Plan
from backend.rag.search import Found
from db.engine import Database, Session
from db.errors import Unreachable
from db.models import RetrievalSettings
from db.queries import projects
from db.queries.search import Scope


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Where a viewer searches, and the project's settings for it."""

    scope: Scope
    settings: RetrievalSettings


async def of_project(session: Session, *, viewer_id: UUID, project_id: UUID, models: Models) -> Retrieval:
    """What a search in this project needs.

    Raises NotFound for a stranger, and Conflict (EMBEDDING_MODEL_CHANGED) when the project's vectors were
    made by another model than the one that is configured: their distances would mean nothing.
    """
    role = await projects.role_of(session, project_id=project_id, user_id=viewer_id)
    settings = (await projects.settings_of(session, [project_id])).get(project_id)
    generation = await projects.active_generation(session, project_id)
    if role is None or settings is None or generation is None:
        raise NotFound("There is no such project.")
    if (generation.model, generation.dimensions) != (models.embedding_model, models.embedding_dimensions):
        message = (
            f"This project's documents were embedded by {generation.model} ({generation.dimensions} "
            f"dimensions), but {models.embedding_model} is configured. Ingest them again."
        )
        raise Conflict(message, code="EMBEDDING_MODEL_CHANGED")
    return Retrieval(Scope(viewer_id, project_id, generation.id), settings)


async def find(database: Database, models: SearchModels, *, scope: Scope, plan: Plan, query: str) -> Found:
    """The passages for `query`, best first. Raises Invalid, and Unavailable when a server is away."""
    try:
        return await search.find(database, models, scope=scope, plan=plan, query=query)
    except Unreachable as error:
        raise Unavailable("The database does not answer.", retry_after=5) from error
