"""Starts the local stack with a line for each part, for as long as asked or for one piece of work."""

import os
import signal
import threading
from collections.abc import Callable
from functools import partial

import click

from backend import logging
from backend.local import commands
from backend.local import installation as installations
from backend.local.stack import Options, Progress

MARKS = {
    "ready": ("✓", "green"),
    "failed": ("✗", "red"),
    "restarted": ("↻", "yellow"),
    "stopped": ("·", None),
}


def show(progress: Progress, *, err: bool = False) -> None:
    """One line per part and event; starts are silent, their end tells the time."""
    if progress.state == "starting":
        return
    mark, colour = MARKS[progress.state]
    seconds = f"{progress.seconds:5.1f} s" if progress.seconds else " " * 7
    click.echo(f"  {click.style(mark, fg=colour)} {progress.name:<18} {seconds}  {progress.detail}", err=err)


def while_running(work: Callable[[], None]) -> None:
    """Do the work against the API at hand; when none runs, start one for it and stop it afterwards.

    What is said about the start goes to standard error, so that the work's own output can be kept.
    Raises what the work raises, and KeyboardInterrupt when the stack was stopped before the work was done.
    """
    installation = installations.find()
    if "OPENTRACE_API_URL" in os.environ or installation.running() is not None:
        work()
        return
    failures: list[Exception] = []
    is_done = threading.Event()

    def work_and_stop() -> None:
        try:
            work()
        except Exception as error:
            failures.append(error)
        finally:
            is_done.set()
            os.kill(os.getpid(), signal.SIGTERM)

    def on_ready(_: dict[str, str]) -> None:
        threading.Thread(target=work_and_stop, daemon=True).start()

    logging.configure("WARNING")
    click.echo(
        "Nothing runs here yet, so Opentrace is started for this. `make up` keeps it running.", err=True
    )
    commands.up(installation, Options.from_environment(), report=partial(show, err=True), on_ready=on_ready)
    for failure in failures:
        raise failure
    if not is_done.is_set():
        raise KeyboardInterrupt
