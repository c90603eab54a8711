"""Search alone: retrieval without an answer, for tuning a project and for integrations."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from uuid import UUID

from backend.auth import Viewer
from backend.errors import Invalid
from backend.llm import Models, TokenUsage
from backend.rag import plan, tokens
from backend.rag.search import Found
from backend.services import retrieval, tuning
from backend.services.paid import PaidModels
from backend.services.spending import Price
from backend.transactions import Transactions
from db.engine import Database
from db.models import Usage, UsageKind
from db.queries import usage
from db.queries.search import EVERYTHING, Filters

MAX_TOKENS = 2000
MAX_FILTER_VALUES = 1000


@dataclass(frozen=True, slots=True)
class Request:
    """What to look for, and where; `settings` are those of the project that this search changes."""

    project_id: UUID
    query: str
    first: int | None = None
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    filters: Filters = EVERYTHING


async def search(
    transactions: Transactions, database: Database, models: Models, *, viewer: Viewer, request: Request
) -> Found:
    """What fits the query best, and how it was found; its models are paid for by the viewer.

    No transaction is open while a model works. Raises Invalid, NotFound, Conflict and Unavailable.
    """
    check_query(request.query, field="query")
    check_filters(request.filters)
    async with transactions.unit_of_work(viewer.user_id) as session:
        found = await retrieval.of_project(
            session, viewer_id=viewer.user_id, project_id=request.project_id, models=models
        )
    tuning.check(request.settings, of=found.settings)
    chosen = plan.asked(
        found.settings, changes=request.settings, first=request.first, filters=request.filters
    )
    bill = Bill(viewer.user_id, request.project_id, models.cost)
    try:
        return await retrieval.find(
            database,
            PaidModels(models, bill, found.embedding),
            scope=found.scope,
            plan=chosen,
            query=request.query,
        )
    finally:
        await bill.settle(transactions)


@dataclass
class Bill:
    """What one search costs; a call that failed is not on it."""

    user_id: UUID
    project_id: UUID
    price: Price
    rows: list[Usage] = field(default_factory=list)

    @property
    def num_tokens(self) -> int:
        return sum(row.num_input_tokens + row.num_output_tokens for row in self.rows)

    @contextmanager
    def call(self, kind: UsageKind, model: str, num_input_tokens: int) -> Iterator["_Call"]:
        row = Usage(
            user_id=self.user_id,
            project_id=self.project_id,
            kind=kind,
            model=model,
            num_input_tokens=num_input_tokens,
        )
        yield _Call(row)
        self.rows.append(row)

    async def settle(self, transactions: Transactions) -> None:
        """Write the rows, as the one who asked."""
        if self.rows:
            for row in self.rows:
                row.cost_usd = self.price(row.model, row.num_input_tokens, row.num_output_tokens)
            async with transactions.unit_of_work(self.user_id) as session:
                for row in self.rows:
                    await usage.insert(session, usage=row)


@dataclass(frozen=True, slots=True)
class _Call:
    row: Usage

    def report(self, usage: TokenUsage) -> None:
        self.row.num_input_tokens = usage.num_input_tokens
        self.row.num_output_tokens = usage.num_output_tokens


def check_query(query: str, *, field: str) -> None:
    """Raises Invalid for what cannot be looked for."""
    if not any(letter.isprintable() and not letter.isspace() for letter in query) or "\0" in query:
        raise Invalid("A search needs some words.", field=field)
    if not query.isascii() and query.encode("utf-8", "ignore").decode() != query:
        raise Invalid("The query is no valid text.", field=field)
    if tokens.estimate(query) > MAX_TOKENS:
        raise Invalid(f"A query has at most about {MAX_TOKENS} tokens.", field=field)


def check_filters(filters: Filters) -> None:
    """Raises Invalid for what no document could be told by."""
    for name, values in vars(filters).items():
        if isinstance(values, tuple) and len(values) > MAX_FILTER_VALUES:
            raise Invalid(f"A filter has at most {MAX_FILTER_VALUES} values.", field=f"filters.{name}")
        if isinstance(values, tuple) and any("\0" in str(value) for value in values):
            raise Invalid("A filter's value is no valid text.", field=f"filters.{name}")
