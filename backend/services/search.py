"""Search alone: retrieval without an answer, for tuning a project and for integrations."""

from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from backend.auth import Viewer
from backend.errors import Invalid
from backend.llm import Models
from backend.rag import search as rag_search
from backend.rag import tokens
from backend.services import retrieval
from backend.transactions import Transactions
from db.engine import Database
from db.models import Usage, UsageKind
from db.queries import usage
from db.queries.search import Hit

MAX_TOKENS = 2000


@dataclass(frozen=True, slots=True)
class Request:
    """What to look for, and where; unset values are the project's own."""

    project_id: UUID
    query: str
    first: int | None = None
    similarity_threshold: float | None = None


async def search(
    transactions: Transactions, database: Database, models: Models, *, viewer: Viewer, request: Request
) -> list[Hit]:
    """The passages nearest to the query, best first; the embedding is paid for by the viewer.

    No transaction is open while the model works. Raises Invalid, NotFound, Conflict and Unavailable.
    """
    _check(request.query)
    async with transactions.unit_of_work(viewer.user_id) as session:
        found = await retrieval.of_project(
            session, viewer_id=viewer.user_id, project_id=request.project_id, models=models
        )
    plan = rag_search.plan_of(found.settings, limit=request.first, threshold=request.similarity_threshold)

    async def embed(texts: list[str]) -> NDArray[np.float32]:
        embedded = await models.embed(texts)
        await _pay(transactions, viewer, request.project_id, models, embedded.num_tokens)
        vectors: NDArray[np.float32] = embedded.vectors
        return vectors

    return await retrieval.find(database, embed, scope=found.scope, plan=plan, query=request.query)


def _check(query: str) -> None:
    if not query.strip() or "\0" in query:
        raise Invalid("A search needs some words.", field="query")
    if tokens.estimate(query) > MAX_TOKENS:
        raise Invalid(f"A query has at most about {MAX_TOKENS} tokens.", field="query")


async def _pay(
    transactions: Transactions, viewer: Viewer, project_id: UUID, models: Models, num_tokens: int
) -> None:
    async with transactions.unit_of_work(viewer.user_id) as session:
        row = Usage(
            user_id=viewer.user_id,
            project_id=project_id,
            kind=UsageKind.EMBEDDING,
            model=models.embedding_model,
            num_input_tokens=num_tokens,
        )
        await usage.insert(session, usage=row)
