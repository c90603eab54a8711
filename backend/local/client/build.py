"""Builds the client once per state of its sources; what was built is kept under their hash."""

import asyncio
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.errors import Unavailable
from backend.local import processes
from backend.local.installation import PROJECT
from backend.local.processes import Command, tail

FOLDER = PROJECT / "client"
OLDEST_NODE = (20, 9)
REMEDY = "Node 20.9 or newer and npm are needed for the client: apt-get install nodejs npm"
NUM_KEPT = 2
_SOURCES = ("apollo", "app", "components", "gql", "hooks", "lib", "scripts")
# Nothing is told to anybody, and npm says within a minute that it reaches no registry.
ENV = {"NEXT_TELEMETRY_DISABLED": "1", "npm_config_fetch_retries": "1", "npm_config_update_notifier": "false"}


async def node() -> str:
    """The program `node`; raises Unavailable with what to install when it or npm is missing or too old."""
    program = shutil.which("node")
    if program is None or shutil.which("npm") is None:
        raise Unavailable(REMEDY)
    asked = await asyncio.create_subprocess_exec(program, "--version", stdout=asyncio.subprocess.PIPE)
    version = (await asked.communicate())[0].decode().strip().removeprefix("v")
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
    if numbers < OLDEST_NODE:
        raise Unavailable(f"{REMEDY} (here is {version or 'none that works'})")
    return program


async def built(log_file: Path, on_build: Callable[[], None]) -> Path:
    """The folder whose `server.js` serves the client as its sources are now.

    It is made at first use, after `on_build`, by installing npm's packages and building; two processes
    wait for each other. Raises Unavailable with the end of the log when that fails.
    """
    folder = FOLDER / ".build" / digest()
    if is_whole(folder):
        return folder
    await node()
    with _opened() as held:
        await asyncio.to_thread(fcntl.flock, held, fcntl.LOCK_EX)
        if not is_whole(folder):
            on_build()
            await install(log_file)
            await _run(("npm", "run", "build"), log_file)
            _keep(folder)
    return folder


async def install(log_file: Path) -> None:
    """What the lock names, unless it is there; a developer's fuller installation serves as well."""
    wanted = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    stamp = FOLDER / "node_modules" / ".installed"
    if stamp.exists() and stamp.read_text().strip() == wanted:
        return
    await _run(("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=dev"), log_file)
    stamp.write_text(wanted)


def digest() -> str:
    """The hash of everything that a build reads."""
    found = hashlib.sha256()
    for path in sorted(_files()):
        found.update(f"{path.relative_to(FOLDER)}\0".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:16]


def is_whole(folder: Path) -> bool:
    return (folder / "server.js").exists()


def _files() -> Iterator[Path]:
    yield from (
        path for path in FOLDER.iterdir() if path.suffix in (".ts", ".mjs", ".json") and _counts(path)
    )
    for name in _SOURCES:
        yield from (path for path in (FOLDER / name).rglob("*") if path.is_file() and _counts(path))


def _counts(path: Path) -> bool:
    return ".test." not in path.name and path.name != "next-env.d.ts" and not path.name.startswith(".")


def _keep(folder: Path) -> None:
    """Move what was built to its place; the newest few stay, so that a running one keeps its files."""
    folder.parent.mkdir(exist_ok=True)
    (FOLDER / ".next" / "standalone").rename(folder)
    by_age = sorted(folder.parent.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in by_age[NUM_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _opened() -> Iterator[int]:
    """The client's folder itself, to be locked by whoever builds in it."""
    held = os.open(FOLDER, os.O_RDONLY)
    try:
        yield held
    finally:
        os.close(held)


async def _run(argv: tuple[str, ...], log_file: Path) -> None:
    began = _size(log_file)
    child = await processes.spawn(Command(argv, log_file, env=ENV, cwd=FOLDER))
    try:
        code = await child.wait()
    finally:
        child.kill()
    if code != 0:
        raise Unavailable(f"`{' '.join(argv[:3])}` failed in client/: {tail(log_file, after=began)}")


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
