"""Another answer stands beside the first, which stays; the conversation goes on behind the preferred one."""

import asyncio

import pytest

from backend.errors import Conflict, NotFound
from db.models import MessageStatus
from tests.stage import ANSWER, Stage


async def written(stage: Stage, content: str = "When?") -> tuple[str, str]:
    """A question and its answer, written behind everybody's back."""
    sent = await stage.ask(content)
    await stage.change(sent.answer.id, status=MessageStatus.COMPLETED, content="At dusk.")
    return sent.question.id, sent.answer.id


async def test_a_regenerated_answer_is_a_sibling_and_the_first_stays_as_it_was(stage: Stage) -> None:
    first = await stage.answered()
    sibling = await stage.regenerate(first.id)
    assert await stage.work()
    second = await stage.row(sibling.id)
    assert (second.status, second.content) == (MessageStatus.COMPLETED, ANSWER)
    assert (second.parent_id, second.chat_id) == (first.parent_id, first.chat_id)
    assert (await stage.row(first.id)).model_dump() == first.model_dump()
    assert first.parent_id is not None
    assert (await stage.row(first.parent_id)).preferred_child_id == second.id
    assert len(await stage.citations(first.id)) == len(await stage.citations(second.id)) == 1


async def test_a_new_question_follows_the_preferred_answer(api_stage: Stage) -> None:
    _, first = await written(api_stage)
    second = await api_stage.regenerate(first)
    await api_stage.change(second.id, status=MessageStatus.COMPLETED)
    assert (await api_stage.ask("And then?")).question.parent_id == second.id
    await api_stage.select(first)
    follow_up = await api_stage.ask("And before?")
    assert follow_up.question.parent_id == first
    await api_stage.select(second.id)
    assert (await api_stage.ask("And last?")).question.parent_id != follow_up.answer.id


async def test_the_same_key_returns_the_first_sibling(api_stage: Stage) -> None:
    _, first = await written(api_stage)
    made = await asyncio.gather(*(api_stage.regenerate(first, "k1") for _ in range(4)))
    assert len({each.id for each in made}) == 1
    _, other = await written(api_stage)
    with pytest.raises(Conflict) as caught:
        await api_stage.regenerate(other, "k1")
    assert caught.value.code == "IDEMPOTENCY_KEY_REUSED"


async def test_only_answers_that_have_ended_are_written_anew(api_stage: Stage) -> None:
    sent = await api_stage.ask()
    for message_id, code in ((sent.question.id, "NOT_AN_ANSWER"), (sent.answer.id, "NOT_ANSWERED")):
        with pytest.raises(Conflict) as caught:
            await api_stage.regenerate(message_id)
        assert caught.value.code == code
    with pytest.raises(Conflict) as caught:
        await api_stage.select(sent.question.id)
    assert caught.value.code == "NO_SIBLINGS"


async def test_a_stranger_neither_regenerates_nor_selects(api_stage: Stage) -> None:
    _, first = await written(api_stage)
    stranger = await api_stage.beside()
    for role in stranger.both_roles:
        acting = stranger.changed(transactions=role)
        with pytest.raises(NotFound):
            await acting.regenerate(first)
        with pytest.raises(NotFound):
            await acting.select(first)


async def test_questions_sent_at_once_follow_each_other_in_one_line(api_stage: Stage) -> None:
    sent = await asyncio.gather(*(api_stage.ask(f"Question {number}?") for number in range(6)))
    parents = {each.question.id: each.question.parent_id for each in sent}
    answers = {each.answer.id: each.question.id for each in sent}
    (beginning,) = [id for id, parent in parents.items() if parent is None]
    order = [beginning]
    while following := [id for id, parent in parents.items() if parent and answers[parent] == order[-1]]:
        (next_id,) = following
        order.append(next_id)
    assert len(order) == 6
