"""How the whole installation stands: what waits, and how good its indexes are. For the owner's role."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from db.queries.work_sql import CRAWLS, DOCUMENTS, GENERATIONS, MESSAGES, WAITING

_WAITING = {
    "documents": DOCUMENTS.fill(WAITING),
    "crawls": CRAWLS.fill(WAITING),
    "embedding_generations": GENERATIONS.fill(WAITING),
    "messages": MESSAGES.fill(WAITING),
}
_INDEXES = (
    "SELECT count(*) AS num, min(recall) AS recall FROM opentrace.vector_indexes WHERE status = 'READY'"
)


@dataclass(frozen=True)
class Waiting:
    """Rows of one kind (a table) that a worker could take now, and how long the first has waited."""

    kind: str
    num: int
    oldest_seconds: float


@dataclass(frozen=True)
class Indexes:
    """Those that serve; `lowest_recall` of any of them, None when there is none."""

    num: int
    lowest_recall: float | None


async def waiting(session: AsyncSession) -> list[Waiting]:
    """Of each kind, also where nothing waits."""
    connection = await session.connection()
    found = []
    for kind, statement in _WAITING.items():
        row = (await connection.execute(text(statement))).one()
        found.append(Waiting(kind, row.num, float(row.oldest_seconds)))
    return found


async def indexes(session: AsyncSession) -> Indexes:
    row = (await (await session.connection()).execute(text(_INDEXES))).one()
    return Indexes(row.num, row.recall)
