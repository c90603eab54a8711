"""The suites of others that the transport stands up to."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures import asking
from tests.fixtures.served import Served

SUITES = Path(__file__).parents[1] / "suites"


@pytest.fixture(scope="session")
async def suites() -> Path:
    """The folder of the suites, with what their lock names installed; skips where there is no npm."""
    if shutil.which("npm") is None:
        pytest.skip("needs node and npm")
    if not (SUITES / "node_modules").exists():
        await run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
    return SUITES


async def run(*command: str) -> list[Any]:
    """The JSON lines that a command prints."""
    child = await asyncio.create_subprocess_exec(
        *command, cwd=SUITES, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await child.communicate()
    assert child.returncode == 0, err.decode()
    return [json.loads(line) for line in out.decode().splitlines() if line.startswith(("{", '"'))]


async def test_all_audits_of_graphql_over_http_pass(served: Served, suites: Path) -> None:
    audits = await run("node", "audits.mjs", f"{served.url}/graphql")
    assert len(audits) == 61
    assert [audit for audit in audits if audit["status"] != "ok"] == []


async def test_the_client_of_graphql_ws_follows_an_answer_to_its_end(served: Served, suites: Path) -> None:
    chat = await asking.new_chat(served, await asking.new_project(served))
    answer = await asking.new_answer(served, chat)
    stop = "mutation ($id: ID!) { stopMessage(input: {messageId: $id}) { __typename } }"
    await served.ask(stop, {"id": answer})
    query = """subscription ($id: ID!) { messageEvents(messageId: $id) {
        __typename ... on Event { attempt } ... on MessageStopped { message { status } } } }"""
    address = served.url.replace("http", "ws") + "/graphql"
    parameters = json.dumps(served.bearer("alice"))
    results = await run("node", "sockets.mjs", address, parameters, query, json.dumps({"id": answer}))
    assert [result["data"]["messageEvents"]["__typename"] for result in results[:-1]] == [
        "MessageSnapshot",
        "MessageStopped",
    ]
    assert results[-1] == "complete"
