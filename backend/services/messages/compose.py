"""What an answer is written from: its question, what was said before, and a search bound to its asker."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from backend.agents.context import AgentContext, Budget, Emitter
from backend.agents.passages import Passages
from backend.errors import NotFound
from backend.llm import Models
from backend.rag import web_passages
from backend.rag.plan import plan_of
from backend.services import retrieval
from backend.services.messages import past
from backend.services.messages.ledger import Ledger
from backend.services.messages.searches import Searches
from backend.services.paid import PaidModels
from backend.services.retrieval import Retrieval
from backend.web import WebSearch
from db.engine import Database, Session
from db.models import Message
from db.queries import messages, tending
from db.queries.search import Hit

_MAX_PATH = 60
"""Messages that are looked back at: pairs that got no answer are left out, and a memory lies further back."""


@dataclass(frozen=True, slots=True)
class Material:
    """Everything of the database that an answer needs, read in one transaction."""

    question: str
    history: list[dict[str, Any]]
    retrieval: Retrieval


@dataclass(frozen=True, slots=True)
class Means:
    """What an answer is written with; `passages` outlives the graph: a stopped answer has citations too."""

    database: Database
    models: Models
    budget: Budget
    passages: Passages
    searches: Searches
    web_search: WebSearch | None = None


async def gather(session: Session, answer: Message, models: Models, *, max_tokens: int) -> Material:
    """Read what the answer is about, with `max_tokens` of what was said before.

    Raises NotFound when its question or the right to ask is gone.
    """
    path = await messages.history(session, answer.id, limit=_MAX_PATH)
    if not path or path[-1].id != answer.parent_id:
        raise NotFound("The question of this answer is gone.")
    told = past.of(path[:-1], max_tokens=max_tokens)
    memories = await tending.memories_of(session, [row.id for row in told.older])
    found = await retrieval.of_project(
        session, viewer_id=answer.created_by, project_id=answer.project_id, models=models
    )
    return Material(path[-1].content, past.turns(told, memories), found)


def context_of(material: Material, means: Means, emit: Emitter, ledger: Ledger) -> AgentContext:
    """The graph's context. Who asks and where they may search is fixed here, out of any model's reach."""
    plan = plan_of(material.retrieval.settings)
    paid = PaidModels(means.models, ledger, material.retrieval.embedding)

    async def search(query: str) -> list[Hit]:
        found = await retrieval.find_with_neighbours(
            means.database, paid, project=material.retrieval, plan=plan, query=query
        )
        means.searches.add("rag_search", found.wordings, found.hits, material.retrieval.settings)
        return await retrieval.with_pictures(means.database, found.hits)

    async def search_web(query: str) -> list[Hit]:
        assert means.web_search is not None
        hits: list[Hit] = [*web_passages.of(await means.web_search.search(query))]
        means.searches.add("search_web", [query], hits)
        return hits

    return AgentContext(
        question=material.question,
        history=material.history,
        today=datetime.now(UTC).date(),
        models=means.models,
        search=search,
        search_web=search_web if means.web_search is not None else None,
        emit=emit,
        ledger=ledger,
        budget=means.budget,
        passages=means.passages,
    )
