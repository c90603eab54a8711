"""What the answering model is told of the chat: what was answered, the last ten messages, nothing refused."""

from uuid import uuid4

import pytest

from backend.services.messages import compose
from db.models import Message, MessageRole, MessageStatus
from tests.stage import ANSWER, QUESTION, Stage

COMPLETED = MessageStatus.COMPLETED


def pair(question: str, answer: str, status: MessageStatus = COMPLETED) -> list[Message]:
    shared = {"chat_id": uuid4(), "project_id": uuid4(), "created_by": uuid4()}
    asked = Message(**shared, role=MessageRole.USER, content=question)
    said = Message(**shared, role=MessageRole.ASSISTANT, content=answer, status=status, parent_id=asked.id)
    return [asked, said]


def told(*pairs: list[Message]) -> list[str]:
    return [turn["content"] for turn in compose.history_of([row for pair in pairs for row in pair])]


def test_questions_and_answers_are_told_in_order() -> None:
    turns = compose.history_of([*pair("One?", "1."), *pair("Two?", "2.")])
    assert [(turn["role"], turn["content"]) for turn in turns] == [
        ("user", "One?"),
        ("assistant", "1."),
        ("user", "Two?"),
        ("assistant", "2."),
    ]


@pytest.mark.parametrize(
    "status", [MessageStatus.REFUSED, MessageStatus.FAILED, MessageStatus.QUEUED, MessageStatus.RUNNING]
)
def test_a_question_that_was_refused_or_not_answered_is_not_told(status: MessageStatus) -> None:
    assert told(pair("One?", "1."), pair("Bad!", "half", status)) == ["One?", "1."]


def test_a_stopped_answer_is_told_as_far_as_it_went() -> None:
    assert told(pair("One?", "1, and", MessageStatus.STOPPED)) == ["One?", "1, and"]


def test_the_last_ten_messages_are_told() -> None:
    pairs = [pair(f"{number}?", f"{number}.") for number in range(8)]
    assert told(*pairs) == [text for number in range(3, 8) for text in (f"{number}?", f"{number}.")]


async def test_an_answer_is_composed_of_its_own_way_through_the_chat(stage: Stage) -> None:
    await stage.answered()
    await stage.answered("You are a stupid machine, are you not?")
    sent = await stage.ask("And who climbs the steps?")
    async with stage.transactions.unit_of_work() as session:
        material = await compose.gather(session, sent.answer, stage.models)
    assert material.question == "And who climbs the steps?"
    assert [turn["content"] for turn in material.history] == [QUESTION, ANSWER]
    scope = material.retrieval.scope
    assert (scope.viewer_id, scope.project_id) == (stage.viewer.user_id, stage.project_id)
