"""Children never outlive their parent, however it ends, and a stubborn one is ended all the same."""

import asyncio
import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from backend.local import processes
from backend.local.processes import Command
from tests.local.waiting import processes_of, until

PARENT = """
import asyncio
from backend.local import installation
from backend.local.issuer import Issuer
from backend.local.postgres import Postgres
from backend.local.redis import Redis
from backend.local.swift.server import Swift

async def main():
    here = installation.find()
    packages = installation.PROJECT / ".opentrace" / "swift-venv"
    store = Swift(here, packages_folder=packages)
    servers = [Postgres(here, durable=False), Redis(here), Issuer(here), store]
    await asyncio.gather(*(server.start() for server in servers))
    (here.folder / "started").touch()
    await asyncio.Event().wait()

asyncio.run(main())
"""

STUBBORN = """
import pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
pathlib.Path("started").touch()
while True:
    time.sleep(60)
"""


async def test_killing_the_parent_leaves_no_orphan(tmp_path: Path) -> None:
    env = {"OPENTRACE_HOME": str(tmp_path)}
    command = Command((sys.executable, "-c", PARENT), tmp_path / "parent.log", env=env)
    parent = await processes.spawn(command)
    await until(lambda: (tmp_path / "started").exists() or parent.exit_code is not None, seconds=60)
    names = set(processes_of(tmp_path).values())
    parent.kill()
    assert await parent.wait() == -signal.SIGKILL
    assert {"postgres", "redis-server"} <= names
    try:
        await until(lambda: processes_of(tmp_path) == {})
    finally:
        for orphan in processes_of(tmp_path):
            os.kill(orphan, signal.SIGKILL)


async def test_what_ignores_the_request_to_end_is_killed_with_its_group(tmp_path: Path) -> None:
    env = {"OPENTRACE_HOME": str(tmp_path)}
    command = Command((sys.executable, "-c", STUBBORN), tmp_path / "log", env=env, cwd=tmp_path)
    child = await processes.spawn(command)
    await until(lambda: (tmp_path / "started").exists())
    assert len(processes_of(tmp_path)) == 2
    await child.stop(grace_seconds=0.1)
    assert child.exit_code == -signal.SIGKILL
    await until(lambda: processes_of(tmp_path) == {})


async def test_output_is_kept_in_the_log_file(tmp_path: Path) -> None:
    command = Command((sys.executable, "-c", "print('one'); print('two')"), tmp_path / "log")
    child = await processes.spawn(command)
    assert await child.wait() == 0
    assert processes.tail(tmp_path / "log", num_lines=1) == "two"


def test_spawning_from_another_thread_is_refused(tmp_path: Path) -> None:
    raised: list[BaseException] = []

    def elsewhere() -> None:
        try:
            asyncio.run(processes.spawn(Command(("true",), tmp_path / "log")))
        except RuntimeError as error:
            raised.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    with pytest.raises(RuntimeError, match="main thread"):
        raise raised[0]
