"""One model server for the tests of this room, spawned as the product spawns it."""

import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from openai import AsyncOpenAI

from backend.local.server import free_port


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running server, without `/v1`."""
    folder, port = tmp_path_factory.mktemp("models"), free_port()
    command = [sys.executable, "-m", "backend.local.models", "--port", str(port), "--data", str(folder)]
    process = subprocess.Popen(command)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(url, process)
        yield url
    finally:
        process.kill()
        process.wait()


def wait_until_ready(url: str, process: "subprocess.Popen[bytes]", seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/healthz", trust_env=False).json()["pid"] == process.pid:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"The model server did not answer; exit code {process.poll()}")


@pytest.fixture
async def http(server_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A plain client on a server that has just been reset."""
    async with httpx.AsyncClient(base_url=server_url, trust_env=False, timeout=30) as client:
        (await client.post("/control/reset")).raise_for_status()
        yield client
        (await client.post("/control/reset")).raise_for_status()


@pytest.fixture
async def openai(http: httpx.AsyncClient, server_url: str) -> AsyncIterator[AsyncOpenAI]:
    """The real client library, which tries once only."""
    async with AsyncOpenAI(base_url=f"{server_url}/v1", api_key="none", max_retries=0) as client:
        yield client
