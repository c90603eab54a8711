"""Parsing in a child process: what comes back, what it may cost, and that nothing of it is left."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backend.rag.parse import Limits, ParseError, Reason, child
from backend.rag.parse.formats import PDF

Write = Callable[..., Path]
ROOT = str(Path(__file__).resolve().parents[3])
HANG = "import os, sys, time; print(os.fork(), flush=True, file=open({file!r}, 'a')); time.sleep(60)"
ENTER = (
    "import sys, json; from backend.rag.parse import sandbox, Limits; task = json.loads(sys.argv[1]); "
    "sandbox.enter(Limits(**task['limits']), parent=task['parent']); "
)


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Run these lines in the place of the worker."""
    return lambda code: monkeypatch.setattr(child, "_FLAGS", ("-s", "-E", "-X", "utf8", "-c", code))


@pytest.fixture
def anything(tmp_path: Path) -> Path:
    path = tmp_path / "document"
    path.write_text("some text")
    return path


def write(path: Path, text: str) -> None:
    path.write_text(text)


async def refused(path: Path, limits: Limits | None = None) -> ParseError:
    with pytest.raises(ParseError) as caught:
        await child.run(path, limits=limits or Limits())
    return caught.value


def is_alive(pid: int) -> bool:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


async def until(condition: Callable[[], Any], seconds: float = 20) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it never became true"
        await asyncio.sleep(0.01)
    return value


async def test_a_child_reads_what_the_parser_reads_and_counts_pages(pdf: Write, tools: Any) -> None:
    path = pdf(*[tools.text((72, 100, f"page {n}")) for n in range(5)])
    counted: list[tuple[int, int]] = []

    async def on_progress(done: int, total: int) -> None:
        counted.append((done, total))

    elements = await child.run(path, limits=Limits(), on_progress=on_progress)
    assert elements == tools.read(path, PDF)
    assert counted[-1] == (5, 5)
    assert counted == sorted(counted)


async def test_many_elements_on_one_page_arrive_whole_and_in_order(anything: Path) -> None:
    words = [f"paragraph {n} x" + "x" * n for n in range(1000)]
    write(anything, "\n\n".join(words))
    elements = await child.run(anything, limits=Limits())
    assert [element.text for element in elements] == words


async def test_a_hint_chooses_the_kind_of_text(anything: Path) -> None:
    write(anything, "# one")
    read = [await child.run(anything, limits=Limits(), hint=hint) for hint in (None, "text/plain")]
    assert [elements[0].text for elements in read] == ["one", "# one"]


async def test_what_the_parser_refuses_is_refused_with_its_words(pdf: Write, tools: Any) -> None:
    error = await refused(pdf(tools.text((72, 100, "x")), password="pw"))
    assert (error.reason, error.message) == (Reason.ENCRYPTED, ParseError(Reason.ENCRYPTED).message)


async def test_too_much_memory_is_refused_as_such(anything: Path) -> None:
    write(anything, "word " * 8_000_000)
    error = await refused(anything, Limits(memory_bytes=96 * 1024**2))
    assert error.reason is Reason.OUT_OF_MEMORY


async def test_running_out_of_time_kills_the_whole_group(
    anything: Path, tmp_path: Path, script: Callable[[str], None]
) -> None:
    pids = tmp_path / "pids"
    script(HANG.format(file=str(pids)))
    error = await refused(anything, Limits(seconds=1))
    assert error.reason is Reason.TIMED_OUT
    grandchildren = [int(pid) for pid in pids.read_text().split() if int(pid)]
    assert len(grandchildren) == 1
    await until(lambda: not is_alive(grandchildren[0]))


async def test_cancelling_kills_the_whole_group(
    anything: Path, tmp_path: Path, script: Callable[[str], None]
) -> None:
    pids = tmp_path / "pids"
    script(HANG.format(file=str(pids)))
    task = asyncio.create_task(child.run(anything, limits=Limits()))
    found = await until(lambda: pids.exists() and [int(pid) for pid in pids.read_text().split() if int(pid)])
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: not is_alive(found[0]))


