"""The client with a key of Clerk's, in a real browser that cannot reach Clerk."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.local import server
from backend.local.client.server import Client
from backend.local.installation import Installation
from tests.fixtures.browser import browse_at, needs_browser

HOST = "clerk.example.invalid"
KEY = "pk_test_" + base64.b64encode(f"{HOST}$".encode()).decode()


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    await needs_browser()
    places = {
        "OPENTRACE_CLIENT__API_URL": "http://127.0.0.1:1",
        "OPENTRACE_CLIENT__CLERK_PUBLISHABLE_KEY": KEY,
    }
    serving = Client(Installation(tmp_path / "home"), server.free_port(), places, lambda: None)
    await serving.start()
    yield serving
    await serving.stop()


async def test_where_clerk_cannot_be_reached_people_are_told_and_nobody_else_is_asked(client: Client) -> None:
    seen = await browse_at(client.address, "clerk.mjs", clerk=HOST)
    assert seen["complaints"] == []
    assert seen["hosts"] == ["127.0.0.1", HOST]
