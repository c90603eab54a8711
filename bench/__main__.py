"""`python -m bench [NAME…]`: runs the named benchmarks, or all of them, on a stack of their own."""

import asyncio
import importlib

import click

from backend import logging
from bench import results, stack
from bench.results import Figure

NAMES = (
    *("page", "first_token", "streaming", "stopping", "agent", "bus"),
    *("queue", "ingestion", "throttle", "retrieval", "polling", "vector_store", "pair", "load", "attacks"),
)


async def measure(names: tuple[str, ...], num_chunks: int) -> list[Figure]:
    """Each benchmark on a fresh stack, one after another: they share nothing but the machine."""
    figures: list[Figure] = []
    for name in names:
        click.echo(f"{name} …", err=True)
        async with stack.running(num_chunks=num_chunks) as servers:
            figures += await importlib.import_module(f"bench.{name}").run(servers)
    return figures


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(NAMES))
@click.option("--chunks", default=100_000, show_default=True, help="In the tables that `retrieval` searches.")
def main(names: tuple[str, ...], chunks: int) -> None:
    """Measure costs against their baselines and goals (bench/README.md)."""
    where = results.machine()
    logging.configure("WARNING")
    figures = asyncio.run(measure(names or NAMES, chunks))
    click.echo(results.table(figures))
    click.echo("\n{cores} cores of {processor}, Python {python}, load {load} when it began".format(**where))
    click.echo(f"Kept in {results.save(figures, where)}")


if __name__ == "__main__":
    main()
