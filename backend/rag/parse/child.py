"""Parsing in a process of its own, so that a bad file can cost a limited amount and nothing else."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
import structlog

import backend
from backend.rag.elements import Element
from backend.rag.parse import handover
from backend.rag.parse.page import Limits, ParseError, Reason

log = structlog.get_logger()

OnProgress = Callable[[int, int], Awaitable[None]]
OnCounts = Callable[[dict[str, int]], None]

_ROOT = Path(backend.__file__).parent.parent
_FLAGS = ("-s", "-E", "-X", "utf8", "-m", "backend.rag.parse.worker")
_MAX_MESSAGE = 512 * 1024**2
_PROGRESS_EVERY = 0.25


async def run(
    path: Path,
    *,
    limits: Limits,
    on_progress: OnProgress | None = None,
    on_counts: OnCounts | None = None,
    hint: str | None = None,
    album: Path | None = None,
) -> list[Element]:
    """Parse the file in a child process and return its elements in reading order.

    Images are files in the folder `album`, named by their SHA-256; without a folder there are none.
    `on_progress(done, total)` counts pages; it never goes backwards, ends with done = total; `on_counts` is
    told `num_ocr_pages` (read off images) and `num_unread_pages` (images nothing could read). The type is
    decided by content; `hint` (a declared type) only chooses between kinds of text. Raises ParseError,
    whatever the file does. Cancelling, or running out of time, kills the child's whole process group.
    """
    process = await _started(_task(path, limits, hint, album))
    deadline = asyncio.timeout(limits.seconds)
    try:
        async with deadline:
            elements = await _collect(process, on_progress or _ignore, on_counts)
            status = await process.wait()
    except TimeoutError:
        if deadline.expired():
            raise ParseError(Reason.TIMED_OUT) from None
        raise
    finally:
        await _end(process)
    if elements is None:
        raise _death(status)
    return await asyncio.to_thread(handover.checked, elements, album, limits)


def _task(path: Path, limits: Limits, hint: str | None, album: Path | None) -> str:
    task = {
        "path": str(path.resolve()),
        "limits": asdict(limits),
        "hint": hint,
        "parent": os.getpid(),
        "album": str(album.resolve()) if album is not None else None,
    }
    return orjson.dumps(task).decode()


async def _started(task: str) -> asyncio.subprocess.Process:
    """Start it whole or not at all: a group that was cancelled half-way would live on, known to nobody."""
    starting = asyncio.ensure_future(_start(task))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await _end(await starting)
        raise


async def _start(task: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *_FLAGS,
        task,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=_ROOT,
        env={},
        start_new_session=True,
    )


async def _collect(
    process: asyncio.subprocess.Process, on_progress: OnProgress, on_counts: OnCounts | None
) -> list[Element] | None:
    """All elements, or None if the child ended without saying that it was through."""
    assert process.stdout is not None
    loop = asyncio.get_running_loop()
    elements: list[Element] = []
    told_at = 0.0
    async for message in _messages(process.stdout):
        if "error" in message:
            raise _refusal(message["error"])
        elements += _elements(message)
        done, total = message["done"], message["total"]
        if message["finished"]:
            await on_progress(total, total)
            if on_counts is not None:
                on_counts(message["counts"])
            return elements
        if loop.time() - told_at >= _PROGRESS_EVERY:
            told_at = loop.time()
            await on_progress(done, total)
    return None


async def _messages(reader: asyncio.StreamReader) -> AsyncIterator[dict[str, Any]]:
    buffer = bytearray()
    while block := await reader.read(1 << 16):
        searched = len(buffer)
        buffer += block
        while (end := buffer.find(b"\n", searched)) >= 0:
            yield _message(buffer[:end])
            del buffer[: end + 1]
            searched = 0
        if len(buffer) > _MAX_MESSAGE:
            raise ParseError(Reason.TOO_LARGE)


def _message(line: bytes | bytearray) -> dict[str, Any]:
    try:
        message: dict[str, Any] = orjson.loads(line)
        if "error" in message or message.keys() >= {"elements", "done", "total", "finished"}:
            return message
    except (ValueError, AttributeError, TypeError) as error:
        raise ParseError(Reason.CRASHED) from error
    raise ParseError(Reason.CRASHED)


def _refusal(error: Any) -> ParseError:
    try:
        refusal = ParseError(Reason(error["reason"]), str(error["message"]))
        log.info("document.refused", reason=refusal.reason, detail=str(error["detail"]))
    except (LookupError, ValueError, TypeError):
        return ParseError(Reason.CRASHED)
    return refusal


def _elements(message: dict[str, Any]) -> list[Element]:
    try:
        return [Element.from_json(element) for element in message["elements"]]
    except (LookupError, ValueError, TypeError) as error:  # a child that a file took over says anything
        raise ParseError(Reason.CRASHED) from error


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await asyncio.shield(process.wait())


def _death(status: int) -> ParseError:
    log.warning("parser.died", status=status)
    if status == -signal.SIGXCPU:
        return ParseError(Reason.TIMED_OUT)
    if status == -signal.SIGKILL:
        return ParseError(Reason.OUT_OF_MEMORY)
    return ParseError(Reason.CRASHED)


async def _ignore(done: int, total: int) -> None:
    return None
