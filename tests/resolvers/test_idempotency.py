"""Mutations that create or spend, called twice with one key: the second call gets the first one's result."""

import asyncio
import hashlib
from typing import Any

import pytest

from tests.fixtures import asking
from tests.fixtures.served import Served

FILE = {"name": "a.md", "contentType": "text/markdown", "size": 3, "allowDuplicate": True}
FILES = [{**FILE, "sha256": hashlib.sha256(b"one").hexdigest()} for _ in range(2)]
PAGE, SITE = {"url": "https://example.com/a"}, {"url": "https://example.com/docs/", "maxDepth": 1}

ASKED: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "createProject": ("CreateProjectPayload { project { id } }", {"name": "Lights"}, {"name": "Towers"}),
    "createChat": ("ChatPayload { chat { id } }", {"title": "Lamps"}, {"title": "Towers"}),
    "requestUploads": (
        "RequestUploadsPayload { tickets { document { id } } }",
        {"files": FILES},
        {"files": FILES[:1]},
    ),
    "addWebPage": ("DocumentPayload { document { id } }", PAGE, {"url": "https://example.com/b"}),
    "addWebSite": ("CrawlPayload { crawl { id } }", SITE, SITE | {"maxDepth": 2}),
}
"""What each answers with, what is asked for, and what would be another request."""


@pytest.fixture
async def project(served: Served) -> str:
    return await asking.new_project(served)


async def called(served: Served, mutation: str, values: dict[str, Any], key: str | None) -> dict[str, Any]:
    shown = ASKED[mutation][0]
    name = mutation[0].upper() + mutation[1:]
    text = f"""mutation ($input: {name}Input!) {{ {mutation}(input: $input) {{
        ... on {shown}
        ... on Error {{ message code field }} }} }}"""
    data = await served.ask(text, {"input": {**values, "idempotencyKey": key}})
    found: dict[str, Any] = data[mutation]
    return found


@pytest.mark.parametrize("mutation", ASKED)
async def test_a_repeat_makes_nothing_new_and_another_request_is_a_conflict(
    served: Served, project: str, mutation: str
) -> None:
    _, values, other = ASKED[mutation]
    where = {} if mutation == "createProject" else {"projectId": project}
    first, *again = await asyncio.gather(*(called(served, mutation, where | values, "k") for _ in range(4)))
    assert "code" not in first
    assert again == [first] * 3
    assert await called(served, mutation, where | values, "k") == first
    assert await called(served, mutation, where | values, "another") != first
    assert await called(served, mutation, where | values, None) != first
    refused = await called(served, mutation, where | other, "k")
    assert (refused["code"], refused["field"]) == ("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
