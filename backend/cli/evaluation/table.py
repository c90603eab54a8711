"""Results as tables on the terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from backend.cli.evaluation.compare import Difference
from backend.cli.evaluation.results import JSON

_WIDE = 200


def show(result: JSON) -> None:
    """A row for each way of searching, a column for each measure."""
    data = result["data"]
    title = f"{data['name']}: {data['num_questions']} questions, {data['num_documents']} documents"
    names = list(dict.fromkeys(name for run in result["runs"] for name in run["measures"]))
    table = Table(title=title, title_justify="left")
    for column in ("", *names, "p50 ms", "p95 ms"):
        table.add_column(column, justify="right" if column else "left")
    for run in result["runs"]:
        found = [_number(run["measures"].get(name)) for name in names]
        table.add_row(run["name"], *found, *(f"{run['latency_ms'][each]:.1f}" for each in ("p50", "p95")))
    _print(table)


def show_differences(differences: Sequence[Difference]) -> None:
    """A row for each measure: before, after, the difference with its standard error, and if it is clear."""
    table = Table(title="Compared, question by question", title_justify="left")
    for column in ("run", "measure", "A", "B", "difference", "clear"):
        table.add_column(column, justify="left" if column in ("run", "measure") else "right")
    for each in differences:
        change = f"{each.after - each.before:+.4f} ± {each.error:.4f}"
        row = (each.run, each.measure, f"{each.before:.4f}", f"{each.after:.4f}", change)
        table.add_row(*row, "yes" if each.is_clear else "")
    _print(table)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _print(table: Table) -> None:
    """As wide as it is: a cell that is cut to three letters says nothing."""
    Console(width=max(Console().width, _WIDE)).print(table)
