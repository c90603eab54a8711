import subprocess
import sys
import time
from pathlib import Path

import httpx

from backend.local.server import free_port

PARENT = """
import subprocess, sys
subprocess.Popen([sys.executable, "-m", "backend.local.models", *sys.argv[1:]])
sys.stdin.read()
"""


def pid_of(url: str) -> int | None:
    try:
        pid: int = httpx.get(f"{url}/healthz", trust_env=False).json()["pid"]
    except httpx.TransportError:
        return None
    return pid


def wait_for(url: str, *, alive: bool) -> None:
    deadline = time.monotonic() + 60
    while (pid_of(url) is not None) is not alive:
        assert time.monotonic() < deadline, f"alive is not {alive}"
        time.sleep(0.05)


def test_it_ends_with_its_parent_and_leaves_one_whole_graph(tmp_path: Path) -> None:
    port = free_port()
    arguments = [sys.executable, "-c", PARENT, "--port", str(port), "--data", str(tmp_path)]
    parent = subprocess.Popen(arguments, stdin=subprocess.PIPE)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url, alive=True)
        assert pid_of(url) != parent.pid
    finally:
        parent.kill()
        parent.communicate()
    wait_for(url, alive=False)
    assert [path.name for path in tmp_path.iterdir()] == ["minilm-1.onnx"]
