"""The client of the zero-key mode: built once per state of its sources, and never in the way of the rest."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.errors import Conflict, Unavailable
from backend.local import server
from backend.local.client import build
from backend.local.client.server import Client
from backend.local.installation import Installation
from backend.local.stack import Options, Progress, Stack


def sources(folder: Path) -> Path:
    """A client that is nothing but names."""
    for name in ("app/page.tsx", "lib/format.ts", "lib/format.test.ts", "node_modules/left/pad.js"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (folder / "package-lock.json").write_text("{}")
    return folder


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = sources(tmp_path / "client")
    monkeypatch.setattr(build, "FOLDER", folder)
    return folder


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with a `node` of version 20 and an `npm` that writes down its work and builds at once."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program(folder, "node", "echo v20.9.0")
    made = "mkdir -p node_modules .next/standalone && echo served > .next/standalone/server.js"
    program(folder, "npm", f'echo "$@" >> npm.txt; {made}')
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def calls(client: Path) -> list[str]:
    return [line.split(" --")[0] for line in (client / "npm.txt").read_text().splitlines()]


async def built(tmp_path: Path, on_build: Callable[[], None] = lambda: None) -> Path:
    return await build.built(tmp_path / "log", on_build)


async def test_it_is_built_once_for_one_state_of_its_sources(
    client: Path, programs: Path, tmp_path: Path
) -> None:
    told: list[str] = []
    first = await built(tmp_path, lambda: told.append("built"))
    assert await built(tmp_path, lambda: told.append("built")) == first
    assert ((first / "server.js").read_text(), told) == ("served\n", ["built"])
    (client / "app/page.tsx").write_text("changed")
    second = await built(tmp_path, lambda: told.append("built"))
    assert (second != first, told) == (True, ["built", "built"])
    assert (first / "server.js").exists()
    assert calls(client) == ["ci", "run build", "run build"]


def test_what_no_build_reads_does_not_count(client: Path) -> None:
    before = build.digest()
    (client / "lib/format.test.ts").write_text("changed")
    (client / "node_modules/left/pad.js").write_text("changed")
    assert build.digest() == before
    (client / "lib/new.ts").write_text("")
    assert build.digest() != before


async def test_a_build_that_fails_says_the_end_of_its_log(
    client: Path, programs: Path, tmp_path: Path
) -> None:
    program(programs, "npm", "echo no such registry; exit 1")
    with pytest.raises(Unavailable, match=r"`npm ci .*` failed in client/: no such registry"):
        await built(tmp_path)
    assert list(client.glob(".build/*")) == []


@pytest.mark.parametrize("version", ["v18.20.4", "v20.8.1", ""])
async def test_an_old_node_is_refused_with_what_to_install(programs: Path, version: str) -> None:
    program(programs, "node", f"echo {version}")
    with pytest.raises(Unavailable, match="apt-get install nodejs npm"):
        await build.node()


async def test_without_node_the_stack_says_so_and_starts_without_a_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Progress] = []
    stack = Stack(Installation(tmp_path), Options(client_port=server.free_port()), told.append)
    monkeypatch.setenv("PATH", str(tmp_path))
    for part in (stack.swift, stack.issuer):
        part.take_ports()
    await stack._start_client()
    assert [(each.name, each.state, each.detail) for each in told] == [
        ("client", "starting", ""),
        ("client", "failed", build.REMEDY),
    ]
    assert stack._started == []


async def test_a_taken_port_is_named_with_the_clients_setting(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Conflict, match=f"Port {port} is taken .* OPENTRACE_CLIENT__PORT={port + 1}"):
            await Client(Installation(tmp_path), port, {}, lambda: None).prepare()
