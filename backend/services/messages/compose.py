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
from backend.services.messages.ledger import Ledger
from backend.services.paid import PaidModels
from backend.services.retrieval import Retrieval
from backend.web import WebSearch
from db.engine import Database, Session
from db.models import Message, MessageRole, MessageStatus
from db.queries import messages
from db.queries.search import Hit

MAX_HISTORY = 10
_ANSWERED = (MessageStatus.COMPLETED, MessageStatus.STOPPED)


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
    web_search: WebSearch | None = None


async def gather(session: Session, answer: Message, models: Models) -> Material:
    """Read what the answer is about. Raises NotFound when its question or the right to ask is gone."""
    # Twice as many, since pairs that got no answer are left out.
    path = await messages.history(session, answer.id, limit=2 * MAX_HISTORY + 1)
    if not path or path[-1].id != answer.parent_id:
        raise NotFound("The question of this answer is gone.")
    found = await retrieval.of_project(
        session, viewer_id=answer.created_by, project_id=answer.project_id, models=models
    )
    return Material(path[-1].content, history_of(path[:-1]), found)


def history_of(path: list[Message]) -> list[dict[str, Any]]:
    """The last 10 messages for the prompt, oldest first.

    A question that was refused, or got no answer, must not reach the answering model by the next one.
    """
    answered = {
        row.parent_id for row in path if row.role is MessageRole.ASSISTANT and row.status in _ANSWERED
    }
    kept = [row for row in path if row.id in answered or row.parent_id in answered]
    turns = [
        {"role": "user" if row.role is MessageRole.USER else "assistant", "content": row.content}
        for row in kept
        if row.content
    ]
    return turns[-MAX_HISTORY:]


def context_of(material: Material, means: Means, emit: Emitter, ledger: Ledger) -> AgentContext:
    """The graph's context. Who asks and where they may search is fixed here, out of any model's reach."""
    plan = plan_of(material.retrieval.settings)
    paid = PaidModels(means.models, ledger)

    async def search(query: str) -> list[Hit]:
        scope = material.retrieval.scope
        found = await retrieval.find(means.database, paid, scope=scope, plan=plan, query=query)
        return found.hits

    async def search_web(query: str) -> list[Hit]:
        assert means.web_search is not None
        return [*web_passages.of(await means.web_search.search(query))]

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
