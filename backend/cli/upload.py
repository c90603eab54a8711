"""Takes files in through the public API: hash, PUT straight to the object store, confirm, follow."""

import asyncio
import hashlib
import mimetypes
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import httpx
from rich.progress import Progress, TaskID

from backend.cli import operations
from backend.cli.client import JSON, ApiError, Client, result_of

CHUNK_BYTES = 1024 * 1024


async def find_project(client: Client, name: str) -> str:
    """The id of the viewer's project of this name, made if there is none."""
    async for project in pages(client, operations.PROJECTS, {}, "projects"):
        if project["name"] == name:
            return str(project["id"])
    data = result_of(await client.execute(operations.CREATE_PROJECT, {"name": name}))
    return str(data["project"]["id"])


async def take_in(client: Client, project: str, file: Path, progress: Progress) -> str:
    """The id of the document that holds this file's bytes, COMPLETED; raises ApiError when it fails.

    A document with the same bytes that is there already is used, not uploaded again.
    """
    sha256, bar = hash_of(file), progress.add_task(file.name, total=1.0, stage="")
    try:
        document = await upload(client, project, file, sha256)
        async with aclosing(client.subscribe(operations.DOCUMENT_EVENTS, {"document": document})) as events:
            await follow(events, progress, bar)
    except ApiError:
        progress.update(bar, stage="failed")
        progress.stop_task(bar)
        raise
    return document


async def upload(client: Client, project: str, file: Path, sha256: str) -> str:
    """The id of the document that has the file's bytes, which are sent only if the project lacks them."""
    variables = {"project": project, "files": [describe(file, sha256)]}
    ticket = result_of(await client.execute(operations.REQUEST_UPLOADS, variables))["tickets"][0]
    document = str(ticket["document"]["id"])
    if ticket["duplicateOf"] is not None:
        return document
    headers = {header["name"]: header["value"] for header in ticket["headers"]}
    async with httpx.AsyncClient(timeout=600, trust_env=False) as http:
        answer = await http.put(
            ticket["url"], content=await asyncio.to_thread(file.read_bytes), headers=headers
        )
    if answer.is_error:
        raise ApiError(f"The object store refused {file.name} with status {answer.status_code}.")
    result_of(await client.execute(operations.CONFIRM_UPLOAD, {"document": document}))
    return document


def describe(file: Path, sha256: str) -> JSON:
    """The file as `requestUploads` wants it; its type is guessed from its name and checked by the worker."""
    content_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return {"name": file.name, "contentType": content_type, "size": file.stat().st_size, "sha256": sha256}


async def follow(events: AsyncIterator[JSON], progress: Progress, bar: TaskID) -> None:
    """Move the bar with a document's events until it has ended; raises ApiError when it fails."""
    async for event in events:
        match event["__typename"]:
            case "DocumentSnapshot":
                now = event["document"]
                progress.update(bar, completed=now["progress"], stage=now["status"].lower())
            case "StageStarted":
                progress.update(bar, stage=event["stage"].lower())
            case "StageProgressed":
                progress.update(bar, completed=event["progress"], stage=event["stage"].lower())
            case "DocumentCompleted":
                progress.update(bar, completed=1.0, stage=summary(event["document"]))
            case "DocumentFailed":
                raise ApiError(event["message"])
            case "DocumentCancelled" | "DocumentDeleted":
                raise ApiError("The document was taken away while it was being read.")


def summary(document: JSON) -> str:
    counts = {"page": document["numPages"], "chunk": document["numChunks"]}
    return ", ".join(f"{number} {noun}{'s' * (number > 1)}" for noun, number in counts.items() if number)


def hash_of(file: Path) -> str:
    """SHA-256 of the bytes, read piece by piece."""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while piece := opened.read(CHUNK_BYTES):
            digest.update(piece)
    return digest.hexdigest()


async def pages(client: Client, query: str, variables: JSON, *path: str) -> AsyncIterator[JSON]:
    """Every node of the connection that lies at `path` in the query's data."""
    after = None
    while True:
        found = await client.execute(query, {**variables, "after": after})
        for name in path:
            found = found[name]
        for edge in found["edges"]:
            yield edge["node"]
        if not found["pageInfo"]["hasNextPage"]:
            return
        after = found["pageInfo"]["endCursor"]
