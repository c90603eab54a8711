"""Who uses the product meanwhile: people who upload, search, ask and watch, and do not give up."""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

import httpx

from backend.cli import operations
from backend.cli.client import ApiError, Client, Unreachable, result_of

Value = TypeVar("Value")
JSON = dict[str, Any]

PATIENCE_SECONDS = 90.0
END_SECONDS = 150.0
QUESTION = "How high is wave {n}, which the keeper of tower {n} counts?"
ENDS = {"MessageCompleted", "MessageRefused", "MessageStopped", "MessageFailed"}
DOCUMENT_ENDS = {"DocumentCompleted", "DocumentFailed", "DocumentCancelled"}

SEARCH = """
query ($project: ID!, $query: String!) {
  search(input: {projectId: $project, query: $query}) {
    __typename
    ... on SearchPayload { hits { documentName } }
    ... on Error { message code }
  }
}
"""
SEND = """
mutation ($chat: ID!, $content: String!, $key: String!) {
  sendMessage(input: {chatId: $chat, content: $content, idempotencyKey: $key}) {
    __typename
    ... on SendMessagePayload { answer { id } }
    ... on Error { message code }
  }
}
"""
DELETE = """
mutation ($document: ID!) {
  deleteDocument(input: {documentId: $document}) { __typename ... on Error { message code } }
}
"""
EVENTS = """
subscription ($message: ID!, $after: String) {
  messageEvents(messageId: $message, after: $after) {
    __typename
    ... on Event { cursor }
    ... on MessageSnapshot { message { content } }
    ... on TextAppended { text }
  }
}
"""


@dataclass
class Notes:
    """What people saw, to be held against the rows in the end."""

    documents: dict[str, bytes] = field(default_factory=dict)
    """What was confirmed, and its bytes; what was deleted since is not among them."""
    answers: dict[str, list[str]] = field(default_factory=dict)
    """Each answer, and the text that each of its viewers was left with."""
    keys: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    """What nobody should ever have seen."""
    search_ms: list[float] = field(default_factory=list)
    answer_seconds: list[float] = field(default_factory=list)
    document_seconds: list[float] = field(default_factory=list)


