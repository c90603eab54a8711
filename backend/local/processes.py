"""Child processes that never outlive us: started, watched and stopped in one place."""

import asyncio
import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

log = structlog.get_logger()

PR_SET_PDEATHSIG = 1
# Resolved before any fork: between fork and exec there is no time to load a library.
_prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None


@dataclass(frozen=True)
class Command:
    """What to run. `stop_signal` asks it to end, and is also what it gets when its parent dies."""

    argv: tuple[str, ...]
    log_file: Path
    env: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    cwd: Path | None = None


class Child:
    """One running process in a group of its own; its output goes to its log file."""

    def __init__(self, command: Command, process: asyncio.subprocess.Process) -> None:
        self.command = command
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return self._process.returncode

    async def wait(self) -> int:
        """Until it has ended: its exit code."""
        return await self._process.wait()

    async def stop(self, *, grace_seconds: float = 10.0) -> None:
        """Ask it to end, and kill it with its whole group when it has not within the grace."""
        with suppress(ProcessLookupError):
            self._process.send_signal(self.command.stop_signal)
        try:
            await asyncio.wait_for(self._process.wait(), grace_seconds)
        except TimeoutError:
            log.warning("process.killed", pid=self.pid, program=self.command.argv[0])
        self.kill()
        await self._process.wait()

    def kill(self) -> None:
        """End the whole group at once; what was not written is lost."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)


async def spawn(command: Command) -> Child:
    """Start a process that ends when we end, even by kill -9.

    Must be called from the main thread: Linux sends the parent's-death signal when the *thread* that
    started the child ends.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("Children are started from the main thread, or they die with the thread.")
    with command.log_file.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *command.argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **command.env},
            cwd=command.cwd,
            process_group=0,
            preexec_fn=_die_with_parent(command.stop_signal),
        )
    return Child(command, process)


def _die_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    if _prctl is None:
        return None
    prctl, parent = _prctl, os.getpid()

    def before_exec() -> None:
        prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        # The parent may have died before the kernel was told to watch it.
        if os.getppid() != parent:
            os._exit(1)

    return before_exec


def tail(log_file: Path, *, num_lines: int = 5, after: int = 0) -> str:
    """The last lines of a log beyond its first `after` bytes, to say why something failed."""
    if not log_file.exists():
        return ""
    lines = log_file.read_bytes()[after:].decode(errors="replace").strip().splitlines()
    return " | ".join(lines[-num_lines:])
