"""Sending writes a question and its answer's row at once, once per key, and only into one's own chat."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import func, select

from backend import queue
from backend.errors import AppError, Conflict, Invalid, NotFound, TooLarge
from backend.queue import Job
from backend.services import chats
from backend.services.messages import read, send
from db.models import IdempotencyKey, Message, MessageRole, MessageStatus
from tests import stage as stages
from tests.stage import Stage


async def num_rows(stage: Stage, table: Any) -> int:
    async with stage.database.sessions() as session:
        return (await session.exec(select(func.count()).select_from(table))).one()


async def test_a_question_is_complete_and_its_answer_waits(api_stage: Stage) -> None:
    sent = await api_stage.ask("When is the lamp lit?")
    question = await api_stage.row(sent.question.id)
    answer = await api_stage.row(sent.answer.id)
    assert (question.role, question.status, question.content) == (
        MessageRole.USER,
        MessageStatus.COMPLETED,
        "When is the lamp lit?",
    )
    assert (answer.role, answer.status, answer.content, answer.attempt) == (
        MessageRole.ASSISTANT,
        MessageStatus.QUEUED,
        "",
        0,
    )
    assert (question.parent_id, answer.parent_id) == (None, question.id)
    assert answer.created_at > question.created_at
    assert {question.created_by, answer.created_by} == {api_stage.viewer.user_id}


async def test_a_worker_is_rung_for_after_the_commit(api_stage: Stage) -> None:
    async with api_stage.transactions.unit_of_work(api_stage.viewer.user_id) as session:
        sent = await send.send(session, viewer=api_stage.viewer, chat_id=api_stage.chat_id, content="When?")
        assert session.info[queue.JOBS] == [(Job.ANSWER_MESSAGE, sent.answer.id)]


async def test_questions_follow_each_other_and_move_the_chat_to_the_top(api_stage: Stage) -> None:
    other = await stages.chat_of(api_stage.transactions, api_stage.viewer, api_stage.project_id)
    first = await api_stage.ask("One?")
    second = await api_stage.ask("Two?")
    assert second.question.parent_id == first.answer.id
    async with api_stage.transactions.unit_of_work(api_stage.viewer.user_id) as session:
        page = await chats.page(session, viewer=api_stage.viewer, project_id=api_stage.project_id, first=10)
        listed = await read.page(session, viewer=api_stage.viewer, chat_id=api_stage.chat_id, first=10)
    assert [chat.id for chat in page.rows] == [api_stage.chat_id, other]
    assert [message.id for message in listed.rows] == [
        second.answer.id,
        second.question.id,
        first.answer.id,
        first.question.id,
    ]


async def test_the_same_key_returns_the_first_pair_and_writes_nothing(api_stage: Stage) -> None:
    first = await api_stage.ask("When?", key="k1")
    again = await api_stage.ask("When?", key="k1")
    assert (again.question.id, again.answer.id) == (first.question.id, first.answer.id)
    assert await num_rows(api_stage, Message) == 2


async def test_many_repeats_at_once_write_one_pair(api_stage: Stage) -> None:
    sent = await asyncio.gather(*(api_stage.ask("When?", key="k1") for _ in range(5)))
    assert len({each.answer.id for each in sent}) == 1
    assert await num_rows(api_stage, Message) == 2


async def test_the_same_key_with_another_question_is_a_conflict(api_stage: Stage) -> None:
    await api_stage.ask("When?", key="k1")
    with pytest.raises(Conflict) as caught:
        await api_stage.ask("Why?", key="k1")
    assert (caught.value.code, caught.value.field) == ("IDEMPOTENCY_KEY_REUSED", "idempotency_key")
    assert await num_rows(api_stage, Message) == 2


async def test_another_persons_key_is_another_key(api_stage: Stage) -> None:
    first = await api_stage.ask("When?", key="k1")
    stranger = await api_stage.beside()
    theirs = await stranger.ask("When?", key="k1")
    assert theirs.answer.id != first.answer.id


@pytest.mark.parametrize(
    ("content", "key", "error", "field"),
    [
        ("", None, Invalid, "content"),
        (" \n", None, Invalid, "content"),
        ("a\0b", None, Invalid, "content"),
        ("a" * (send.MAX_CHARACTERS + 1), None, TooLarge, "content"),
        ("When?", "", Invalid, "idempotency_key"),
        ("When?", "k" * 201, Invalid, "idempotency_key"),
    ],
)
async def test_a_bad_message_is_refused_and_nothing_is_written(
    api_stage: Stage, content: str, key: str | None, error: type[AppError], field: str
) -> None:
    with pytest.raises(error) as caught:
        await api_stage.ask(content, key)
    assert caught.value.field == field
    assert (await num_rows(api_stage, Message), await num_rows(api_stage, IdempotencyKey)) == (0, 0)


async def test_a_stranger_cannot_write_into_a_chat_or_read_it(api_stage: Stage) -> None:
    sent = await api_stage.ask()
    stranger = await api_stage.beside()
    with pytest.raises(NotFound):
        await stranger.changed(chat_id=api_stage.chat_id).ask("Let me in", key="k1")
    assert (await num_rows(api_stage, Message), await num_rows(api_stage, IdempotencyKey)) == (2, 0)
    for role in stranger.both_roles:
        async with role.unit_of_work(stranger.viewer.user_id) as session:
            with pytest.raises(NotFound):
                await read.get(session, viewer=stranger.viewer, message_id=sent.answer.id)
            with pytest.raises(NotFound):
                await read.page(session, viewer=stranger.viewer, chat_id=api_stage.chat_id, first=1)
            with pytest.raises(NotFound):
                await read.get(session, viewer=stranger.viewer, message_id=uuid4())


async def test_a_foreign_cursor_is_invalid(api_stage: Stage) -> None:
    async with api_stage.transactions.unit_of_work(api_stage.viewer.user_id) as session:
        with pytest.raises(Invalid) as caught:
            await read.page(
                session, viewer=api_stage.viewer, chat_id=api_stage.chat_id, first=1, after="nonsense"
            )
    assert caught.value.field == "after"
