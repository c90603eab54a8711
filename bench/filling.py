"""Fills a project with files through the public API, cheaply: the client must not be what is measured."""

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path

import httpx

from backend.cli import operations
from backend.cli.client import JSON, Client, data_of, result_of
from backend.cli.upload import describe

PER_REQUEST = 100
SENDERS = 4


async def fill(client: Client, project: str, files: Sequence[Path]) -> None:
    """Upload and confirm the files; returns when all wait for a worker."""
    places = asyncio.Semaphore(SENDERS)
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        for begin in range(0, len(files), PER_REQUEST):
            some = files[begin : begin + PER_REQUEST]
            described = [describe(file, hashlib.sha256(file.read_bytes()).hexdigest()) for file in some]
            wanted = {"project": project, "files": described}
            tickets = (await _ask(http, client, operations.REQUEST_UPLOADS, wanted))["tickets"]
            sent = (_send(http, client, each, places) for each in zip(some, tickets, strict=True))
            await asyncio.gather(*sent)


async def _send(
    http: httpx.AsyncClient, client: Client, item: tuple[Path, JSON], places: asyncio.Semaphore
) -> None:
    file, ticket = item
    headers = {header["name"]: header["value"] for header in ticket["headers"]}
    async with places:
        (await http.put(ticket["url"], content=file.read_bytes(), headers=headers)).raise_for_status()
        await _ask(http, client, operations.CONFIRM_UPLOAD, {"document": ticket["document"]["id"]})


async def _ask(http: httpx.AsyncClient, client: Client, query: str, variables: JSON) -> JSON:
    body = {"query": query, "variables": variables}
    answer = await http.post(f"{client.url}/graphql", json=body, headers=client.headers())
    return result_of(data_of(answer))
