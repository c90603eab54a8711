"""Stopping: at once while an answer waits, by a flag while it is written, and never by a stranger."""

from uuid import UUID

import pytest

from backend.errors import Conflict, NotFound
from backend.events import Cursor
from backend.services.messages import rate, stop
from db.models import Feedback, MessageStatus
from db.queries.messages import Rating
from tests.stage import Stage


async def test_an_answer_that_waits_is_stopped_at_once_and_no_worker_takes_it(
    stage: Stage, api_stage: Stage
) -> None:
    sent = await api_stage.ask()
    row = await api_stage.stop(sent.answer.id)
    assert (row.status, row.attempt, row.content) == (MessageStatus.STOPPED, 1, "")
    assert row.finished_at is not None
    (event,) = await api_stage.events(row.id)
    assert (event.kind, event.cursor, event.final) == ("MessageStopped", Cursor(1, 0), True)
    assert event.data["message"] == (await api_stage.row(row.id)).model_dump(mode="json")
    assert await stage.work() is False


async def test_stopping_again_changes_nothing(api_stage: Stage) -> None:
    sent = await api_stage.ask()
    first = await api_stage.stop(sent.answer.id)
    again = await api_stage.stop(sent.answer.id)
    assert again.model_dump() == first.model_dump()
    assert len(await api_stage.events(first.id)) == 1


async def test_an_answer_that_is_being_written_only_gets_the_flag(api_stage: Stage) -> None:
    sent = await api_stage.ask()
    await api_stage.change(sent.answer.id, status=MessageStatus.RUNNING, attempt=1, content="The")
    row = await api_stage.stop(sent.answer.id)
    assert (row.status, row.attempt, row.content) == (MessageStatus.RUNNING, 1, "The")
    assert row.stop_requested_at is not None


async def test_a_question_cannot_be_stopped(api_stage: Stage) -> None:
    sent = await api_stage.ask()
    with pytest.raises(Conflict):
        await api_stage.stop(sent.question.id)


async def test_a_stranger_can_neither_stop_nor_rate_nor_watch(api_stage: Stage) -> None:
    sent = await api_stage.ask()
    stranger = await api_stage.beside()
    for transactions in stranger.both_roles:
        with pytest.raises(NotFound):
            await stop.stop(transactions, viewer=stranger.viewer, message_id=sent.answer.id)
    with pytest.raises(NotFound):
        await rated(stranger, sent.answer.id, positive=True)
    with pytest.raises(NotFound):
        await anext(stranger.watch(sent.answer.id))
    row = await api_stage.row(sent.answer.id)
    assert (row.status, row.stop_requested_at) == (MessageStatus.QUEUED, None)


async def rated(stage: Stage, message_id: UUID, *, positive: bool, comment: str | None = None) -> Feedback:
    async with stage.transactions.unit_of_work(stage.viewer.user_id) as session:
        return await rate.rate(
            session,
            viewer=stage.viewer,
            message_id=message_id,
            rating=Rating(positive=positive, comment=comment),
        )


async def test_the_last_rating_of_an_answer_counts(api_stage: Stage) -> None:
    sent = await api_stage.ask()
    await api_stage.change(sent.answer.id, status=MessageStatus.COMPLETED, content="At dusk.")
    await rated(api_stage, sent.answer.id, positive=True)
    row = await rated(api_stage, sent.answer.id, positive=False, comment="At dawn!")
    assert (row.positive, row.comment) == (False, "At dawn!")


async def test_only_written_answers_can_be_rated(api_stage: Stage) -> None:
    sent = await api_stage.ask()
    for message_id in (sent.answer.id, sent.question.id):
        with pytest.raises(Conflict):
            await rated(api_stage, message_id, positive=True)
