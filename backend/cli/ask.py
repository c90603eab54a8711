"""`opentrace ingest` and `opentrace ask`: the whole job from the terminal, fed by subscriptions."""

import asyncio
from collections.abc import Iterable
from contextlib import aclosing
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from backend.cli import operations, session
from backend.cli.client import JSON, ApiError, Client, result_of
from backend.cli.start import while_running
from backend.cli.upload import find_project, take_in


def ingest(files: Iterable[Path], project: str) -> None:
    """Take all files in, side by side; raises ApiError that names those that failed."""
    paths = tuple(files)
    while_running(lambda: asyncio.run(take_all_in(session.connect(), paths, project)))


def ask(file: Path, question: str, project: str) -> None:
    while_running(lambda: asyncio.run(take_in_and_ask(session.connect(), file, question, project)))


async def take_all_in(client: Client, files: tuple[Path, ...], project: str) -> None:
    target = await find_project(client, project)
    with bars() as progress:
        taken = (take_in(client, target, file, progress) for file in files)
        results = await asyncio.gather(*taken, return_exceptions=True)
    failed = [f"{file.name}: {r}" for file, r in zip(files, results, strict=True) if isinstance(r, Exception)]
    if failed:
        raise ApiError("\n".join(failed))


async def take_in_and_ask(client: Client, file: Path, question: str, project: str) -> None:
    """Take the file in, ask, print the answer as it comes and its sources after it."""
    target = await find_project(client, project)
    with bars() as progress:
        await take_in(client, target, file, progress)
    chat = result_of(await client.execute(operations.CREATE_CHAT, {"project": target}))["chat"]["id"]
    variables = {"chat": chat, "content": question}
    answer = result_of(await client.execute(operations.SEND_MESSAGE, variables))["answer"]["id"]
    click.secho(f"\n  {question}\n", bold=True)
    async with aclosing(client.subscribe(operations.MESSAGE_EVENTS, {"message": answer})) as events:
        async for event in events:
            show(event)


def bars() -> Progress:
    """One line a file: its name, how far it is, what is being done."""
    columns = (TextColumn("  {task.description}"), BarColumn(24), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*columns, TextColumn("{task.fields[stage]}"), console=Console(stderr=True))


def show(event: JSON) -> None:
    match event["__typename"]:
        case "MessageSnapshot":
            click.echo(event["message"]["content"], nl=False)
        case "TextAppended":
            click.echo(event["text"], nl=False)
        case "AnswerRestarted" | "EventsMissed":
            click.secho("\n  (begun anew by another worker)\n", dim=True)
        case "MessageCompleted":
            show_sources(event["message"]["citations"])
        case "MessageRefused":
            raise ApiError(f"The question was refused: {event['reason']}")
        case "MessageFailed":
            raise ApiError(event["messageText"])
        case "MessageStopped":
            click.secho("\n  (stopped)", dim=True)


def show_sources(citations: list[JSON]) -> None:
    """A line for each source: marker, document, page, the words, and whether they were found there."""
    click.echo("\n")
    for citation in citations:
        page = f", page {citation['page']}" if citation["page"] else ""
        where = click.style(f"[{citation['marker']}] {citation['documentName']}{page}", fg="cyan")
        found = citation["foundIn"]
        really = f", stands in [{found['marker']}], page {found['page']}" if found else ""
        status = citation["status"].lower().replace("_", " ")
        click.echo(f"  {where}  score {citation['score']:.2f}  {status}{really}")
        if citation["quote"]:
            click.secho(f"      “{' '.join(citation['quote'].split())}”", dim=True)
