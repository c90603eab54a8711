"""Whatever happens to a document: its progress never goes back, and is whole exactly when it is COMPLETED."""

import asyncio
from dataclasses import replace
from random import Random
from typing import Any
from uuid import UUID

import pytest

from backend.errors import Unavailable
from backend.services.documents import control, progress
from backend.services.documents.run import Run
from db.models import Document, DocumentStatus
from tests.fixtures.house import House, markdown
from tests.services.documents.test_ingest import pdf

EXPIRE = "UPDATE opentrace.documents SET leased_until = now() - interval '1 second' WHERE id = :id"
DISASTERS = ("killed", "handed back", "taken over", "failed", "cancelled", "none")
ENDED = (DocumentStatus.FAILED, DocumentStatus.CANCELLED)


class Struck(BaseException):
    """The worker's process is gone: nothing catches it, nothing is handed back."""


class Doors:
    """Storage, models and reports that, at the n-th thing asked of them, let something happen first."""

    def __init__(self, house: House, before: int) -> None:
        self.house = house
        self.left = before
        self.reached, self.opened = asyncio.Event(), asyncio.Event()
        self.error: BaseException | None = None

    async def meet(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.reached.set()
            await self.opened.wait()
            if self.error is not None:
                raise self.error


class Storage:
    def __init__(self, doors: Doors) -> None:
        self.doors = doors

    def __getattr__(self, name: str) -> Any:
        return getattr(self.doors.house.worker.storage, name)

    async def download(self, *arguments: Any) -> Any:
        await self.doors.meet()
        return await self.doors.house.worker.storage.download(*arguments)


class Models:
    def __init__(self, doors: Doors) -> None:
        self.doors = doors

    def __getattr__(self, name: str) -> Any:
        return getattr(self.doors.house.worker.models, name)

    async def embed(self, texts: list[str], *by: Any) -> Any:
        await self.doors.meet()
        return await self.doors.house.worker.models.embed(texts, *by)


class Story:
    """One document, and every share of its work that anybody was ever told."""

    def __init__(self, house: House, document_id: UUID, random: Random) -> None:
        self.house = house
        self.document_id = document_id
        self.random = random
        self.doors = Doors(house, before=0)
        self.seen: list[tuple[float, DocumentStatus]] = []

    async def look(self) -> Document:
        row = await self.house.document(self.document_id)
        self.seen.append((progress.of(row), row.status))
        return row

    async def turn(self) -> Document:
        """A worker takes the document up, and something happens to it in the middle, or nothing does."""
        doors = self.doors = Doors(self.house, before=self.random.randint(1, 8))
        limits = replace(self.house.limits, hold=replace(self.house.limits.hold, max_tries=1000))
        worker = asyncio.create_task(
            self.house.ingest(limits=limits, storage=Storage(doors), models=Models(doors))
        )
        met = asyncio.create_task(doors.reached.wait())
        await asyncio.wait([worker, met], return_when=asyncio.FIRST_COMPLETED)
        met.cancel()
        await self.look()
        if not worker.done():
            await self.strike(self.random.choice(DISASTERS), doors, worker)
        return await self.look()

    async def strike(self, disaster: str, doors: Doors, worker: "asyncio.Task[bool]") -> None:
        if disaster == "handed back":
            worker.cancel()
        elif disaster == "failed":
            doors.error = Unavailable("The server is away.")
        elif disaster == "killed":
            doors.error = Struck()
        elif disaster == "taken over":
            await self.house.sql(EXPIRE, id=self.document_id)
            await self.house.ingest()
        elif disaster == "cancelled":
            await act(self.house, "cancel", self.document_id)
        await self.look()
        doors.opened.set()
        await asyncio.wait([worker])
        await self.house.sql(EXPIRE, id=self.document_id)

    async def end(self) -> None:
        """Again and again, until the document is taken in."""
        for _ in range(100):
            row = await self.turn()
            if row.status is DocumentStatus.COMPLETED:
                return
            if row.status in ENDED:
                await act(self.house, "retry", self.document_id)
                await self.look()
        raise AssertionError(self.seen)


async def act(house: House, verb: str, document_id: UUID) -> None:
    async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        await getattr(control, verb)(session, viewer=house.viewer, document_id=document_id)


@pytest.mark.parametrize("seed", range(8))
async def test_progress_never_goes_back_and_is_whole_exactly_when_completed(
    house: House, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(seed)
    if random.random() < 0.5:
        content = pdf(random.randint(2, 6))
        document_id = await house.upload(content, name="a.pdf", content_type="application/pdf")
    else:
        document_id = await house.upload(markdown(random.randint(1, 14), word=f"tower{seed}"))
    story = Story(house, document_id, random)
    advance = Run.advance

    async def told_and_then_struck(run: Run, *arguments: Any, **named: Any) -> None:
        await advance(run, *arguments, **named)
        await story.doors.meet()

    monkeypatch.setattr(Run, "advance", told_and_then_struck)
    await story.end()
    shares = [share for share, _ in story.seen]
    assert shares == sorted(shares)
    assert all((share == 1.0) is (status is DocumentStatus.COMPLETED) for share, status in story.seen)
    told = [
        event.data["progress"]
        for event in await house.history(document_id)
        if event.kind == "StageProgressed"
    ]
    assert told == sorted(told)
    assert all(0 <= share < 1.0 for share in told)
