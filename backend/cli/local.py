"""What `up`, `down`, `status` and `doctor` show on the terminal."""

import asyncio
import threading
from dataclasses import replace

import click

from backend.cli import session, start
from backend.cli.client import ApiError
from backend.local import commands
from backend.local import installation as installations
from backend.local.sample import PDF, QUESTION
from backend.local.stack import Options


def up(*, reset: bool, port: int | None, with_demo: bool) -> None:
    """Run the local stack in this process; the demonstration runs beside it once everything answers."""
    options = Options.from_environment()
    if port is not None:
        options = replace(options, api_port=port)

    def on_ready(env: dict[str, str]) -> None:
        threading.Thread(target=greet, args=(env, with_demo), daemon=True).start()

    start.run(options, report=start.show, on_ready=on_ready, reset=reset)


def greet(env: dict[str, str], with_demo: bool) -> None:
    """Show the product at work once, then say where it is and how to sign in."""
    if with_demo:
        try:
            demonstrate()
        except ApiError as error:
            click.secho(f"The demonstration did not work: {error}", fg="red", err=True)
    port = env["OPENTRACE_API__PORT"]
    click.echo()
    click.secho("  Opentrace is running.", bold=True)
    token = session.local_token(session.DAY_SECONDS)
    for part in installations.find().parts():
        if part.name == "client":
            click.echo(f"  Client       {part.address}")
    click.echo(f"  API          http://localhost:{port}/graphql")
    click.echo("  Ask a file   .venv/bin/opentrace ask FILE.pdf 'QUESTION'")
    click.echo("  Stop         Ctrl-C here, or `make down` elsewhere")
    click.echo(f"\n  Playground, signed in for a day:\n  http://localhost:{port}/graphql#token={token}")
    click.echo(f"\n  Token for other clients (Authorization: Bearer …):\n  {token}")


def demonstrate() -> None:
    """Take the sample document in and ask one question of it, through the public API."""
    from backend.cli.ask import take_in_and_ask

    click.echo()
    asyncio.run(take_in_and_ask(session.connect(), PDF, QUESTION, "Sample"))


def down() -> None:
    state = commands.down(installations.find())
    click.echo("Stopped." if state else "Nothing was running.")


def status() -> None:
    """Each part with its process and address."""
    state = commands.status(installations.find())
    if state is None:
        click.echo("Nothing runs. Start it with `make up`.")
        return
    for part in state.parts:
        click.echo(f"  {part.name:<18} process {part.pid:<8} {part.address}")


def doctor() -> None:
    """Each finding on a line, with what mends it; status 1 when a needed part is missing."""
    findings = commands.doctor(installations.find(), Options.from_environment())
    for finding in findings:
        mark, colour = (
            ("✓", "green") if finding.is_ok else ("–", "yellow") if finding.is_optional else ("✗", "red")
        )
        remedy = "" if finding.is_ok else f"  →  {finding.remedy}"
        click.echo(f"  {click.style(mark, fg=colour)} {finding.name:<22} {finding.detail}{remedy}")
    if any(not finding.is_ok and not finding.is_optional for finding in findings):
        raise click.exceptions.Exit(1)
