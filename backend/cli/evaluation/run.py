"""One evaluation from beginning to end: read the set, take it in, ask in every way, measure, keep, show."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import httpx
from rich.progress import Progress

from backend.cli import session
from backend.cli.ask import bars
from backend.cli.client import Client
from backend.cli.evaluation import answers, data, intake, results
from backend.cli.evaluation.baseline import NAME as BASELINE
from backend.cli.evaluation.baseline import Baseline
from backend.cli.evaluation.baseline import is_installed as has_baseline
from backend.cli.evaluation.data import Dataset, Kind
from backend.cli.evaluation.intake import Taken
from backend.cli.evaluation.results import JSON, Searched
from backend.cli.evaluation.search import Searching
from backend.cli.evaluation.settings import Settings


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be measured, and how; with `limit`, only so many questions, drawn by `seed`.

    `with_given` asks each question of its right document alone as well.
    """

    folder: Path
    settings: Sequence[Settings]
    project: str | None = None
    split: str | None = None
    limit: int | None = None
    seed: int = 0
    with_baseline: bool = True
    with_given: bool = False
    with_answers: bool = False


def measure(order: Order) -> JSON:
    """The whole result. Raises Invalid for a folder that is no set, ApiError when the API refuses."""
    return asyncio.run(_measure(order))


def dataset_of(order: Order) -> Dataset:
    """The set, with as many questions as were ordered; the same ones for the same seed."""
    dataset = data.read(order.folder, order.split)
    if order.limit is None or order.limit >= len(dataset.questions):
        return dataset
    drawn = random.Random(order.seed).sample(range(len(dataset.questions)), order.limit)
    return replace(dataset, questions=[dataset.questions[number] for number in sorted(drawn)])


def project_of(dataset: Dataset) -> str:
    """The name of the project that holds exactly these documents: they are taken in once."""
    return f"Evaluation of {dataset.name} {dataset.sha256[:8]}"


async def _measure(order: Order) -> JSON:
    dataset = dataset_of(order)
    async with httpx.AsyncClient(timeout=300, trust_env=False) as http:
        client = replace(session.connect(), http=http)
        with bars() as progress:
            taken = await intake.take_in(client, dataset, order.project or project_of(dataset), progress)
            runs = [await _searched(client, dataset, taken, each, order, progress) for each in order.settings]
    _warn(taken)
    if order.with_baseline and has_baseline():
        runs.append(_baseline(dataset, order.with_given))
    about: JSON = {"seed": order.seed, "limit": order.limit, "split": order.split}
    about["unread"] = taken.failures
    return results.result_of(dataset, [results.run_of(each, dataset.kind) for each in runs], about)


async def _searched(
    client: Client, dataset: Dataset, taken: Taken, settings: Settings, order: Order, progress: Progress
) -> Searched:
    with_given = order.with_given and dataset.kind is Kind.PAGES
    num_rounds = 1 + with_given + order.with_answers
    bar = progress.add_task(settings.name, total=num_rounds * len(dataset.questions), stage="")

    def on_each() -> None:
        progress.advance(bar)

    searching = Searching(client, dataset, taken)
    everywhere = await searching.all(settings, on_each=on_each)
    given = await searching.all(settings, in_document=True, on_each=on_each) if with_given else []
    cited = await answers.all_of(client, dataset, taken, on_each) if order.with_answers else []
    return Searched(settings.name, dict(settings.values), everywhere, given, cited)


def _baseline(dataset: Dataset, with_given: bool) -> Searched:
    baseline = Baseline.of(dataset)
    given = baseline.all(in_document=True) if with_given and dataset.kind is Kind.PAGES else []
    settings = {"library": BASELINE, "language": dataset.language, "over": f"whole {dataset.kind}"}
    return Searched(BASELINE, settings, baseline.all(), given)


def _warn(taken: Taken) -> None:
    for key, reason in list(taken.failures.items())[:5]:
        click.secho(f"{key} was not taken in: {reason}", fg="yellow", err=True)
    if len(taken.failures) > 5:
        click.secho(f"… and {len(taken.failures) - 5} more.", fg="yellow", err=True)
