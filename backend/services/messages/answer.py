"""Writing answers: claim a row, hold it, run the graph, and bring it to an end whatever happens."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import structlog
from structlog.contextvars import bound_contextvars

from backend import events, tracing
from backend.agents import graph, support
from backend.agents.context import Budget
from backend.agents.passages import Passages
from backend.errors import AppError
from backend.events import EventWriter, Hub, Publisher
from backend.llm import Models
from backend.services import work as leases
from backend.services.messages import checkpoint, compose, finish, hear, tell, tending
from backend.services.messages.finish import COMPLETED, STOPPED, Draft, Outcome
from backend.services.messages.ledger import Ledger
from backend.services.messages.searches import Searches
from backend.services.work import Lease
from backend.tracing import Side, Silent
from backend.transactions import Transactions
from backend.web import WebSearch
from db.engine import Database, Session
from db.models import AgentType, Message, MessageStatus
from db.queries import projects, work

log = structlog.get_logger()


@dataclass(frozen=True)
class Limits:
    """How answers are held, what one may use, and the seconds for an attempt and between checkpoints."""

    work: leases.Limits = field(default_factory=leases.Limits)
    budget: Budget = field(default_factory=Budget)
    total_seconds: float = 300.0
    checkpoint_seconds: float = 1.0
    checks_support: bool = False
    """Whether the guardrail model reads what an answer paraphrases before it ends."""


@dataclass(frozen=True)
class _Run:
    """A claimed answer; `message` is the row as it was claimed."""

    transactions: Transactions
    database: Database
    models: Models
    limits: Limits
    message: Message
    agent: AgentType
    writer: EventWriter
    ledger: Ledger
    web_search: WebSearch | None
    passages: Passages = field(default_factory=Passages)
    searches: Searches = field(default_factory=Searches)

    @property
    def draft(self) -> Draft:
        model = self.models.chat_model
        runs = self.searches.rows(self.message, agent=self.agent, model=model)
        return Draft(self.message, self.writer.content, self.passages.hits, model, runs)


async def run_next(
    *,
    transactions: Transactions,
    database: Database,
    models: Models,
    publisher: Publisher,
    hub: Hub,
    limits: Limits,
    web_search: WebSearch | None = None,
) -> bool:
    """Write the fairest waiting answer; False when there is none.

    The answer ends COMPLETED, REFUSED, STOPPED or FAILED, or belongs to another attempt by then. While the
    database does not answer nothing can be written: Unavailable is raised and the lease runs out.
    Cancelling closes the model's socket and hands the answer back. What was spent is written in any case.
    """
    claimed = await _claim(transactions, publisher, limits.work)
    if claimed is None:
        return False
    message, agent, writer = claimed
    ledger = Ledger(database, message, writer.send, models.cost)
    run = _Run(transactions, database, models, limits, message, agent, writer, ledger, web_search)
    with _told(message) as span:
        log.info("message.claimed", num_tries=message.num_tries)
        try:
            outcome = await _hold(run, hub)
        finally:
            await writer.close()
            await ledger.settle()
        if outcome is None:
            span.fail("LEASE_LOST")
        else:
            span.say({"opentrace.outcome": outcome.status.value})
            await finish.finish(transactions, writer, run.draft, outcome)
            if outcome.status is MessageStatus.COMPLETED:
                await tending.mark_due(transactions, message)
    return True


@contextmanager
def _told(message: Message) -> Iterator[Silent]:
    """Every log line names the answer and its attempt; its trace is that of the request that asked for it."""
    ids = {"message_id": str(message.id), "attempt": message.attempt}
    told = {f"opentrace.{name}": str(value) for name, value in ids.items()}
    with (
        bound_contextvars(**ids),
        tracing.span("message.answer", told, side=Side.FETCHING, parent=message.traceparent) as span,
    ):
        yield span


async def _claim(
    transactions: Transactions, publisher: Publisher, limits: leases.Limits
) -> tuple[Message, AgentType, EventWriter] | None:
    """The row, and its attempt's writer; event 0 is announced with the claim, so the row contains it."""
    async with transactions.unit_of_work() as session:
        message = await work.claim_message(
            session,
            lease_seconds=limits.lease_seconds,
            per_user=limits.per_user,
            max_tries=limits.max_tries,
        )
        if message is None:
            return None
        agent = await _agent_of(session, message)
        writer = EventWriter(tell.topic(message.id), message.attempt, publisher)
        if message.attempt == 1:
            events.announce(session, writer.make("AgentStarted", {"agent": graph.NAMES[agent]}))
        else:
            events.announce(session, writer.make("AnswerRestarted", {}))
        return message, agent, writer


async def _agent_of(session: Session, message: Message) -> AgentType:
    """How its project answers; the settings may be gone with their project, and then nothing is answered."""
    settings = (await projects.settings_of(session, [message.project_id])).get(message.project_id)
    return AgentType.SIMPLE if settings is None else settings.agent_type


async def _hold(run: _Run, hub: Hub) -> Outcome | None:
    """Write while the lease is ours; None when it was lost and the row is no longer ours to finish."""
    limits, message = run.limits.work, run.message
    if message.stop_requested_at is not None:
        # The claim left what an earlier attempt had written; followers were just told to forget it.
        await run.writer.text(message.content)
        return STOPPED
    outcome: Outcome | None = None
    async with leases.hold(
        run.transactions,
        Message,
        message.id,
        message.attempt,
        lease_seconds=limits.lease_seconds,
        renew_seconds=limits.renew_seconds,
    ) as lease:
        with hear.listening(hub, lease):
            outcome = await _write_beside_checkpoints(run, lease)
    if lease.lost:
        return None
    return STOPPED if outcome is None else outcome


async def _write_beside_checkpoints(run: _Run, lease: Lease) -> Outcome:
    keeping = asyncio.create_task(
        checkpoint.keep(run.transactions, run.writer, lease, run.limits.checkpoint_seconds)
    )
    try:
        return await _write(run)
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])


async def _write(run: _Run) -> Outcome:
    """Run the graph to an end of its own, or to that of its time."""
    seconds = run.limits.total_seconds
    try:
        async with asyncio.timeout(seconds) as limit:
            if run.message.attempt > 1:
                await run.writer.send("AgentStarted", {"agent": graph.NAMES[run.agent]})
            async with run.transactions.unit_of_work() as session:
                max_tokens = run.limits.budget.max_history_tokens
                material = await compose.gather(session, run.message, run.models, max_tokens=max_tokens)
            means = compose.Means(
                run.database, run.models, run.limits.budget, run.passages, run.searches, run.web_search
            )
            context = compose.context_of(material, means, run.writer, run.ledger)
            refusal = await graph.answer(context, run.agent)
    except AppError as error:
        log.warning("message.failed", code=error.code, reason=error.message)
        return Outcome(MessageStatus.FAILED, error.code, error.message)
    except Exception as error:
        if isinstance(error, TimeoutError) and limit.expired():
            reason = f"The answer was not written within {seconds:g} seconds. Ask again."
            return Outcome(MessageStatus.FAILED, "ANSWER_TIMED_OUT", reason)
        log.exception("message.stumbled")
        return Outcome(MessageStatus.FAILED, "INTERNAL", "Something went wrong on our side. Ask again.")
    if refusal is not None:
        return Outcome(MessageStatus.REFUSED, refusal["check"], refusal["reason"])
    if not run.limits.checks_support:
        return COMPLETED
    # Outside the answer's own time: it is written, and a slow check must not make it fail.
    await run.writer.flush()
    return replace(COMPLETED, doubted=await support.doubted(context, run.writer.content))
