"""Starts the local stack with a line for each part, for as long as asked or for one piece of work."""

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import replace

import click
from rich.console import Console

from backend import logging
from backend.local import commands
from backend.local import installation as installations
from backend.local.stack import Options, Progress, Report

MARKS = {
    "starting": ("…", None),
    "ready": ("✓", "green"),
    "failed": ("✗", "red"),
    "restarted": ("↻", "yellow"),
    "stopped": ("·", None),
}


def run(
    options: Options, *, report: Report, on_ready: Callable[[dict[str, str]], None], reset: bool = False
) -> None:
    """Run the local stack until it is stopped; a bar that is cut off leaves no hidden cursor behind."""
    logging.configure("WARNING")
    try:
        commands.up(installations.find(), options, report=report, on_ready=on_ready, reset=reset)
    finally:
        Console(stderr=True).show_cursor(True)


def show(progress: Progress) -> None:
    """One line per part and event; a start is silent unless it is a long one, its end tells the time."""
    show_line(progress, err=False)


def show_line(progress: Progress, *, err: bool) -> None:
    if progress.state == "starting" and not progress.detail:
        return
    mark, colour = MARKS[progress.state]
    seconds = f"{progress.seconds:5.1f} s" if progress.seconds else " " * 7
    click.echo(f"  {click.style(mark, fg=colour)} {progress.name:<18} {seconds}  {progress.detail}", err=err)


def show_start(progress: Progress) -> None:
    """A line per part that starts or fails, on standard error: the output is the work's own."""
    if progress.state != "stopped":
        show_line(progress, err=True)


def while_running(work: Callable[[], None]) -> None:
    """Do the work against the API at hand; when none runs, start one for it and stop it afterwards.

    Raises what the work raises, and KeyboardInterrupt when the stack was stopped before the work was done.
    """
    if "OPENTRACE_API_URL" in os.environ or installations.find().running() is not None:
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

    click.echo(
        "Nothing runs here yet, so Opentrace is started for this. `make up` keeps it running.", err=True
    )
    options = replace(Options.from_environment(), with_client=False)
    run(options, report=show_start, on_ready=on_ready)
    for failure in failures:
        raise failure
    if not is_done.is_set():
        raise KeyboardInterrupt
