"""Widens what was found by what stands beside it in its document, as far as there is room."""

from collections.abc import Sequence
from uuid import UUID

from backend.rag import tokens
from db.engine import Database
from db.queries import search
from db.queries.search import Hit, Scope

MAX_TOKENS = 8000
"""Of all passages of one search together, estimated: found ones count, but none of them is left out."""


async def widened(database: Database, scope: Scope, hits: Sequence[Hit], *, reach: int) -> list[Hit]:
    """Each hit among its nearest neighbours, up to `reach` on either side, in the document's order.

    The best hits come first and take their neighbours first. A chunk stands there once.
    """
    if reach == 0 or not hits:
        return list(hits)
    beside = await search.beside(database, scope=scope, hits=hits, reach=reach)
    groups: dict[UUID, list[Hit]] = {hit.chunk_id: [hit] for hit in hits}
    taken = {hit.chunk_id for hit in hits}
    room = MAX_TOKENS - sum(tokens.estimate(hit.text) for hit in hits)
    for hit in hits:
        near = (each for each in beside if each.document_id == hit.document_id)
        for each in sorted(near, key=lambda other: abs(other.position - hit.position)):
            size = tokens.estimate(each.text)
            if abs(each.position - hit.position) <= reach and each.chunk_id not in taken and size <= room:
                groups[hit.chunk_id].append(each)
                taken.add(each.chunk_id)
                room -= size
    return [each for group in groups.values() for each in sorted(group, key=lambda one: one.position)]
