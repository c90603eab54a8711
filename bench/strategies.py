"""What each strategy costs over searching by meaning alone: CPU of the database's process, and latency."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bench.measure import Side, interleave, percentile
from bench.results import Figure
from bench.shelves import Shelf
from bench.stack import Stack
from db import engine
from db.engine import Database
from db.models import Fusion
from db.queries import search
from db.queries.search import Arms, Cut, Scope, Wordings

ARM = "the vector arm of HYBRID"
GOALS = {"exact": 1.8, "indexed": 2.6}
NUM_WORDINGS = 3
NUM_BLOCKS, NUM_REQUESTS = 4, 20
_CUT = Cut(-1, 20)


async def measure(figures: list[Figure], stack: Stack, found: Sequence[Shelf], how: str) -> None:
    """Row 10, as the API's role: one statement each, all in turns, a connection of its own for each."""
    for shelf in found:
        sides = [await _side(stack, shelf, name) for name in _STRATEGIES]
        await interleave([side for side, _ in sides], num_blocks=NUM_BLOCKS, num_requests=NUM_REQUESTS)
        basic, arm = sides[0][0], sides[1][0]
        for side, database in sides:
            await engine.close(database)
            name = f"{side.name}, {shelf.num_chunks:,} chunks"
            num = len(side.wall)
            figures += [
                Figure("retrieval", f"{name}: p50", side.p50 * 1e3, "ms", None, num),
                Figure("retrieval", f"{name}: p95", percentile(side.wall, 95) * 1e3, "ms", None, num),
                Figure("retrieval", f"{name}: CPU", side.cpu_per_request * 1e3, "ms", None, num),
            ]
            if side is not basic:
                goal = GOALS[how] if side.name == "HYBRID" else None
                ratio = side.cpu_per_request / basic.cpu_per_request
                figures.append(Figure("retrieval", f"{name}: CPU, times BASIC", ratio, "", goal, num))
            if side.name == "HYBRID":
                ratio = side.cpu_per_request / arm.cpu_per_request
                figures.append(Figure("retrieval", f"{name}: CPU, times {ARM}", ratio, "", None, num))


async def _side(stack: Stack, shelf: Shelf, name: str) -> tuple[Side, Database]:
    database = await engine.open(stack.postgres.api_url, pool_size=1, transaction_pooler=False)
    pid: int = await database.pool.fetchval("SELECT pg_backend_pid()")
    asked = _Asked(database, shelf)
    return Side(name, lambda: _STRATEGIES[name](asked), pid), database


class _Asked:
    """One query after the other."""

    def __init__(self, database: Database, shelf: Shelf) -> None:
        self._database = database
        self._shelf = shelf
        self._scope = Scope(shelf.user_id, shelf.project_id, shelf.generation_id)
        self._next = 0

    async def basic(self) -> int:
        texts, vectors = self._take(1)
        del texts
        return len(await search.basic(self._database, scope=self._scope, query=vectors[0], cut=_CUT))

    async def fused(self, num: int, by_words: bool) -> int:
        texts, vectors = self._take(num)
        arms = Arms(by_words=by_words, fusion=Fusion.CONVEX, vector_weight=0.7, keyword_weight=0.3)
        wordings = Wordings(texts, vectors)
        return len(
            await search.fused(self._database, scope=self._scope, wordings=wordings, arms=arms, cut=_CUT)
        )

    def _take(self, num: int) -> tuple[list[str], NDArray[np.float32]]:
        places = [(self._next + each) % len(self._shelf.wordings) for each in range(num)]
        self._next += 1
        return [self._shelf.wordings[place] for place in places], self._shelf.queries[places]


_STRATEGIES = {
    "BASIC": lambda asked: asked.basic(),
    ARM: lambda asked: asked.fused(1, False),
    "HYBRID": lambda asked: asked.fused(1, True),
    "MULTI_QUERY_VECTOR": lambda asked: asked.fused(NUM_WORDINGS, False),
    "MULTI_QUERY_HYBRID": lambda asked: asked.fused(NUM_WORDINGS, True),
}
