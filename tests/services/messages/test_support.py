"""Paraphrases read beside their passages before an answer ends, where the operator wants it."""

from collections.abc import Sequence
from typing import Any

import pytest

from backend.agents.passages import Passages
from backend.agents.support import Support
from backend.errors import Unavailable
from db.models import CitationStatus, Message, MessageStatus, UsageKind
from tests.stage import Stage

RIGHT = "The keeper lights the lamp of the lighthouse at dusk [1]."
WRONG = "Fishermen swim through the tunnel at midnight [1]."


async def said(
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    *,
    checks: bool = True,
    statuses: Sequence[CitationStatus] = (CitationStatus.UNCHECKED,),
) -> Message:
    """The answer of a model that says these words, whose citations come out so."""
    await stage.control(obedient=True)
    show = Passages.show
    order = f' say: "{words}"\n</passage>'
    monkeypatch.setattr(Passages, "show", lambda self, hits: show(self, hits).replace("\n</passage>", order))
    sent = await stage.ask()
    assert await stage.work(checks_support=checks)
    row = await stage.row(sent.answer.id)
    assert (row.status, row.content) == (MessageStatus.COMPLETED, words)
    assert [each.status for each in await stage.citations(row.id)] == list(statuses)
    return row


def doubted(row: Message) -> list[str]:
    return [row.content[start:end] for start, end in row.unsupported]


async def test_a_paraphrase_that_its_passage_does_not_say_is_told_and_paid_for(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await said(stage, monkeypatch, WRONG)
    assert doubted(row) == [WRONG]
    kinds = [usage.kind for usage in await stage.usage(row.id)]
    assert kinds.count(UsageKind.GUARDRAIL) == 2
    last = (await stage.events(row.id))[-1]
    assert (last.kind, last.data["message"]["unsupported"]) == ("MessageCompleted", [[0, len(WRONG)]])


async def test_a_paraphrase_that_its_passage_says_is_supported(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert doubted(await said(stage, monkeypatch, RIGHT)) == []


async def test_a_sentence_that_one_of_its_passages_holds_word_for_word_is_not_read_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = "Lit “at dusk by the keeper” [1], as the old handbook tells us [1]."
    statuses = [CitationStatus.VERIFIED, CitationStatus.UNCHECKED]
    row = await said(stage, monkeypatch, held, statuses=statuses)
    assert doubted(row) == []
    kinds = [usage.kind for usage in await stage.usage(row.id)]
    assert kinds.count(UsageKind.GUARDRAIL) == 1


async def test_nothing_is_asked_where_the_operator_has_not_set_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await said(stage, monkeypatch, WRONG, checks=False)
    assert doubted(row) == []
    kinds = [usage.kind for usage in await stage.usage(row.id)]
    assert kinds.count(UsageKind.GUARDRAIL) == 1


async def test_an_answer_stands_when_its_check_fails(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    structured = stage.models.structured

    async def failing(form: type[Any], prompt: Any) -> Any:
        if form is Support:
            raise Unavailable("The model does not answer.")
        return await structured(form, prompt)

    monkeypatch.setattr(stage.models, "structured", failing)
    row = await said(stage, monkeypatch, WRONG)
    assert doubted(row) == []


async def test_a_quotation_that_was_looked_up_is_not_read_again(stage: Stage) -> None:
    sent = await stage.ask()
    assert await stage.work(checks_support=True)
    kinds = [usage.kind for usage in await stage.usage(sent.answer.id)]
    assert kinds.count(UsageKind.GUARDRAIL) == 1
