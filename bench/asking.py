"""Asks questions one after another as a browser does: send, subscribe, read to the end; all of it timed."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection

from backend.cli import operations
from backend.cli.client import Client, events_of, raise_errors, result_of
from bench.page import new_project
from bench.stack import Stack
from bench.wire import Wire

EVENTS = """
subscription Answer($message: ID!, $after: String) {
  messageEvents(messageId: $message, after: $after) {
    __typename
    ... on Event { cursor at }
    ... on TextAppended { text }
    ... on MessageRefused { reason }
    ... on MessageFailed { messageText }
  }
}
"""
FROM_THE_START = "0-0"
NUM_WARM = 10


@dataclass(frozen=True)
class Received:
    """One event as the subscriber got it: on the monotonic clock and on the wall's."""

    event: dict[str, Any]
    monotonic_ns: int
    wall: float

    @property
    def kind(self) -> str:
        return str(self.event["__typename"])

    @property
    def at(self) -> float:
        """When the event was made."""
        return datetime.fromisoformat(self.event["at"]).timestamp()

    @property
    def stamps(self) -> list[int]:
        """When the model wrote the tokens of this text, in nanoseconds of the monotonic clock."""
        return [int(stamp) for stamp in self.event["text"].split()]


@dataclass(frozen=True)
class Asked:
    """One question and its answer's events; `sent_ns` is when the API had taken it."""

    answer: str
    sent_ns: int
    events: list[Received]

    @property
    def texts(self) -> list[Received]:
        return [received for received in self.events if received.kind == "TextAppended"]


@dataclass(frozen=True)
class Asker:
    """One signed-in user with a chat, a connection for questions and a socket for answers."""

    wire: Wire
    socket: ClientConnection
    chat: str
    token: str
    client: Client
    project: str
    model: str
    """The address of the stamping model."""

    async def ask(self, question: str) -> Asked:
        """Raises RuntimeError unless the answer is completed."""
        answer = await self.send(question)
        sent_ns = time.monotonic_ns()
        events = [received async for received in self.events(answer)]
        if events[-1].kind != "MessageCompleted":
            raise RuntimeError(f"no answer: {events[-1].event}")
        return Asked(answer, sent_ns, events)

    async def send(self, question: str, chat: str | None = None) -> str:
        """The answer that will be written; returns when the API has taken the question."""
        variables = {"chat": chat or self.chat, "content": question}
        sent = await self.execute(operations.SEND_MESSAGE, variables)
        return str(sent["answer"]["id"])

    async def events(self, answer: str) -> AsyncGenerator[Received]:
        """All its events, as they come."""
        wanted = {"message": answer, "after": FROM_THE_START}
        async for event in events_of(self.socket, EVENTS, wanted):
            yield Received(event, time.monotonic_ns(), time.time())

    async def execute(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """What the mutation answers. Raises ApiError for an error, a typed one too."""
        body = orjson.dumps({"query": query, "variables": variables})
        request = self.wire.post("/graphql", body, {"Authorization": f"Bearer {self.token}"})
        return result_of(raise_errors(orjson.loads(await self.wire.send(request))))


@asynccontextmanager
async def asking(
    stack: Stack, *, num_warm: int = NUM_WARM, room: Mapping[str, str] | None = None, **pace: str
) -> AsyncIterator[Asker]:
    """An API, a worker and the stamping model at this pace, warm after some answers that do not count."""
    model = await stack.module("bench.model", "/healthz", **pace)
    settings = {"OPENTRACE_MODELS__BASE_URL": f"{model.address}/v1", **(room or {})}
    api = await stack.api(**settings)
    await stack.worker("answers", **settings)
    client = stack.client(api)
    project = await new_project(client)
    chat = await new_chat(client, project)
    async with Wire(api.address) as wire, client.socket() as socket:
        asker = Asker(wire, socket, chat, stack.token(), client, project, model.address)
        for _ in range(num_warm):
            await asker.ask("Is it warm?")
        yield asker


async def new_chat(client: Client, project: str) -> str:
    made = await client.execute(operations.CREATE_CHAT, {"project": project})
    return str(result_of(made)["chat"]["id"])
