"""What the command line does with a local stack: run it, stop it, tell about it."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from backend.errors import Unavailable
from backend.local.doctor import Finding, examine
from backend.local.installation import Installation, State
from backend.local.stack import Options, Report, Stack

Ready = Callable[[dict[str, str]], None]


def up(
    installation: Installation,
    options: Options,
    *,
    report: Report,
    on_ready: Ready,
    reset: bool = False,
) -> None:
    """Run the stack until Ctrl-C, SIGTERM or `down`; returns when everything has stopped.

    `on_ready` gets the product's settings once everything answers. `reset` empties all data first.
    Raises Conflict when it runs already (the message says where) or a port is taken, and Unavailable
    when a part does not start or cannot be kept running.
    """
    if reset:
        installation.reset()
    with installation.hold():
        asyncio.run(_run(Stack(installation, options, report), on_ready))


def down(installation: Installation, *, seconds: float = 60.0) -> State | None:
    """Stop the running stack and wait until it has ended: what ran, or None when nothing did.

    Raises Unavailable when it has not ended in time.
    """
    state = installation.running()
    if state is None:
        return None
    with suppress(ProcessLookupError):
        os.kill(state.pid, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while installation.is_held():
        if time.monotonic() > deadline:
            raise Unavailable(f"Process {state.pid} does not stop; end it with `kill -9 {state.pid}`.")
        time.sleep(0.1)
    return state


def status(installation: Installation) -> State | None:
    """What runs and where its parts answer; None when nothing runs."""
    return installation.running()


def doctor(installation: Installation, options: Options) -> list[Finding]:
    """What this machine has and lacks; a missing part that is not optional stops `up`."""
    return examine(installation, options)


async def _run(stack: Stack, on_ready: Ready) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    work = asyncio.create_task(_start_and_watch(stack, on_ready))
    asked = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({work, asked}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        asked.cancel()
        work.cancel()
        try:
            with suppress(asyncio.CancelledError):
                await work
        finally:
            await stack.stop()


async def _start_and_watch(stack: Stack, on_ready: Ready) -> None:
    on_ready(await stack.start())
    await stack.watch()
