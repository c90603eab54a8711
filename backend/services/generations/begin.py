"""Asking for another embedding model, going back to the one before, and giving a change up."""

from uuid import UUID

from backend.auth import Viewer
from backend.errors import Conflict, Invalid, NotFound
from backend.events.publish import ring
from backend.llm import EmbeddingModel
from backend.queue import Job, enqueue
from backend.services import changes, rights
from db.engine import Session
from db.models import EmbeddingGeneration, GenerationStatus
from db.models.base import utc_now
from db.queries import generations

UNKNOWN = "EMBEDDING_MODEL_UNKNOWN"
UNDER_WAY = "EMBEDDING_MODEL_CHANGING"


async def change(
    session: Session, *, viewer: Viewer, project_id: UUID, name: str, offered: list[EmbeddingModel]
) -> None:
    """Have the project's chunks embedded by another model, which serves as soon as none is missing.

    What a former or failed change has left of the model's vectors is used. Asking for the model that serves,
    or for the one that is being built, changes nothing. Raises NotFound for strangers, Invalid
    (EMBEDDING_MODEL_UNKNOWN) and Conflict (EMBEDDING_MODEL_CHANGING) during the change to another model.
    """
    await rights.member(session, viewer=viewer, project_id=project_id)
    model = next((each for each in offered if each.name == name), None)
    if model is None:
        names = ", ".join(each.name for each in offered)
        raise Invalid(
            f"There is no embedding model of this name; there are {names}.", code=UNKNOWN, field="model"
        )
    await _begin(session, viewer, project_id, model)


async def roll_back(session: Session, *, viewer: Viewer, project_id: UUID) -> None:
    """Go back to the model that served before; what came or changed since is embedded by it first.

    Raises NotFound for strangers, and Conflict when there is no former model or a change is under way.
    """
    await rights.member(session, viewer=viewer, project_id=project_id)
    former = (await generations.former_of(session, [project_id])).get(project_id)
    if former is None:
        raise Conflict("This project has had no other embedding model that it could go back to.")
    await _begin(session, viewer, project_id, EmbeddingModel(former.model, former.dimensions))


async def cancel(session: Session, *, viewer: Viewer, project_id: UUID) -> None:
    """Give up the change that is under way; the model that serves goes on. A repeat changes nothing.

    What was embedded is kept for a while. Raises NotFound for strangers, Conflict when none is under way.
    """
    await rights.member(session, viewer=viewer, project_id=project_id)
    building = await generations.hold_building(session, project_id)
    if building is not None:
        end(session, building, GenerationStatus.CANCELLED)
        return
    last = (await generations.changes_of(session, [project_id])).get(project_id)
    if last is None or last.status is not GenerationStatus.CANCELLED:
        raise Conflict("No change of the embedding model is under way.")


async def _begin(session: Session, viewer: Viewer, project_id: UUID, model: EmbeddingModel) -> None:
    active = await generations.hold_active(session, project_id)
    if active is None:
        raise NotFound("There is no such project.")
    building = await generations.hold_building(session, project_id)
    if building is not None:
        if EmbeddingModel(building.model, building.dimensions) == model:
            return
        raise Conflict(
            f"The project is changing to {building.model}. Wait for its end, or cancel it.", code=UNDER_WAY
        )
    if EmbeddingModel(active.model, active.dimensions) == model:
        return
    row = await generations.find(session, project_id, model=model.name, dimensions=model.dimensions)
    if row is None:
        row = EmbeddingGeneration(project_id=project_id, model=model.name, dimensions=model.dimensions)
        _ask(row, viewer)
        await generations.insert(session, row)
    else:
        _ask(row, viewer)
    enqueue(session, Job.BUILD_GENERATION, row.id)
    ring(session, changes.topic(project_id))


def _ask(row: EmbeddingGeneration, viewer: Viewer) -> None:
    """Make it a row of work, which nobody holds."""
    now = utc_now()
    row.status = GenerationStatus.BUILDING
    row.requested_by, row.requested_at, row.rung_at, row.updated_at = viewer.user_id, now, now, now
    row.failure_code = row.failure_message = None
    row.started_at = row.finished_at = row.leased_until = None
    row.attempt += 1
    row.num_tries = 0
    row.is_indexing = False


def end(
    session: Session,
    row: EmbeddingGeneration,
    status: GenerationStatus,
    *,
    code: str | None = None,
    message: str | None = None,
) -> None:
    """End the building of a row, held by the caller; whoever still works on it is fenced off."""
    row.status = status
    row.failure_code, row.failure_message = code, message
    row.attempt += 1
    row.leased_until = None
    row.is_indexing = False
    row.finished_at = row.updated_at = utc_now()
    ring(session, changes.topic(row.project_id))
