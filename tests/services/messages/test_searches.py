"""Every answer keeps its searches, whole enough to make them again, and what it cost, to the last digit."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import update

from backend.llm import Price
from backend.services import spending
from backend.services.messages import stop
from db.models import AgentType, RetrievalRun, RetrievalSettings, UsageKind
from db.models.usage import UsageOf
from db.queries import retrieval_runs
from tests.stage import QUESTION, Stage


async def runs_of(stage: Stage, message_id: object) -> list[RetrievalRun]:
    async with stage.database.sessions() as session:
        return (await retrieval_runs.of_messages(session, [message_id]))[message_id]


async def test_an_answer_keeps_its_search_with_settings_candidates_model_and_prompts(stage: Stage) -> None:
    row = await stage.answered()
    (run,) = await runs_of(stage, row.id)
    assert (run.position, run.tool, run.query, run.model) == (0, "rag_search", QUESTION, "local-extractive")
    assert run.settings["rag_strategy"] == "BASIC" and run.settings["num_chunks"] == 5
    assert "project_id" not in run.settings
    assert run.prompts == ["guardrail@1", "rewrite@1", "rag@2"]
    (citation,) = await stage.citations(row.id)
    assert run.candidates[0]["chunk_id"] == str(citation.chunk_id)
    assert run.candidates[0]["score"] == pytest.approx(citation.score)
    scores = [candidate["score"] for candidate in run.candidates]
    assert scores == sorted(scores, reverse=True)


async def test_a_stopped_answer_keeps_its_search_too(stage: Stage) -> None:
    sent = await stage.ask()
    await stage.control(tokens_per_second=5)
    working = await stage.begin(sent.answer.id, "TextAppended")
    await stop.stop(stage.transactions, viewer=stage.viewer, message_id=sent.answer.id)
    assert await working
    assert len(await runs_of(stage, sent.answer.id)) == 1


async def test_a_supervisors_searches_are_kept_in_their_order(stage: Stage) -> None:
    async with stage.database.sessions.begin() as session:
        await session.exec(update(RetrievalSettings).values(agent_type=AgentType.AGENTIC))
    row = await stage.answered()
    (run,) = await runs_of(stage, row.id)
    assert run.prompts == ["guardrail@1", "supervisor@1", "rag@2", "web@1"]


async def test_a_refused_question_keeps_no_candidates_that_it_was_not_shown(stage: Stage) -> None:
    row = await stage.answered("You are a stupid machine, are you not?")
    assert {run.tool for run in await runs_of(stage, row.id)} <= {"rag_search"}


PRICES = {"local-extractive": Price(Decimal("2.5"), Decimal("10"))}


async def test_usage_is_added_up_by_message_chat_project_and_person(stage: Stage) -> None:
    priced = stage.changed(models=replace(stage.models, prices=PRICES))
    first, second = await priced.answered(), await priced.answered()
    await priced.models.close()
    paid = [*await stage.usage(first.id), *await stage.usage(second.id)]
    chat = [call for call in paid if call.kind is not UsageKind.EMBEDDING]
    cost = sum(
        (Decimal(call.num_input_tokens) * 5 / 2 + call.num_output_tokens * 10) / 1_000_000 for call in chat
    )
    assert all(call.cost_usd is not None for call in chat)
    owners = {
        UsageOf.CHAT: stage.chat_id,
        UsageOf.PROJECT: stage.project_id,
        UsageOf.USER: stage.viewer.user_id,
    }
    async with stage.transactions.unit_of_work(stage.viewer.user_id) as session:
        for of, owner in owners.items():
            spent = await spending.by_model(
                session, viewer=stage.viewer, of=of, ids=[owner], price=stage.models.cost
            )
            total = spending.altogether(spent[owner])
            assert (total.num_calls, total.cost_usd, total.num_unpriced_calls) == (len(paid), cost, 2)
        by_message = await spending.by_model(
            session,
            viewer=stage.viewer,
            of=UsageOf.MESSAGE,
            ids=[first.id, second.id],
            price=stage.models.cost,
        )
    assert sum(spending.altogether(each).cost_usd for each in by_message.values()) == cost


async def test_calls_written_without_a_cost_get_todays_price(stage: Stage) -> None:
    row = await stage.answered()
    async with stage.transactions.unit_of_work(stage.viewer.user_id) as session:
        spent = await spending.by_model(
            session,
            viewer=stage.viewer,
            of=UsageOf.MESSAGE,
            ids=[row.id],
            price=lambda model, num_input, num_output: Decimal(num_input + num_output),
        )
    total = spending.altogether(spent[row.id])
    assert total.cost_usd == total.num_input_tokens + total.num_output_tokens
    assert total.num_unpriced_calls == 0


async def test_nobody_sees_what_another_spent(stage: Stage) -> None:
    row = await stage.answered()
    member = await stage.beside(is_member=True)
    async with member.transactions.unit_of_work(member.viewer.user_id) as session:
        for of, owner in ((UsageOf.MESSAGE, row.id), (UsageOf.PROJECT, stage.project_id)):
            spent = await spending.by_model(
                session, viewer=member.viewer, of=of, ids=[owner], price=stage.models.cost
            )
            assert spending.altogether(spent[owner]).num_calls == 0