@dataclass
class Person:
    """One user with a project and a chat; `clients` speak to either API, and all calls are tried again."""

    clients: list[Client]
    random: Random
    notes: Notes
    name: str
    project: str = ""
    chat: str = ""
    _watching: set[asyncio.Task[None]] = field(default_factory=set)

    async def settle(self) -> None:
        made = await self._persist(operations.CREATE_PROJECT, {"name": self.name})
        self.project = str(made["project"]["id"])
        self.chat = str(
            (await self._persist(operations.CREATE_CHAT, {"project": self.project}))["chat"]["id"]
        )

    async def live(self, until: float) -> None:
        """Do all things side by side until the monotonic clock says so; see what was begun to its end."""
        ways = ((self.upload, 4.0), (self.search, 0.8), (self.ask, 2.5))
        await asyncio.gather(*(self._repeat(way, pause, until) for way, pause in ways))
        if self._watching:
            await asyncio.wait(self._watching)

    async def upload(self, number: int) -> None:
        """A document nobody has seen before; every fifth is deleted once it has come to its end."""
        content = note(self.name, number)
        digest = hashlib.sha256(content).hexdigest()
        file = {
            "name": f"{number}.md",
            "contentType": "text/markdown",
            "size": len(content),
            "sha256": digest,
        }
        began = time.monotonic()
        document = await self._again(lambda client: self._send(client, file, content))
        self.notes.documents[document] = content
        self.notes.counts["documents"] += 1
        self._watch(self._follow_document(document, began, is_deleted=number % 5 == 4))

    async def search(self, number: int) -> None:
        wanted = {"project": self.project, "query": QUESTION.format(n=self.random.randrange(50))}
        began = time.monotonic()
        await self._persist(SEARCH, wanted)
        self.notes.search_ms.append((time.monotonic() - began) * 1000)
        self.notes.counts["searches"] += 1

    async def ask(self, number: int) -> None:
        key = f"{self.name}-{number}"
        self.notes.keys.add(key)
        content = QUESTION.format(n=self.random.randrange(50))
        sent = await self._persist(SEND, {"chat": self.chat, "content": content, "key": key})
        answer = str(sent["answer"]["id"])
        self.notes.answers[answer] = []
        self.notes.counts["answers"] += 1
        for client in self.clients:
            self._watch(self._follow_answer(client, answer))

    async def _repeat(self, way: Callable[[int], Awaitable[None]], pause: float, until: float) -> None:
        number = 0
        while time.monotonic() < until:
            try:
                await way(number)
            except ApiError as error:
                self.notes.broken.append(f"{self.name} gave up: {error}")
            number += 1
            await asyncio.sleep(self.random.uniform(0.5 * pause, 1.5 * pause))

    async def _send(self, client: Client, file: JSON, content: bytes) -> str:
        """Every step may be taken again: a file that was asked for and has not arrived is awaited still."""
        wanted = {"project": self.project, "files": [file]}
        ticket = result_of(await client.execute(operations.REQUEST_UPLOADS, wanted))["tickets"][0]
        document = str(ticket["document"]["id"])
        if ticket["url"] is None:
            return document
        headers = {header["name"]: header["value"] for header in ticket["headers"]}
        async with httpx.AsyncClient(trust_env=False, timeout=20) as http:
            try:
                put = await http.put(ticket["url"], content=content, headers=headers)
            except httpx.HTTPError as error:
                raise Unreachable("The object store does not answer.") from error
        if put.status_code != 200:
            raise Unreachable(f"The object store answered {put.status_code}.")
        result_of(await client.execute(operations.CONFIRM_UPLOAD, {"document": document}))
        return document

    async def _persist(self, query: str, variables: JSON) -> JSON:
        async def once(client: Client) -> JSON:
            return result_of(await client.execute(query, variables))

        return await self._again(once)

    async def _again(self, call: Callable[[Client], Awaitable[Value]]) -> Value:
        """Ask either API until one has done it; raises the last error when that takes too long."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return await call(self.random.choice(self.clients))
            except ApiError as error:
                self.notes.errors[_kind(error)] += 1
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(self.random.uniform(0.2, 1.0))

    def _watch(self, watching: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(watching)
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)

    async def _follow_document(self, document: str, began: float, *, is_deleted: bool) -> None:
        """To its end, over every lost connection."""
        wanted = {"document": document}
        events = await self._follow(self.clients[0], operations.DOCUMENT_EVENTS, wanted, DOCUMENT_ENDS)
        self.notes.document_seconds.append(time.monotonic() - began)
        if events and is_deleted:
            await self._persist(DELETE, wanted)
            del self.notes.documents[document]
            self.notes.counts["deleted documents"] += 1

    async def _follow_answer(self, client: Client, answer: str) -> None:
        began = time.monotonic()
        events = await self._follow(client, EVENTS, {"message": answer}, ENDS)
        self.notes.answers[answer].append(text_of(events))
        self.notes.answer_seconds.append(time.monotonic() - began)

    async def _follow(self, client: Client, query: str, wanted: JSON, ends: set[str]) -> list[JSON]:
        """All events up to the last, each of them once; what goes wrong is noted."""
        seen: list[JSON] = []
        cursors: set[str] = set()
        deadline = time.monotonic() + END_SECONDS
        while not (seen and seen[-1]["__typename"] in ends):
            after = {"after": seen[-1]["cursor"]} if seen else {}
            try:
                async with (
                    asyncio.timeout(max(deadline - time.monotonic(), 0)),
                    aclosing(client.subscribe(query, wanted | after)) as events,
                ):
                    async for event in events:
                        if event["cursor"] in cursors and not _may_repeat(event):
                            self.notes.broken.append(f"{wanted}: {event['__typename']} came twice")
                        cursors.add(event["cursor"])
                        seen.append(event)
            except ApiError as error:
                self.notes.errors[_kind(error)] += 1
                await asyncio.sleep(0.5)
            except TimeoutError:
                kinds = [event["__typename"] for event in seen]
                self.notes.broken.append(f"{wanted}: no end after {kinds[-3:]}")
                return []
        self.notes.counts["events seen"] += len(seen)
        return seen


def _may_repeat(event: JSON) -> bool:
    """States of the row stand at the cursor of the last event that they contain, and so does a gap."""
    kind = event["__typename"]
    return kind.endswith("Snapshot") or kind in ENDS | DOCUMENT_ENDS | {"EventsMissed"}


def _kind(error: ApiError) -> str:
    """The sentence without its ids."""
    return (
        "The API does not answer." if isinstance(error, Unreachable) else str(error).partition(" Error id")[0]
    )


def text_of(events: list[JSON]) -> str:
    """What stands on the screen after these events."""
    text = ""
    for event in events:
        match event["__typename"]:
            case "MessageSnapshot":
                text = event["message"]["content"]
            case "AnswerRestarted":
                text = ""
            case "TextAppended":
                text += event["text"]
    return text


def note(name: str, number: int) -> bytes:
    """A Markdown document of several chunks, unlike any other."""
    words = "The keeper of tower {n} counts wave {n} of {name} and writes down that it is {h} m high. "
    sections = (
        f"# Tower {n} of {name} {number}\n\n" + words.format(n=n, name=f"{name} {number}", h=n % 7) * 8
        for n in range(number % 50, number % 50 + 3 + number % 4)
    )
    return "\n\n".join(sections).encode()
