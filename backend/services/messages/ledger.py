"""What an answer costs, written as it is spent: a stopped, failed or killed answer is paid for as well."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import structlog

from backend.llm import TokenUsage
from backend.rag import tokens
from db.engine import Database
from db.errors import DatabaseError
from db.models import Message, Usage, UsageKind
from db.queries import usage

log = structlog.get_logger()

Report = Callable[[str, dict[str, Any]], Awaitable[object]]
Price = Callable[[str, int, int], Decimal | None]
"""What a model's tokens, read and written, cost in US dollars."""


@dataclass
class Call:
    """One paid call; its row exists from its first moment, with estimates until the model says more."""

    row: Usage
    is_reported: bool = False
    has_ended: bool = False
    is_written: bool = False
    _parts: list[str] = field(default_factory=list)

    def wrote(self, text: str) -> None:
        self._parts.append(text)

    def report(self, usage: TokenUsage) -> None:
        self.row.num_input_tokens = usage.num_input_tokens
        self.row.num_output_tokens = usage.num_output_tokens
        self.is_reported = True

    def end(self) -> None:
        if not self.is_reported:
            self.row.num_output_tokens = tokens.estimate("".join(self._parts))
        self.has_ended, self.is_written = True, False


class Ledger:
    """The account of one attempt at one answer.

    Calls are written beside the work, never before it goes on; `settle` waits until all are.
    """

    def __init__(self, database: Database, answer: Message, report: Report, price: Price) -> None:
        self._database = database
        self._answer = answer
        self._report = report
        self._price = price
        self._calls: list[Call] = []
        self._writing: asyncio.Task[None] | None = None

    @contextmanager
    def call(self, kind: UsageKind, model: str, num_input_tokens: int) -> Iterator[Call]:
        """Enter a call that is about to be made, with its input estimated."""
        answer = self._answer
        call = Call(
            Usage(
                user_id=answer.created_by,
                project_id=answer.project_id,
                message_id=answer.id,
                attempt=answer.attempt,
                kind=kind,
                model=model,
                num_input_tokens=num_input_tokens,
            )
        )
        self._calls.append(call)
        self._write_soon()
        try:
            yield call
        finally:
            call.end()
            row = call.row
            row.cost_usd = self._price(row.model, row.num_input_tokens, row.num_output_tokens)
            self._write_soon()

    async def settle(self) -> None:
        """Write and report what is not yet; call it when no call is open any more."""
        self._write_soon()
        if self._writing is not None:
            await self._writing

    def _write_soon(self) -> None:
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        """Runs until nothing is unwritten; what cannot be written now is tried again at the next call."""
        while due := [call for call in self._calls if not call.is_written]:
            for call in due:
                call.is_written = True
            try:
                await usage.save(self._database, rows=[call.row for call in due])
            except DatabaseError as error:
                for call in due:
                    call.is_written = False
                log.warning("usage.unwritten", num_calls=len(due), reason=str(error))
                return
            for call in due:
                if call.has_ended and call.is_written:
                    await self._say(call.row)

    async def _say(self, row: Usage) -> None:
        spent = {
            "model": row.model,
            "num_input_tokens": row.num_input_tokens,
            "num_output_tokens": row.num_output_tokens,
            "cost_usd": None if row.cost_usd is None else str(row.cost_usd),
        }
        await self._report("UsageReported", spent)
