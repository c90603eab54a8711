"""How a project is searched for one viewer: its settings, its vectors, and the model that made them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from backend import tracing
from backend.errors import Conflict, NotFound, Unavailable
from backend.llm import EmbeddingModel, Models
from backend.rag import neighbours, search
from backend.rag.models import SearchModels
from backend.rag.plan import Plan
from backend.rag.search import Found
from db.engine import Database, Session
from db.errors import Unreachable
from db.models import RetrievalSettings
from db.queries import images, projects
from db.queries.search import Hit, Scope


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Where a viewer searches, by the vectors of which model, and the project's settings for it.

    It stays true when the project changes its model meanwhile: the vectors of the former one are kept.
    """

    scope: Scope
    settings: RetrievalSettings
    embedding: EmbeddingModel


async def of_project(session: Session, *, viewer_id: UUID, project_id: UUID, models: Models) -> Retrieval:
    """What a search in this project needs.

    Raises NotFound for a stranger, and Conflict (EMBEDDING_MODEL_CHANGED) when the model that made the
    project's vectors is not offered here: no question can be compared with them.
    """
    role = await projects.role_of(session, project_id=project_id, user_id=viewer_id)
    settings = (await projects.settings_of(session, [project_id])).get(project_id)
    generation = await projects.active_generation(session, project_id)
    if role is None or settings is None or generation is None:
        raise NotFound("There is no such project.")
    embedding = EmbeddingModel(generation.model, generation.dimensions)
    if embedding not in models.embeddings:
        message = (
            f"This project's documents were embedded by {generation.model} ({generation.dimensions} "
            "dimensions), which is not offered here any more. Change the project's embedding model."
        )
        raise Conflict(message, code="EMBEDDING_MODEL_CHANGED")
    return Retrieval(Scope(viewer_id, project_id, generation.id), settings, embedding)


async def find_with_neighbours(
    database: Database, models: SearchModels, *, project: Retrieval, plan: Plan, query: str
) -> Found:
    """As `find`, and each hit among as many of its neighbours as the project's settings say."""
    found = await find(database, models, scope=project.scope, plan=plan, query=query)
    reach = project.settings.neighbour_chunks
    with _reachable():
        found.hits = await neighbours.widened(database, project.scope, found.hits, reach=reach)
    return found


async def with_pictures(database: Database, hits: Sequence[Hit]) -> list[Hit]:
    """The hits with what a model says of their images, for who cannot see these. For workers."""
    with _reachable():
        said = await images.descriptions(database, [hit.chunk_id for hit in hits])
    return [replace(hit, pictures=said.get(hit.chunk_id, ())) for hit in hits]


async def find(database: Database, models: SearchModels, *, scope: Scope, plan: Plan, query: str) -> Found:
    """The passages for `query`, best first. Raises Invalid, and Unavailable when a server is away."""
    with _reachable(), tracing.span("rag.search", {"opentrace.project_id": str(scope.project_id)}):
        return await search.find(database, models, scope=scope, plan=plan, query=query)


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except Unreachable as error:
        raise Unavailable("The database does not answer.", retry_after=5) from error
