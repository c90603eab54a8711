"""Writes the committed SDL, or says that it no longer fits the code."""

from pathlib import Path

import click

from backend.errors import Conflict

SDL = Path(__file__).parents[1] / "schema" / "schema.graphql"
RELEASED = SDL.with_name("released.graphql")
"""The SDL of the last release: what programs out there rely on."""


def export(*, check: bool) -> None:
    """Write `schema.graphql`; with `check`, only compare and raise Conflict when it differs."""
    from backend.api import export_sdl

    text = export_sdl()
    if not check:
        SDL.write_text(text)
        click.echo(f"Wrote {SDL.name}.")
    elif not SDL.exists() or SDL.read_text() != text:
        raise Conflict(
            "backend/schema/schema.graphql does not fit the code. Run `make schema` and commit it."
        )
