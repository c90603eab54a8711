"""`opentrace cases`: answers that were rated up become a judged set that `opentrace eval` reads."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path

import click

from backend.cli import operations, session
from backend.cli.client import JSON, ApiError, Client
from backend.cli.evaluation.operations import CHATS, CHUNKS, PROJECT_DOCUMENTS, RATED
from backend.cli.start import while_running
from backend.cli.upload import pages

_HELD = ("VERIFIED", "NORMALISED", "UNCHECKED")
_SEARCH = "rag_search"


@dataclass(frozen=True, slots=True)
class Case:
    """A question as it was searched for, and the documents that a good answer to it cites."""

    id: str
    text: str
    documents: frozenset[str]


def export(project: str, folder: Path) -> None:
    """Write your rated answers about the project of this name to `folder`, in BEIR's layout.

    Raises ApiError when there is no such project, or nothing to judge by.
    """
    while_running(lambda: asyncio.run(_export(session.connect(), project, folder)))


async def _export(client: Client, project: str, folder: Path) -> None:
    project_id = await _project(client, project)
    documents = await _documents(client, project_id)
    cases = [case async for case in _cases(client, project_id, documents.keys())]
    if not cases:
        raise ApiError("None of your answers about this project is rated up and cites a document of it.")
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    _write(folder / "corpus.jsonl", documents.values())
    _write(folder / "queries.jsonl", ({"_id": case.id, "text": case.text} for case in cases))
    judged = (f"{case.id}\t{document}\t1" for case in cases for document in sorted(case.documents))
    (folder / "qrels" / "test.tsv").write_text("\n".join(("query-id\tcorpus-id\tscore", *judged)) + "\n")
    click.echo(f"{len(cases)} questions over {len(documents)} documents: opentrace eval {folder}")


async def _project(client: Client, name: str) -> str:
    async for project in pages(client, operations.PROJECTS, {}, "projects"):
        if project["name"] == name:
            return str(project["id"])
    raise ApiError(f"You have no project that is called {name}.")


async def _documents(client: Client, project: str) -> dict[str, JSON]:
    """Every document that search sees, as its chunks have it: they are what is found."""
    found: dict[str, JSON] = {}
    async for document in pages(client, PROJECT_DOCUMENTS, {"project": project}, "project", "documents"):
        variables = {"document": document["id"]}
        texts = [chunk["text"] async for chunk in pages(client, CHUNKS, variables, "document", "chunks")]
        if texts:
            name, text = document["name"], "\n\n".join(texts)
            found[document["id"]] = {"_id": document["id"], "title": name, "text": text}
    return found


async def _cases(client: Client, project: str, documents: Iterable[str]) -> AsyncIterator[Case]:
    known = frozenset(documents)
    async for chat in pages(client, CHATS, {"project": project}, "project", "chats"):
        async for message in pages(client, RATED, {"chat": chat["id"]}, "chat", "messages"):
            case = _case(message, known)
            if case is not None:
                yield case


def _case(message: JSON, known: frozenset[str]) -> Case | None:
    """None for what was not rated up, or rests on no document that is still there."""
    if not (message["feedback"] and message["feedback"]["positive"] and message["parent"]):
        return None
    held = (each["document"] for each in message["citations"] if each["status"] in _HELD)
    cited = frozenset(document["id"] for document in held if document) & known
    queries = [run["query"] for run in message["retrievalRuns"] if run["tool"] == _SEARCH]
    text = (queries or [message["parent"]["content"]])[0]
    return Case(message["id"], " ".join(text.split()), cited) if cited else None


def _write(path: Path, rows: Iterable[JSON]) -> None:
    with path.open("w", encoding="utf-8") as opened:
        opened.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
