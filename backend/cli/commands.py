"""The commands and their options; each imports its work when it is called, so that `--help` is quick."""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from backend.errors import AppError


def in_sentences(command: Callable[..., None]) -> Callable[..., None]:
    """Expected failures end the command with their sentence and status 1; Ctrl-C ends it with 130."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            from backend.cli.client import ApiError

            command(*args, **kwargs)
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
            sys.exit(130)
        except (AppError, ApiError) as error:
            click.secho(str(error), fg="red", err=True)
            sys.exit(1)

    return run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="opentrace", prog_name="opentrace")
def main() -> None:
    """Ask questions of your own documents and get answers you can check."""


@main.command()
@click.option("--reset", is_flag=True, help="Empty all data first.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="The API's port; 8000 unless OPENTRACE_API__PORT says otherwise.",
)
@click.option("--no-demo", is_flag=True, help="Do not ingest the sample document and ask a question of it.")
@in_sentences
def up(reset: bool, port: int | None, no_demo: bool) -> None:
    """Run everything on this machine, without keys, until Ctrl-C."""
    from backend.cli import local

    local.up(reset=reset, port=port, with_demo=not no_demo)


@main.command()
@in_sentences
def down() -> None:
    """Stop what `opentrace up` started."""
    from backend.cli import local

    local.down()


@main.command()
@in_sentences
def status() -> None:
    """Say what runs, and where."""
    from backend.cli import local

    local.status()


@main.command()
@in_sentences
def doctor() -> None:
    """Check this machine, part by part, and say how to mend it."""
    from backend.cli import local

    local.doctor()


@main.command()
@in_sentences
def api() -> None:
    """Serve the GraphQL API with the settings of the environment."""
    from backend.cli import serve

    serve.api()


@main.command()
@click.argument("queue", type=click.Choice(["ingestion", "answers"]))
@in_sentences
def worker(queue: str) -> None:
    """Work on one queue with the settings of the environment."""
    from backend.cli import serve

    serve.worker(queue)


@main.command()
@in_sentences
def migrate() -> None:
    """Bring the database up to date."""
    from backend.cli import serve

    serve.migrate()


@main.command()
@in_sentences
def upkeep() -> None:
    """Delete what belongs to nothing any more, and say how much that was."""
    from backend.cli import serve

    serve.upkeep()


@main.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--project", default="Command line", show_default=True, help="The project's name.")
@in_sentences
def ingest(files: tuple[Path, ...], project: str) -> None:
    """Upload FILES and follow them until they can be asked about."""
    from backend.cli import ask as asking

    asking.ingest(files, project)


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("question")
@click.option("--project", help="The project's name; the file's own name unless given.")
@in_sentences
def ask(file: Path, question: str, project: str | None) -> None:
    """Ask QUESTION of FILE; stream the answer and its sources."""
    from backend.cli import ask as asking

    asking.ask(file, question, project or file.name)


@main.command("eval")
@click.argument(
    "data", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="FOLDER"
)
@click.option("--project", help="Where the documents are or go; a project of their own unless given.")
@click.option("--split", help="The judgments' file in qrels/; test unless given.")
@click.option("--limit", type=click.IntRange(1), help="Only so many questions, drawn by the seed.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--strategy", "ragStrategy", help="BASIC, HYBRID, MULTI_QUERY_VECTOR or MULTI_QUERY_HYBRID.")
@click.option("--fusion", help="RRF or CONVEX.")
@click.option("--vector-weight", "vectorWeight", type=float, help="Of meaning in fusion, 0 to 1.")
@click.option("--keyword-weight", "keywordWeight", type=float, help="Of words in fusion, 0 to 1.")
@click.option("--threshold", "similarityThreshold", type=float, help="The least similarity, 0 to 1.")
@click.option("--wordings", "multiQueryCount", type=int, help="How many the model writes, 1 to 8.")
@click.option("--rerank/--no-rerank", "useReranking", default=None, help="Rank what was found once more.")
@click.option("--ladder", is_flag=True, help="Vectors, keywords, both fused in two ways, and reranked.")
@click.option("--given", "with_given", is_flag=True, help="Search the right document alone as well.")
@click.option("--ask", "with_answers", is_flag=True, help="Ask each question too, and check what is cited.")
@click.option("--baseline/--no-baseline", default=True, help="Beside it BM25 by a library, if installed.")
@click.option(
    "--compare",
    "compared",
    nargs=2,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Two JSON files of settings to measure, or two earlier results.",
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("eval-results"))
@in_sentences
def evaluate(data: Path | None, **options: Any) -> None:
    """Measure retrieval over the judged set in FOLDER, through the API.

    FOLDER has corpus.jsonl, queries.jsonl and qrels/ (BEIR's layout), or pdfs/ and questions.jsonl.
    """
    from backend.cli.evaluation import command

    command.evaluate(command.of_options(data, options))


@main.command()
@click.argument("project")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@in_sentences
def cases(project: str, folder: Path) -> None:
    """Write your answers about PROJECT that you rated up to FOLDER, as a judged set for `eval`.

    A question is judged by the documents that its answer cites; the documents are written as their chunks
    have them.
    """
    from backend.cli.evaluation import cases as rated

    rated.export(project, folder)


@main.command("export-schema")
@click.option("--check", is_flag=True, help="Write nothing; fail when the committed file differs.")
@in_sentences
def export_schema(check: bool) -> None:
    """Write the GraphQL schema to backend/schema/schema.graphql."""
    from backend.cli import schema

    schema.export(check=check)
