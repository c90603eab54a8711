"""The whole stack as a person meets it: it starts, says where, refuses a second start, and ends whole."""

import os
import signal
import socket
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis as Client

from backend.errors import Conflict
from backend.local import commands, processes, product
from backend.local import installation as installations
from backend.local.installation import Installation
from backend.local.processes import Child, Command
from backend.local.stack import Options
from tests.local.waiting import processes_of, until

UP = """
import sys
from backend.errors import AppError
from backend.local import commands, installation
from backend.local.stack import Options

here = installation.find()
try:
    commands.up(
        here,
        Options(with_product=False),
        report=lambda progress: print(progress.name, progress.state, flush=True),
        on_ready=lambda env: (here.folder / "ready").touch(),
        reset="--reset" in sys.argv,
    )
except AppError as error:
    sys.exit(error.message)
"""
PARTS = {"postgres18", "redis", "swift", "issuer", "models"}


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Installation]:
    """An installation that shares what takes long to install, and leaves nothing running."""
    installation = Installation(tmp_path / "home")
    for name in ("swift-venv", "models"):
        shared = installations.PROJECT / ".opentrace" / name
        shared.mkdir(parents=True, exist_ok=True)
        (installation.folder / name).symlink_to(shared)
    yield installation
    for left in processes_of(installation.folder):
        os.kill(left, signal.SIGKILL)


async def up(here: Installation, *words: str) -> Child:
    """Run the stack in a process of its own until all servers answer, or it has ended."""
    (here.folder / "ready").unlink(missing_ok=True)
    command = Command(
        (sys.executable, "-c", UP, *words),
        here.folder / f"up{len(list(here.folder.glob('up*')))}.log",
        env={"OPENTRACE_HOME": str(here.folder)},
        cwd=installations.PROJECT,
    )
    child = await processes.spawn(command)
    await until(lambda: (here.folder / "ready").exists() or child.exit_code is not None, seconds=120)
    return child


async def remember(here: Installation, value: str | None) -> str | None:
    """Write a value into the running stack's Redis when one is given; what it holds now."""
    async with Client.from_url(here.read_env()["OPENTRACE_REDIS__URL"], decode_responses=True) as client:
        if value is not None:
            await client.set("kept", value)
        kept = await client.get("kept")
        return None if kept is None else str(kept)


async def test_it_runs_once_says_where_and_stops_whole(here: Installation) -> None:
    running = await up(here)
    state = commands.status(here)
    assert state is not None
    assert (state.pid, {part.name for part in state.parts}) == (running.pid, PARTS)
    assert stat.S_IMODE(here.env_file.stat().st_mode) == 0o600

    second = await up(here)
    assert await second.wait() == 1
    said = second.command.log_file.read_text()
    assert said.startswith(f"Opentrace runs already (process {running.pid}). ")

    assert commands.down(here) == state
    assert await running.wait() == 0
    assert (processes_of(here.folder), commands.status(here), here.read_env()) == ({}, None, {})
    assert commands.down(here) is None


async def test_it_comes_back_with_its_data_after_kill_9_and_without_after_a_reset(here: Installation) -> None:
    first = await up(here)
    assert await remember(here, "value") == "value"
    commands.down(here)
    assert await first.wait() == 0

    second = await up(here)
    assert await remember(here, None) == "value"
    second.kill()
    await until(lambda: processes_of(here.folder) == {})

    await up(here)
    assert await remember(here, None) == "value"
    commands.down(here)

    await up(here, "--reset")
    assert await remember(here, None) is None
    commands.down(here)


def test_a_taken_port_is_named_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Conflict) as refusal:
            product.check_port(port)
        api, client = [
            finding
            for finding in commands.doctor(Installation(tmp_path), Options(api_port=port, client_port=port))
            if finding.name == f"port {port}"
        ]
    assert refusal.value.message == (
        f"Port {port} is taken by another program. Stop it, or set another one for the API with "
        f"OPENTRACE_API__PORT={port + 1}."
    )
    assert (api.detail, api.is_ok, api.is_optional) == ("api: taken by another program", False, False)
    assert (client.detail, client.is_ok, client.is_optional) == (
        "client: taken by another program",
        False,
        True,
    )
    product.check_port(port)


def test_the_doctor_finds_every_needed_part_and_says_how_to_bring_the_others(tmp_path: Path) -> None:
    findings = commands.doctor(Installation(tmp_path), Options(api_port=0, client_port=0))
    assert [
        (finding.name, finding.detail)
        for finding in findings
        if not finding.is_ok and not finding.is_optional
    ] == []
    assert [finding.name for finding in findings if not finding.is_ok and not finding.remedy] == []
