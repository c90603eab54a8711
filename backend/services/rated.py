"""What is known of a project's questions: answers that were found good name the chunks that they rest on."""

from dataclasses import dataclass
from uuid import UUID

from backend.auth import Viewer
from db.engine import Session
from db.models import CitationStatus
from db.queries import citations, messages, retrieval_runs

_HELD = (CitationStatus.VERIFIED, CitationStatus.NORMALISED, CitationStatus.UNCHECKED)


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the documents and chunks that are known to be relevant, perhaps none.

    `message_id` is the answer by which they are known.
    """

    text: str
    relevant: frozenset[UUID] = frozenset()
    message_id: UUID | None = None


async def questions(session: Session, *, viewer: Viewer, project_id: UUID, limit: int) -> list[Question]:
    """Of answers that the viewer rated up, the last rated first, each as it was searched for.

    The chunks are those that the answer cites, but for quotes that were not found in them; answers without
    any are left out.
    """
    if limit == 0:
        return []
    pairs = await messages.rated_up(session, project_id=project_id, user_id=viewer.user_id, limit=limit)
    ids = [answer.id for _, answer in pairs]
    cited = await citations.of_messages(session, ids)
    runs = await retrieval_runs.of_messages(session, ids)
    found = []
    for question, answer in pairs:
        chunks = {each.chunk_id for each in cited[answer.id] if each.url is None and each.status in _HELD}
        queries = [run.query for run in runs[answer.id] if run.tool == "rag_search"]
        if chunks:
            found.append(Question((queries or [question.content])[0], frozenset(chunks), answer.id))
    return found
