"""A project that answers by a supervisor: the same row, events, citations and stop."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date

import pytest
from sqlalchemy import update

from backend.events import Cursor
from backend.services.messages import stop
from backend.web import Tavily, WebSearch
from db.models import AgentType, CitationStatus, MessageStatus, RetrievalSettings, UsageKind
from tests.stage import ANSWER, PASSAGES, Stage, kinds_of, text_of


@pytest.fixture
async def agentic(stage: Stage) -> Stage:
    """The stage's project, set to answer by a supervisor."""
    async with stage.database.sessions.begin() as session:
        await session.exec(update(RetrievalSettings).values(agent_type=AgentType.AGENTIC))
    return stage


@pytest.fixture
async def surfing(agentic: Stage) -> AsyncIterator[Stage]:
    """The same, where the web may be searched."""
    search = WebSearch([Tavily(agentic.server.tavily_url, "key")])
    yield agentic.changed(web_search=search)
    await search.close()


async def test_the_answer_comes_of_a_sub_agents_report_and_is_cited(agentic: Stage) -> None:
    row = await agentic.answered()
    assert (row.status, row.content) == (MessageStatus.COMPLETED, ANSWER)
    events = await agentic.events(row.id)
    assert kinds_of(events) == [
        "AgentStarted",
        "GuardrailPassed",
        "AgentStarted",
        "ToolStarted",
        "ToolFinished",
        "TextAppended",
        "CitationAdded",
        "MessageCompleted",
    ]
    assert [event.data["agent"] for event in events if event.kind == "AgentStarted"] == [
        "supervisor",
        "documents",
    ]
    assert [event.cursor for event in events] == [Cursor(1, seq) for seq in range(len(events))]
    assert text_of(events) == row.content
    (citation,) = await agentic.citations(row.id)
    assert (citation.marker, citation.quote, citation.status) == (1, PASSAGES[0], CitationStatus.VERIFIED)


async def test_documents_and_web_are_searched_and_both_are_cited(surfing: Stage) -> None:
    question = "When is the lamp of the lighthouse lit, and how many watts does it need?"
    row = await surfing.answered(question)
    events = await surfing.events(row.id)
    assert kinds_of(events) == [
        "AgentStarted",
        "GuardrailPassed",
        *["AgentStarted", "ToolStarted", "ToolFinished"] * 2,
        "TextAppended",
        "CitationAdded",
        *["WebCitationAdded"] * 2,
        "MessageCompleted",
    ]
    tools = [(event.data["tool"], event.data["num_hits"]) for event in events if event.kind == "ToolFinished"]
    assert [tool for tool, _ in tools] == ["rag_search", "search_web"]
    document, web, other = await surfing.citations(row.id)
    assert (document.document_name, document.url) == ("handbook.pdf", None)
    assert {web.url, other.url} == {"https://lighthouses.example/lamps"}
    assert (web.url, web.status) == ("https://lighthouses.example/lamps", CitationStatus.VERIFIED)
    assert (web.published_on, web.page, web.quote in web.chunk_text) == (date(2026, 3, 14), None, True)
    assert f"[{document.marker}]" in row.content and f"[{web.marker}]" in row.content


async def test_a_web_that_is_away_is_told_and_the_documents_answer(surfing: Stage) -> None:
    await surfing.control(mode="500", endpoint="web_search")
    row = await surfing.answered()
    assert (row.status, row.content) == (MessageStatus.COMPLETED, ANSWER)
    (failed,) = [event for event in await surfing.events(row.id) if event.kind == "ToolFailed"]
    assert (failed.data["tool"], failed.data["code"]) == ("search_web", "WEB_SEARCH_FAILED")


async def test_the_calls_of_sub_agents_are_paid_for_too(agentic: Stage) -> None:
    row = await agentic.answered()
    assert [usage.kind for usage in await agentic.usage(row.id)] == [
        UsageKind.GUARDRAIL,
        UsageKind.CHAT,
        UsageKind.EMBEDDING,
        UsageKind.CHAT,
        UsageKind.CHAT,
    ]


async def test_a_stop_reaches_the_sub_agent_and_closes_its_models_socket(agentic: Stage) -> None:
    sent = await agentic.ask()
    await agentic.control(tokens_per_second=10)
    working = await agentic.begin(sent.answer.id, "ToolFinished")
    async with asyncio.timeout(10):
        while (await agentic.stats())["chat"]["requests"] < 3:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)
    num_sent = (await agentic.stats())["chat"]["tokens_sent"]
    await stop.stop(agentic.transactions, viewer=agentic.viewer, message_id=sent.answer.id)
    assert await working
    row = await agentic.row(sent.answer.id)
    assert (row.status, row.content) == (MessageStatus.STOPPED, "")
    await agentic.until_closed_by_client(1)
    stats = (await agentic.stats())["chat"]
    assert (stats["requests"], stats["tokens_sent"] - num_sent < 10) == (3, True)
    await agentic.control(tokens_per_second=0)
    await asyncio.sleep(0.2)
    assert (await agentic.stats())["chat"] == stats
    assert [usage.kind for usage in await agentic.usage(row.id)][-1] is UsageKind.CHAT
    assert (await agentic.events(row.id))[-1].kind == "MessageStopped"