async def test_cancelling_at_the_start_leaves_no_process_behind(
    anything: Path, script: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[asyncio.subprocess.Process] = []
    may_go_on, start = asyncio.Event(), child._start

    async def slow(task: str) -> asyncio.subprocess.Process:
        started.append(await start(task))
        await may_go_on.wait()
        return started[0]

    script("import time; time.sleep(60)")
    monkeypatch.setattr(child, "_start", slow)
    task = asyncio.create_task(child.run(anything, limits=Limits()))
    await until(lambda: started)
    task.cancel()
    may_go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not is_alive(started[0].pid)


@pytest.mark.parametrize(
    "said",
    [
        "no JSON",
        "[]",
        "1",
        "{}",
        '{"error": 1}',
        '{"done": NaN}',
        '{"elements": [1], "done": 1, "total": 1, "finished": false}',
    ],
)
async def test_a_child_that_talks_nonsense_is_a_crash(
    anything: Path, script: Callable[[str], None], said: str
) -> None:
    script(f"print({said!r})")
    assert (await refused(anything)).reason is Reason.CRASHED


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os; os.abort()", Reason.CRASHED),
        ("raise SystemExit(3)", Reason.CRASHED),
        ("pass", Reason.CRASHED),
        (f"import os; os.kill(os.getpid(), {int(signal.SIGKILL)})", Reason.OUT_OF_MEMORY),
        (ENTER + "\nwhile True: pass", Reason.TIMED_OUT),
    ],
)
async def test_every_death_has_a_reason(
    anything: Path, script: Callable[[str], None], code: str, reason: Reason
) -> None:
    script(code)
    assert (await refused(anything, Limits(seconds=1 if "while" in code else 60))).reason is reason


async def test_a_failing_callback_is_not_taken_for_a_bad_document(anything: Path) -> None:
    async def on_progress(done: int, total: int) -> None:
        raise TimeoutError("somebody else's")

    with pytest.raises(TimeoutError, match="somebody else's"):
        await child.run(anything, limits=Limits(), on_progress=on_progress)


async def test_a_child_gets_nothing_from_our_environment(
    anything: Path, script: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENTRACE_MODELS__API_KEY", "secret")
    script(
        "import os, json; names = sorted(set(os.environ) - {'LC_CTYPE'}); print(json.dumps("
        "{'error': {'reason': 'CRASHED', 'message': f'environment {names}', 'detail': ''}}))"
    )
    assert (await refused(anything)).message == "environment []"


async def test_a_child_reaches_no_network(anything: Path, script: Callable[[str], None]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        script(
            "import os; before = os.readlink('/proc/self/ns/net'); "
            + ENTER
            + "import socket; walled = before != os.readlink('/proc/self/ns/net'); answer = 'connected'\n"
            f"try: socket.create_connection(('127.0.0.1', {port}), 5)\n"
            "except OSError: answer = 'refused'\n"
            "answer = answer if walled else 'no namespaces here'\n"
            "print(json.dumps({'error': {'reason': 'CRASHED', 'message': answer, 'detail': ''}}))"
        )
        answer = (await refused(anything)).message
    if answer == "no namespaces here":
        pytest.skip("this kernel gives us no network namespace")
    assert answer == "refused"


async def test_a_child_dies_with_its_parent(anything: Path, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    hang = ENTER + f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import asyncio; from pathlib import Path; from backend.rag.parse import child, Limits; "
        f"child._FLAGS = ('-c', {hang!r}); "
        f"asyncio.run(child.run(Path({str(anything)!r}), limits=Limits()))",
        cwd=ROOT,
    )
    pid = await until(lambda: pid_file.exists() and pid_file.read_text())
    assert is_alive(int(pid))
    os.kill(parent.pid, signal.SIGKILL)
    await parent.wait()
    await until(lambda: not is_alive(int(pid)))


def test_messages_never_hold_the_documents_own_words(anything: Path) -> None:
    from backend.rag.parse import worker

    error = worker._error(ValueError("words of the document"))
    assert error["reason"] == "CRASHED"
    assert "words of the document" not in str(error)
