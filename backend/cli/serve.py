"""Starts the product's own processes: settings are read here and nowhere below."""

import asyncio
import gc

import click
from pydantic import BaseModel, ValidationError

from backend.errors import Conflict, Invalid
from backend.settings import Settings


def settings() -> Settings:
    """The settings of the environment; raises Invalid that names every missing or wrong one."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = [
            f"  {variable(location)}: {fault['msg']}"
            for fault in error.errors()
            for location in named(fault["loc"])
        ]
        raise Invalid(
            "These settings are missing or wrong (.env.example explains each):\n" + "\n".join(wrong)
        ) from None


def named(location: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    """The location itself; for a whole group that is missing, each field of it that has no default."""
    field = Settings.model_fields.get(str(location[0])) if len(location) == 1 else None
    if field is None or not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)):
        return [location]
    fields = field.annotation.model_fields
    return [(*location, name) for name, inner in fields.items() if inner.is_required()]


def variable(location: tuple[str | int, ...]) -> str:
    return "OPENTRACE_" + "__".join(str(part).upper() for part in location)


def api() -> None:
    from backend import app

    spare_the_collector()
    app.serve(settings())


def worker(queue: str) -> None:
    from backend.tasks import worker as workers

    spare_the_collector()
    workers.run(settings(), queue)


def spare_the_collector() -> None:
    """What the imports have made stays for ever: looking through all of it holds up every answer under way.

    What comes later is looked through less often too; nearly all of it goes by itself.
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def migrate() -> None:
    from db import migrate as migrations

    database = settings().database
    asyncio.run(migrations.upgrade((database.direct_url or database.url).get_secret_value()))
    click.echo("The database is up to date.")


def upkeep() -> None:
    from backend.tasks import worker as workers

    counts = asyncio.run(workers.repair(settings()))
    if counts is None:
        raise Conflict("Another process is searching for orphans at this moment.")
    for name, count in sorted(counts.items()):
        click.echo(f"{name.removeprefix('num_').replace('_', ' ')}: {count}")
