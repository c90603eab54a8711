"""Takes thousands of documents in at once: a hundred in a request, one subscription to wait for all."""

import asyncio
import mimetypes
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

import httpx
from rich.progress import Progress

from backend.cli import upload
from backend.cli.client import JSON, ApiError, Client, Unreachable, result_of
from backend.cli.evaluation import operations
from backend.cli.evaluation.data import Dataset, File
from backend.cli.operations import CONFIRM_UPLOAD, REQUEST_UPLOADS

_FILES_AT_ONCE = 100
_PUTS_AT_ONCE = 8
_MOST_UNFINISHED = 500
"""Documents on their way at one time, below what one person may have."""
_PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds between tries when the API does not answer: a busy machine may need a moment."""
_ENDED = ("COMPLETED", "FAILED", "CANCELLED")


@dataclass(frozen=True, slots=True)
class Taken:
    """Where a set lies: its project, the ids of its documents by key, and what could not be read."""

    project: str
    documents: dict[str, str]
    failures: dict[str, str]


@dataclass
class _Intake:
    """What became of the files so far, by the SHA-256 of their bytes."""

    files: dict[str, File]
    show: Callable[[int], None]
    statuses: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    error: ApiError | None = None

    @property
    def num_ended(self) -> int:
        return sum(status in _ENDED for status in self.statuses.values())

    @property
    def missing(self) -> list[File]:
        return [file for sha256, file in self.files.items() if self.statuses.get(sha256) != "COMPLETED"]

    def note(self, document: JSON) -> None:
        """Bytes that are there count as there, whatever became of another document of theirs."""
        sha256 = document["sha256"]
        if sha256 in self.files and self.statuses.get(sha256) != "COMPLETED":
            self.statuses[sha256], self.ids[sha256] = document["status"], document["id"]
            if document["failure"]:
                self.failures[sha256] = document["failure"]["message"]
            self.show(self.num_ended)
            self.changed.set()

    async def until(self, is_so: Callable[[], bool]) -> None:
        while not is_so():
            self.changed.clear()
            await self.changed.wait()
            if self.error is not None:
                raise self.error


async def take_in(client: Client, dataset: Dataset, project: str, progress: Progress) -> Taken:
    """Have every document of the set read and embedded in the project of this name; what is there stays.

    Documents that cannot be read are told by key with the reason. Raises ApiError when the API refuses.
    """
    project_id = await upload.find_project(client, project)
    files = {file.sha256: file for file in reversed(dataset.files) if file.content}
    bar = progress.add_task(dataset.name, total=len(files), stage=f"{len(files)} documents")
    intake = _Intake(files, lambda num_ended: progress.update(bar, completed=num_ended))
    following = asyncio.create_task(_follow(client, project_id, intake))
    try:
        await _send_missing(client, project_id, intake)
        await intake.until(lambda: intake.num_ended == len(files))
    finally:
        following.cancel()
        await asyncio.wait([following])
    return Taken(
        project_id,
        {file.key: intake.ids[file.sha256] for file in dataset.files if file.content},
        {file.key: "It is empty." for file in dataset.files if not file.content}
        | {file.key: intake.failures.get(file.sha256, "It was taken away.") for file in intake.missing},
    )


async def _follow(client: Client, project: str, intake: _Intake) -> None:
    """Note each change of a document; a change missed before the first event is seen by listing."""
    try:
        async with aclosing(client.subscribe(operations.PROJECT_EVENTS, {"project": project})) as events:
            async for event in events:
                if event["__typename"] == "DocumentChanged" and event["document"]:
                    intake.note(event["document"])
                elif event["__typename"] != "DocumentChanged":
                    await _list(client, project, intake)
    except ApiError as error:
        intake.error = error
        intake.changed.set()


async def _list(client: Client, project: str, intake: _Intake) -> None:
    path = ("project", "documents")
    async for document in upload.pages(client, operations.DOCUMENTS, {"project": project}, *path):
        intake.note(document)


async def _send_missing(client: Client, project: str, intake: _Intake) -> None:
    await _list(client, project, intake)
    missing = intake.missing
    async with httpx.AsyncClient(timeout=600, trust_env=False) as http:
        for at in range(0, len(missing), _FILES_AT_ONCE):
            await intake.until(lambda: len(intake.statuses) - intake.num_ended < _MOST_UNFINISHED)
            await _send(client, http, project, missing[at : at + _FILES_AT_ONCE])


async def _send(client: Client, http: httpx.AsyncClient, project: str, files: Sequence[File]) -> None:
    """Ask leave for all files at once, and PUT those that the project lacks side by side."""
    variables = {"project": project, "files": [_described(file) for file in files]}
    tickets = (await _asked(client, REQUEST_UPLOADS, variables))["tickets"]
    turns = asyncio.Semaphore(_PUTS_AT_ONCE)

    async def put(file: File, ticket: JSON) -> None:
        async with turns:
            headers = {header["name"]: header["value"] for header in ticket["headers"]}
            answer = await http.put(ticket["url"], content=file.content, headers=headers)
            if answer.is_error:
                raise ApiError(f"The object store refused {file.name} with status {answer.status_code}.")
            await _asked(client, CONFIRM_UPLOAD, {"document": ticket["document"]["id"]})

    lacking = [pair for pair in zip(files, tickets, strict=True) if pair[1]["duplicateOf"] is None]
    await asyncio.gather(*(put(file, ticket) for file, ticket in lacking))


async def _asked(client: Client, query: str, variables: JSON) -> JSON:
    """The mutation's payload; both may be asked twice: a file is confirmed once, unused leaves expire."""
    for pause in _PAUSES:
        try:
            return result_of(await client.execute(query, variables))
        except Unreachable:
            await asyncio.sleep(pause)
    return result_of(await client.execute(query, variables))


def _described(file: File) -> JSON:
    content_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return {
        "name": file.name,
        "contentType": content_type,
        "size": len(file.content),
        "sha256": file.sha256,
    }
