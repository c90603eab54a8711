"""A project that changes its embedding model, driven in this process."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any
from uuid import UUID

from backend.events import Event
from backend.local.model_server import EMBEDDING_MODEL
from backend.rag.search import Found
from backend.services import changes, search
from backend.services.generations import begin, build
from backend.services.generations.build import Limits
from db.models import EmbeddingGeneration
from db.queries import generations, projects
from tests.fixtures.house import House, markdown

USUAL, NARROW = EMBEDDING_MODEL, f"{EMBEDDING_MODEL}-256"


async def act(house: House, verb: str, *, viewer: Any = None, **named: Any) -> None:
    viewer = viewer or house.viewer
    async with house.api.transactions.unit_of_work(viewer=viewer.user_id) as session:
        await getattr(begin, verb)(session, viewer=viewer, project_id=house.project_id, **named)


async def change(house: House, name: str = NARROW, **named: Any) -> None:
    await act(house, "change", name=name, offered=house.api.models.embeddings, **named)


async def work(house: House, *, models: Any = None, **limits: Any) -> bool:
    """What a worker does for one slice."""
    doors = replace(house.doors, models=models or house.worker.models)
    usual = Limits(hold=house.limits.hold, embedding=house.limits.embedding)
    return await build.run_next(doors, replace(usual, **limits))


async def changed(house: House, name: str = NARROW) -> None:
    await change(house, name)
    assert await work(house)
    assert await serving(house) == name


async def serving(house: House) -> str:
    async with house.worker.database.sessions() as session:
        row = await projects.active_generation(session, house.project_id)
    assert row is not None
    return row.model


async def last_change(house: House) -> EmbeddingGeneration:
    async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        return (await generations.changes_of(session, [house.project_id]))[house.project_id]


async def num_vectors(house: House) -> dict[str, int]:
    """Vectors of chunks that there are, by model."""
    rows = await house.worker.database.pool.fetch(
        "SELECT g.model, count(c.id) AS num FROM opentrace.embedding_generations g"
        " LEFT JOIN opentrace.chunk_vectors v ON v.generation_id = g.id"
        " LEFT JOIN opentrace.chunks c ON c.id = v.chunk_id GROUP BY 1 ORDER BY 1"
    )
    return {row["model"]: row["num"] for row in rows}


async def taken_in(house: House, num_chunks: int = 6, word: str = "tower", **file: Any) -> UUID:
    document_id = await house.upload(markdown(num_chunks, word=word), **file)
    assert await house.ingest()
    return document_id


async def find(house: House, *, models: Any = None, **settings: Any) -> Found:
    """What a search finds, at most twenty."""
    changes = {"similarity_threshold": 0.0} | settings
    return await search.search(
        house.api.transactions,
        house.api.database,
        models or house.api.models,
        viewer=house.viewer,
        request=search.Request(house.project_id, "The keeper of tower 3", 20, changes),
    )


def watch(house: House, after: Any = None) -> AsyncGenerator[Event]:
    return changes.watch(
        house.api.transactions,
        house.api.hub,
        viewer=house.viewer,
        project_id=house.project_id,
        after=after,
    )


async def told(events: AsyncGenerator[Event]) -> Event:
    async with asyncio.timeout(20):
        return await anext(events)
