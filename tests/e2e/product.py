"""The product's own processes as an operator runs them, driven through the public API alone."""

import asyncio
import hashlib
import os
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from backend.cli import operations
from backend.cli.client import Client, result_of
from backend.local import processes
from backend.local.installation import PROJECT
from backend.local.issuer import Issuer
from backend.local.processes import Child, Command

START_SECONDS = 60.0


@dataclass
class Product:
    """APIs and workers of one test; each is a real process under the same settings."""

    env: dict[str, str]
    issuer: Issuer
    folder: Path
    children: list[Child] = field(default_factory=list)

    async def start_api(self, **settings: str) -> Client:
        """One more API process on a free port; a client signed in as the test's user."""
        port = free_port()
        child = await self._spawn("api", **{"OPENTRACE_API__PORT": str(port), **settings})
        url = f"http://127.0.0.1:{port}"
        await self._wait_for(child, f"{url}/readyz")
        return self.client(url)

    def client(self, url: str, subject: str = "user_e2e") -> Client:
        return Client(url, lambda: self.issuer.issue(subject=subject, ttl_seconds=600))

    async def start_worker(self, queue: str, **settings: str) -> Child:
        return await self._spawn("worker", queue, **settings)

    async def kill(self, child: Child) -> None:
        """kill -9, and wait until it is gone."""
        child.kill()
        await child.wait()

    async def stop(self) -> None:
        await asyncio.gather(*(child.stop() for child in self.children if child.exit_code is None))

    def told_nobodys_words(self, *words: str) -> None:
        """No process has written any of these into its log."""
        for child in self.children:
            text = child.command.log_file.read_text()
            told = [line for line in text.splitlines() if any(word in line for word in words)]
            assert told == [], child.command.log_file.name

    async def _spawn(self, *words: str, **settings: str) -> Child:
        log_file = self.folder / f"{len(self.children)}-{'-'.join(words)}.log"
        argv = (sys.executable, "-m", "backend.cli", *words)
        child = await processes.spawn(Command(argv, log_file, env={**self.env, **settings}, cwd=PROJECT))
        self.children.append(child)
        return child

    async def _wait_for(self, child: Child, url: str) -> None:
        async with asyncio.timeout(START_SECONDS), httpx.AsyncClient(trust_env=False) as http:
            while True:
                assert child.exit_code is None, processes.tail(child.command.log_file, num_lines=20)
                try:
                    if (await http.get(url)).status_code == 200:
                        return
                except httpx.HTTPError:
                    await asyncio.sleep(0.05)


async def new_project(client: Client, name: str = "Lighthouse") -> str:
    return str(result_of(await client.execute(operations.CREATE_PROJECT, {"name": name}))["project"]["id"])


async def upload(client: Client, project: str, file: Path) -> str:
    """Request, PUT with exactly the signed headers, confirm: the document's id."""
    content = file.read_bytes()
    described = {
        "name": file.name,
        "contentType": "application/pdf",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    wanted = {"project": project, "files": [described]}
    ticket = result_of(await client.execute(operations.REQUEST_UPLOADS, wanted))["tickets"][0]
    headers = {header["name"]: header["value"] for header in ticket["headers"]}
    async with httpx.AsyncClient(trust_env=False) as http:
        put = await http.put(ticket["url"], content=content, headers=headers)
    assert put.status_code == 200, put.text
    document = str(ticket["document"]["id"])
    result_of(await client.execute(operations.CONFIRM_UPLOAD, {"document": document}))
    return document


async def ask(client: Client, project: str, question: str) -> str:
    """A question in a new chat: the answer's id."""
    chat = result_of(await client.execute(operations.CREATE_CHAT, {"project": project}))["chat"]["id"]
    sent = await client.execute(operations.SEND_MESSAGE, {"chat": chat, "content": question})
    return str(result_of(sent)["answer"]["id"])


async def follow_document(client: Client, document: str) -> list[dict[str, Any]]:
    """Every event of a document up to its end."""
    return [event async for event in client.subscribe(operations.DOCUMENT_EVENTS, {"document": document})]


async def follow_answer(client: Client, answer: str, after: str | None = None) -> list[dict[str, Any]]:
    """Every event of an answer after a cursor, up to its end."""
    variables = {"message": answer, "after": after}
    return [event async for event in client.subscribe(operations.MESSAGE_EVENTS, variables)]


def text_of(events: list[dict[str, Any]], text: str = "") -> str:
    """The text a viewer has on the screen after these events."""
    for event in events:
        match event["__typename"]:
            case "MessageSnapshot":
                text = event["message"]["content"]
            case "AnswerRestarted":
                text = ""
            case "TextAppended":
                text += event["text"]
    return text


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def settings_of(*, lease_seconds: float = 2.0) -> dict[str, str]:
    """Short leases, so that a killed worker's rows are taken over soon."""
    return {
        "OPENTRACE_WORK__LEASE_SECONDS": str(lease_seconds),
        "OPENTRACE_WORK__RENEW_SECONDS": str(lease_seconds / 4),
        "OPENTRACE_WORK__SWEEP_SECONDS": "0.5",
        "OPENTRACE_LOG_LEVEL": "DEBUG",
        "PYTHONWARNINGS": os.environ.get("PYTHONWARNINGS", "default"),
    }
