"""Every call is in the account from its first moment on, with estimates until the model says more."""

from decimal import Decimal
from typing import Any

import pytest

from backend.llm import TokenUsage
from backend.rag import tokens
from backend.services.messages.ledger import Ledger
from db.errors import Unreachable
from db.models import Usage, UsageKind
from db.queries import usage
from tests.stage import Stage

CHAT = UsageKind.CHAT


async def ledger_of(stage: Stage) -> tuple[Ledger, Any, list[dict[str, Any]]]:
    answer = (await stage.ask()).answer
    reported: list[dict[str, Any]] = []

    async def report(kind: str, data: dict[str, Any]) -> None:
        assert kind == "UsageReported"
        reported.append(data)

    def price(model: str, num_input_tokens: int, num_output_tokens: int) -> Decimal:
        return Decimal(num_input_tokens) / 100 + Decimal(num_output_tokens) / 50

    return Ledger(stage.database, answer, report, price), answer, reported


async def test_a_call_under_way_is_written_with_its_input_estimated_and_not_reported(stage: Stage) -> None:
    ledger, answer, reported = await ledger_of(stage)
    with ledger.call(CHAT, "model", 70):
        await ledger.settle()
        (row,) = await stage.usage(answer.id)
        assert (row.num_input_tokens, row.num_output_tokens, reported) == (70, 0, [])


async def test_what_the_model_says_replaces_the_estimates(stage: Stage) -> None:
    ledger, answer, reported = await ledger_of(stage)
    with ledger.call(CHAT, "model", 70) as call:
        call.wrote("The lamp")
        call.report(TokenUsage(64, 2))
    await ledger.settle()
    (row,) = await stage.usage(answer.id)
    assert (row.num_input_tokens, row.num_output_tokens, row.cost_usd) == (64, 2, Decimal("0.68"))
    assert reported == [
        {"model": "model", "num_input_tokens": 64, "num_output_tokens": 2, "cost_usd": "0.68"}
    ]


async def test_a_call_that_fails_is_paid_for_by_what_it_wrote(stage: Stage) -> None:
    ledger, answer, reported = await ledger_of(stage)
    with pytest.raises(ConnectionError), ledger.call(CHAT, "model", 70) as call:
        call.wrote("The lamp ")
        call.wrote("is lit")
        raise ConnectionError
    await ledger.settle()
    (row,) = await stage.usage(answer.id)
    assert (row.num_input_tokens, row.num_output_tokens) == (70, tokens.estimate("The lamp is lit"))
    assert len(reported) == 1


async def test_what_could_not_be_written_is_written_later_and_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, answer, reported = await ledger_of(stage)

    async def away(*_: object, rows: list[Usage]) -> None:
        raise Unreachable("no database")

    with monkeypatch.context() as patched:
        patched.setattr(usage, "save", away)
        with ledger.call(CHAT, "model", 70) as call:
            call.report(TokenUsage(64, 2))
        await ledger.settle()
        assert (await stage.usage(answer.id), reported) == ([], [])
    await ledger.settle()
    assert (len(await stage.usage(answer.id)), len(reported)) == (1, 1)
