"""`opentrace eval`: measures what the options say, shows it, and keeps it as JSON and as a page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from backend.cli.evaluation import compare, page, results, run, settings, table
from backend.cli.evaluation.compare import Difference
from backend.cli.evaluation.results import JSON
from backend.cli.evaluation.run import Order
from backend.cli.start import while_running
from backend.errors import Invalid


@dataclass(frozen=True, slots=True)
class Request:
    """What to measure, what to compare (two files of settings or two earlier results), where to keep it."""

    order: Order
    compared: tuple[Path, Path] | None
    out: Path


def of_options(folder: Path | None, options: dict[str, Any]) -> Request:
    """The request of a command line. Raises Invalid when there is nothing to measure."""
    compared = options["compared"] or None
    only_results = compared is not None and all(results.is_result(path) for path in compared)
    if folder is None and not only_results:
        raise Invalid("Say which folder has the set: opentrace eval FOLDER.", field="data")
    given = settings.of_options({name: options[name] for name in settings.NAMES})
    order = Order(
        folder or Path(),
        settings.LADDER if options["ladder"] else [given],
        project=options["project"],
        split=options["split"],
        limit=options["limit"],
        seed=options["seed"],
        with_baseline=options["baseline"],
        with_given=options["with_given"],
        with_answers=options["with_answers"],
    )
    return Request(order, compared, options["out"])


def evaluate(request: Request) -> None:
    """Do it. Raises Invalid and ApiError with a sentence for whoever asked."""
    if request.compared is None:
        _keep(_measured(request.order), request.out)
    elif all(results.is_result(path) for path in request.compared):
        before, after = map(results.read, request.compared)
        differences = compare.differences(before, after)
        table.show_differences(differences)
        path = request.out / f"{request.compared[0].stem}-to-{request.compared[1].stem}.html"
        request.out.mkdir(parents=True, exist_ok=True)
        click.echo(f"Kept in {page.save(after, path, differences)}")
    else:
        wanted = [settings.of_file(path) for path in request.compared]
        found = _measured(replace(request.order, settings=wanted))
        _keep(found, request.out, list(compare.of_runs(*found["runs"][:2])))


def _measured(order: Order) -> JSON:
    """The result, from the product at hand or from one that is started for it."""
    found: list[JSON] = []
    while_running(lambda: found.append(run.measure(order)))
    return found[0]


def _keep(found: JSON, out: Path, differences: Sequence[Difference] = ()) -> None:
    table.show(found)
    if differences:
        table.show_differences(differences)
    path = results.save(found, out)
    page.save(found, path.with_suffix(".html"), differences)
    click.echo(f"Kept in {path} and beside it as a page.")
