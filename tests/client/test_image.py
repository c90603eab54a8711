"""The client's image, as far as it can be tried without an engine: its commands in a folder of their own."""

import asyncio
from pathlib import Path

import httpx
import pytest

from backend.local.installation import PROJECT
from backend.local.server import free_port
from tests.deployment.dockerfile import Outside

START_SECONDS = 30.0


@pytest.mark.e2e
async def test_the_commands_of_the_image_make_a_client_that_answers(tmp_path: Path) -> None:
    image = Outside(PROJECT / "client" / "Dockerfile", tmp_path)
    await image.carry_out()
    assert (image.user, image.command) == ("10001", ["node", "server.js"])
    port = free_port()
    env = {"HOSTNAME": "127.0.0.1", "PORT": str(port), "OPENTRACE_CLIENT__API_URL": "http://127.0.0.1:1"}
    running = await image.start(env=env)
    try:
        async with asyncio.timeout(START_SECONDS), httpx.AsyncClient(trust_env=False) as http:
            while True:
                assert running.returncode is None, (await running.communicate())[1].decode()
                try:
                    health = await http.get(f"http://127.0.0.1:{port}/healthz")
                    break
                except httpx.HTTPError:
                    await asyncio.sleep(0.05)
            page = await http.get(f"http://127.0.0.1:{port}/", follow_redirects=True)
        assert (health.status_code, page.status_code) == (200, 200)
        assert "Opentrace" in page.text
    finally:
        if running.returncode is None:
            running.terminate()
            await running.communicate()
