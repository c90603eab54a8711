"""Viewers of answers whose connections are cut at random, and what they must have seen in the end."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
import pytest
from sqlmodel import select

from backend.cli import operations
from backend.cli.client import Client
from backend.runtime import Runtime
from backend.schema import nodes
from backend.tasks import messages as job
from db.models import Message, User
from tests import stage as stages
from tests.e2e.product import ask, new_project, text_of
from tests.fixtures.served import Served
from tests.fixtures.streams import Way, by_socket

WORDS = "The lamp of tower {n} is lit at dusk" + ", and the keeper of tower {n} wrote it down" * 6 + "."
TOKENS_PER_SECOND = 25


@dataclass
class Drama:
    """Answers written by a worker beside the API that shows them; every viewer is cut off so many times."""

    served: Served
    worker: Runtime
    monkeypatch: pytest.MonkeyPatch
    seed: int = 0
    way: Way = by_socket
    num_answers: int = 0
    num_cuts: int = 0
    num_events: int = 0
    num_missed: int = 0
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)

    async def play(self, *, num_answers: int, num_cuts: int, at_once: int = 4) -> None:
        """Raises AssertionError as soon as a viewer has lost or doubled anything."""
        client = Client(
            self.served.url, lambda: self.served.issuer.issue(subject="user_alice", ttl_seconds=900)
        )
        project = await self._project(client)
        await self._pace(TOKENS_PER_SECOND)
        try:
            for begin in range(0, num_answers, at_once):
                count = min(at_once, num_answers - begin)
                answers = [await ask(client, project, "When is the lamp lit?") for _ in range(count)]
                working = [asyncio.create_task(job.run_next(self.worker)) for _ in answers]
                async with asyncio.timeout(120):
                    await asyncio.gather(*(self._watch(client, answer, num_cuts) for answer in answers))
                    await asyncio.gather(*working)
        finally:
            await self._pace(0)

    async def _watch(self, client: Client, answer: str, num_cuts: int) -> None:
        seen: list[dict[str, Any]] = []
        while not seen or not is_last(seen[-1]):
            left = self._random.randint(1, 2) if num_cuts > 0 else 10**6
            num_cuts -= 1
            after = seen[-1]["cursor"] if seen else None
            following = self.way(client, operations.MESSAGE_EVENTS, {"message": answer}, after)
            async with aclosing(following) as events:
                async for event in events:
                    seen.append(event)
                    left -= 1
                    if left == 0:
                        self.num_cuts += 1
                        break
        await self._check(client, answer, seen)

    async def _check(self, client: Client, answer: str, seen: list[dict[str, Any]]) -> None:
        """Byte-equal to the row; every cursor once, in order; every event that is no text is there.

        Where Redis did not answer in time a viewer is told so, and gets a snapshot of what it missed.
        """
        told = [event for event in seen if event["__typename"] not in ("MessageSnapshot", "EventsMissed")]
        cursors = [cursor_of(event) for event in told]
        assert cursors == sorted(set(cursors)), [(event["__typename"], event["cursor"]) for event in seen]
        self.num_missed += len([event for event in seen if event["__typename"] == "EventsMissed"])
        row_id = nodes.parse(answer)[1]
        async with self.worker.database.sessions() as session:
            row = await session.get_one(Message, row_id)
        assert text_of(seen) == row.content != ""
        variables = {"message": answer, "after": "0-0"}
        whole = [event async for event in client.subscribe(operations.MESSAGE_EVENTS, variables)]
        later = [cursor_of(event) for event in whole if event["__typename"] != "TextAppended"]
        assert [cursor for cursor in later if not (cursor in cursors or in_a_snapshot(cursor, seen))] == []
        self.num_answers += 1
        self.num_events += len(seen)

    async def _project(self, client: Client) -> str:
        project = await new_project(client)
        texts = tuple(WORDS.format(n=number) for number in range(3))
        async with self.worker.database.sessions() as session:
            user = (await session.exec(select(User).where(User.subject == "user_alice"))).one()
        viewer = stages.Viewer(user.id, user.subject, None, None)
        with self.monkeypatch.context() as patched:
            patched.setattr(stages, "PASSAGES", texts)
            project_id = nodes.parse(project)[1]
            await stages.publish(self.worker.database, self.worker.models, viewer, project_id)
        return project

    async def _pace(self, tokens_per_second: float) -> None:
        address = self.worker.models.base_url.removesuffix("/v1")
        async with httpx.AsyncClient(trust_env=False) as http:
            await http.post(f"{address}/control", json={"tokens_per_second": tokens_per_second})


def in_a_snapshot(cursor: tuple[int, int], seen: list[dict[str, Any]]) -> bool:
    """Whether it lies between a snapshot and the event before it, and so needs no telling."""
    before = (0, -1)
    for event in seen:
        if event["__typename"] == "MessageSnapshot" and before < cursor <= cursor_of(event):
            return True
        before = cursor_of(event)
    return False


def is_last(event: dict[str, Any]) -> bool:
    return event["__typename"] in ("MessageCompleted", "MessageRefused", "MessageStopped", "MessageFailed")


def cursor_of(event: dict[str, Any]) -> tuple[int, int]:
    attempt, _, seq = str(event["cursor"]).partition("-")
    return int(attempt), int(seq)
