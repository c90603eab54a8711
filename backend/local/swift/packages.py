"""Swift's own virtual environment: its pins do not fit beside the product's."""

import asyncio
import fcntl
import hashlib
import shutil
import sys
from pathlib import Path

import structlog

from backend.errors import Unavailable
from backend.local.installation import PROJECT

log = structlog.get_logger()

LOCK_FILE = PROJECT / "locks" / "swift.txt"


def interpreter(folder: Path) -> Path:
    return folder / "bin" / "python"


def is_installed(folder: Path) -> bool:
    """Whether the folder holds exactly what the lock file asks for, for this Python."""
    stamp = folder / "installed"
    return stamp.exists() and stamp.read_text() == _wanted()


async def install(folder: Path) -> None:
    """Bring the folder in step with `locks/swift.txt`, one caller at a time; does nothing when it is.

    Raises Unavailable when the packages cannot be had.
    """
    if is_installed(folder):
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("a") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        if not is_installed(folder):
            await _install(folder)


async def _install(folder: Path) -> None:
    log.info("swift.installing", folder=str(folder))
    program = str(uv())
    await _run(program, "venv", "--clear", "--python", sys.executable, str(folder))
    await _run(
        *(program, "pip", "install", "--python", str(interpreter(folder))),
        *("--require-hashes", "--no-deps", "-r", str(LOCK_FILE)),
    )
    (folder / "installed").write_text(_wanted())


async def _run(*argv: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *argv, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    if process.returncode != 0:
        raise Unavailable(
            f"The object store's packages could not be installed: {output.decode(errors='replace').strip()}"
        )


def _wanted() -> str:
    lock = hashlib.sha256(LOCK_FILE.read_bytes()).hexdigest()
    return f"{sys.version_info.major}.{sys.version_info.minor} {lock}"


def uv() -> Path:
    """The installer's program, beside our Python or on PATH. Raises Unavailable when there is none."""
    beside = Path(sys.executable).with_name("uv")
    found = beside if beside.exists() else shutil.which("uv")
    if found is None:
        raise Unavailable("uv is missing: install it with `pip install --require-hashes -r locks/uv.txt`.")
    return Path(found)
