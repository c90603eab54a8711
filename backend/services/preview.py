"""Two settings of a project side by side: the same questions under both, judged where that is possible."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from types import MappingProxyType
from typing import Any
from uuid import UUID

from backend import policy
from backend.auth import Viewer
from backend.errors import AppError, Invalid
from backend.llm import Models
from backend.policy import Needs
from backend.rag import gain, plan
from backend.rag.plan import Plan
from backend.rag.search import Found
from backend.services import rated, retrieval, search, tuning
from backend.services.paid import PaidModels
from backend.services.rated import Question
from backend.services.retrieval import Retrieval
from backend.services.search import Bill
from backend.transactions import Transactions
from db.engine import Database
from db.models import Capability
from db.queries.search import EVERYTHING, Filters, Hit

MAX_QUESTIONS = 20
MAX_RELEVANT = 200
MAX_TOKENS = 400_000
"""That models may be given before no further question is begun; those under way are finished."""
DEPTH = 10
_AT_ONCE = 4

_READS_CHATS = Needs(frozenset({Capability.READ, Capability.ASK}))

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Request:
    """What to compare, and by which questions: those given, and up to `num_rated` of answers rated up."""

    project_id: UUID
    questions: Sequence[Question]
    num_rated: int = 0
    before: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    after: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    first: int = DEPTH
    filters: Filters = EVERYTHING


@dataclass(frozen=True, slots=True)
class Searched:
    """One question under one of the settings; `ndcg` is None where nothing is known to be relevant."""

    found: Found
    milliseconds: float
    ndcg: float | None
    relevant_ranks: list[int]


@dataclass(frozen=True, slots=True)
class Compared:
    question: Question
    before: Searched
    after: Searched


@dataclass
class Side:
    """One of the two settings, with what its searches cost."""

    plan: Plan
    bill: Bill


@dataclass(frozen=True, slots=True)
class Preview:
    """Questions in their order; the last `num_left_out` were not begun, since the others cost enough."""

    before: Side
    after: Side
    compared: list[Compared]
    num_left_out: int


async def preview(
    transactions: Transactions, database: Database, models: Models, *, viewer: Viewer, request: Request
) -> Preview:
    """Search every question under both settings, side by side. The viewer pays, whatever becomes of it.

    No transaction is open while a model works. Raises Invalid, NotFound, Conflict, Unavailable, and
    NotAllowed for a key that searches but may not read what was asked and answered.
    """
    if request.num_rated:
        # They are words of the viewer's chats.
        policy.check(viewer, _READS_CHATS)
    async with transactions.unit_of_work(viewer.user_id) as session:
        project = await retrieval.of_project(
            session, viewer_id=viewer.user_id, project_id=request.project_id, models=models
        )
        _check(request)
        known = await rated.questions(
            session, viewer=viewer, project_id=request.project_id, limit=request.num_rated
        )
    before, after = (
        Side(_plan(project, request, name), Bill(viewer.user_id, request.project_id, models.cost))
        for name in ("before", "after")
    )
    asked = [*request.questions, *known]
    comparing = _Comparing(database, models, project, before, after, asyncio.Semaphore(_AT_ONCE))
    try:
        compared = await comparing.all(asked)
    finally:
        for side in (before, after):
            await side.bill.settle(transactions)
    return Preview(before, after, compared, len(asked) - len(compared))


@dataclass(frozen=True, slots=True)
class _Comparing:
    database: Database
    models: Models
    project: Retrieval
    before: Side
    after: Side
    turns: asyncio.Semaphore

    async def all(self, questions: Sequence[Question]) -> list[Compared]:
        try:
            async with asyncio.TaskGroup() as group:
                running = [group.create_task(self._in_turn(question)) for question in questions]
        except* AppError as failed:
            raise failed.exceptions[0] from None
        return [found for task in running if (found := task.result()) is not None]

    async def _in_turn(self, question: Question) -> Compared | None:
        async with self.turns:
            if self.before.bill.num_tokens + self.after.bill.num_tokens >= MAX_TOKENS:
                return None
            before = await self._searched(question, self.before)
            return Compared(question, before, await self._searched(question, self.after))

    async def _searched(self, question: Question, side: Side) -> Searched:
        start = perf_counter()
        found = await retrieval.find(
            self.database,
            PaidModels(self.models, side.bill, self.project.embedding),
            scope=self.project.scope,
            plan=side.plan,
            query=question.text,
        )
        milliseconds = (perf_counter() - start) * 1000
        keys = [_key(hit, question) for hit in found.hits]
        ranks = [rank for rank, key in enumerate(keys, start=1) if key in question.relevant]
        return Searched(found, milliseconds, _ndcg(keys, question), ranks)


def _key(hit: Hit, question: Question) -> UUID:
    """What of a hit is judged: the chunk where it was named, else its document where one was."""
    if hit.chunk_id in question.relevant or hit.document_id not in question.relevant:
        return hit.chunk_id
    return hit.document_id


def _ndcg(keys: Iterable[UUID], question: Question) -> float | None:
    """At 10; further chunks of a document that was named take no place."""
    if not question.relevant:
        return None
    return gain.ndcg(list(dict.fromkeys(keys)), dict.fromkeys(question.relevant, 1.0), DEPTH)


def _plan(project: Retrieval, request: Request, name: str) -> Plan:
    changes: Mapping[str, Any] = getattr(request, name)
    try:
        tuning.check(changes, of=project.settings)
    except Invalid as error:
        raise Invalid(error.message, field=f"{name}.{error.field}") from error
    return plan.asked(project.settings, changes=changes, first=request.first, filters=request.filters)


def _check(request: Request) -> None:
    num = len(request.questions)
    if not 0 <= request.num_rated <= MAX_QUESTIONS:
        raise Invalid(f"At most {MAX_QUESTIONS} rated answers are looked at.", field="num_from_feedback")
    if not 1 <= num + request.num_rated <= MAX_QUESTIONS:
        raise Invalid(f"A preview asks 1 to {MAX_QUESTIONS} questions.", field="questions")
    for number, question in enumerate(request.questions):
        search.check_query(question.text, field=f"questions.{number}.text")
        if len(question.relevant) > MAX_RELEVANT:
            raise Invalid(
                f"At most {MAX_RELEVANT} documents and chunks are relevant to a question.",
                field=f"questions.{number}.relevant_ids",
            )
    search.check_filters(request.filters)
