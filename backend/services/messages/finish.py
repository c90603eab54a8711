"""How answers end: text, citations, status and cursor in one fenced transaction, then the last event."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from backend import events
from backend.errors import Unavailable
from backend.events import EventWriter
from backend.rag import cite
from backend.rag.cite import Checked
from backend.rag.claims import Span
from backend.services.messages import cited, tell
from backend.transactions import Transactions
from db.engine import Session
from db.errors import Stale
from db.models import Citation, Message, MessageStatus, RetrievalRun
from db.models.base import utc_now
from db.queries import citations as citation_rows
from db.queries import retrieval_runs, work
from db.queries.search import Hit

log = structlog.get_logger()

_PAUSES = (0.2, 0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an answer came to its end; `code` and `reason` say why, unless it is simply complete."""

    status: MessageStatus
    code: str | None = None
    reason: str | None = None
    doubted: Sequence[Span] = ()
    """Sentences that a model found to have no support in the passages they cite."""


COMPLETED = Outcome(MessageStatus.COMPLETED)
STOPPED = Outcome(MessageStatus.STOPPED)
GIVEN_UP = Outcome(
    MessageStatus.FAILED,
    "GAVE_UP",
    "This answer stopped its worker several times and was given up. Ask again.",
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What there is of an answer when its work ends."""

    message: Message
    content: str
    hits: Sequence[Hit]
    model: str
    runs: Sequence[RetrievalRun] = ()


async def finish(transactions: Transactions, writer: EventWriter, draft: Draft, outcome: Outcome) -> None:
    """Store the end of an answer and announce it; a row that has changed hands is left alone.

    Its text is exactly that of the events since the last restart. When the database does not answer for
    some seconds, the lease runs out and another worker starts again: then Unavailable is raised.
    """
    checked = cite.check(draft.content, draft.hits)
    rows = cited.rows(draft.message.id, checked.citations)
    for row in rows:
        kind = "CitationAdded" if row.url is None else "WebCitationAdded"
        await writer.send(kind, {"citation": row.model_dump(mode="json")})
    seq = writer.seq + 1
    for pause in (*_PAUSES, None):
        try:
            async with transactions.unit_of_work() as session:
                await _end(session, _Ending(draft, outcome, checked, rows, seq))
        except Stale:
            log.info("message.lost", message_id=str(draft.message.id), attempt=draft.message.attempt)
            return
        except Unavailable:
            if pause is None:
                raise
            await asyncio.sleep(pause)
        else:
            log.info("message.ended", message_id=str(draft.message.id), status=str(outcome.status))
            return


async def give_up(session: Session, row: Message) -> None:
    """End an answer, held by the caller, that every worker that took it died on."""
    row.attempt += 1
    await _close(session, row, STOPPED if row.stop_requested_at is not None else GIVEN_UP, seq=0)


@dataclass(frozen=True, slots=True)
class _Ending:
    draft: Draft
    outcome: Outcome
    checked: Checked
    citations: list[Citation]
    seq: int


async def _end(session: Session, ending: _Ending) -> None:
    draft, checked = ending.draft, ending.checked
    row = await work.fence(session, Message, draft.message.id, draft.message.attempt)
    row.content = draft.content
    row.model = draft.model
    row.unsupported = [list(span) for span in sorted({*checked.unsupported, *ending.outcome.doubted})]
    row.verification_rate = checked.verification_rate
    runs = [RetrievalRun.model_validate(each.model_dump()) for each in draft.runs]
    await retrieval_runs.replace(session, message_id=row.id, runs=runs)
    await citation_rows.replace(
        session,
        message_id=row.id,
        citations=[Citation.model_validate(each.model_dump()) for each in ending.citations],
    )
    await _close(session, row, ending.outcome, ending.seq, ending.citations)


async def _close(
    session: Session, row: Message, outcome: Outcome, seq: int, citations: Sequence[Citation] = ()
) -> None:
    row.status = outcome.status
    row.failure_code = outcome.code
    row.failure_message = outcome.reason
    row.event_seq = seq
    row.leased_until = None
    row.finished_at = row.updated_at = utc_now()
    await session.flush()
    ending = tell.ending(row, citations)
    assert ending is not None
    events.announce(session, ending)
