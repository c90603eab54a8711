"""Chats looked after behind the scenes: a title after the first answer, a memory of what is long past."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic import BaseModel

from backend.agents import prompts
from backend.agents.prompts.blocks import escaped
from backend.errors import AppError
from backend.events.publish import ring
from backend.llm import ModelAnswerInvalid, Models
from backend.rag import tokens
from backend.services import changes
from backend.services.messages import past
from backend.services.messages.ledger import Ledger
from backend.transactions import Transactions
from db.engine import Database, Session
from db.errors import Stale
from db.models import Chat, Memory, Message, UsageKind
from db.queries import messages, tending

log = structlog.get_logger()

LEASE_SECONDS = 120.0
MAX_TRIES = 3
PAUSE_SECONDS = 30.0
MAX_TITLE = 80
_MAX_SHOWN, _MAX_MEMORY, _MAX_TURN = 1500, 4000, 2000
_MAX_PATH = 200


class Title(BaseModel):
    title: str


class Summary(BaseModel):
    memory: str


@dataclass(frozen=True, slots=True)
class Doors:
    transactions: Transactions
    database: Database
    models: Models
    max_history_tokens: int


@dataclass(frozen=True, slots=True)
class _Tended:
    title: str | None
    memory: Memory | None


async def mark_due(transactions: Transactions, answer: Message) -> None:
    """Have the chat of an answer that was just completed looked after, if there is anything to do."""
    try:
        async with transactions.unit_of_work() as session:
            await tending.mark_due(session, answer.chat_id, num_messages=past.MAX_HISTORY)
    except AppError as error:
        log.warning("chat.untended", chat_id=str(answer.chat_id), reason=error.message)


async def run_next(doors: Doors) -> bool:
    """Look after the chat that waits longest; False when none does.

    Written once, under a fence, and paid for as part of the last answer. A model that fails is asked again
    later, twice; then the question itself is the title, and there is no new memory until the next answer.
    """
    async with doors.transactions.unit_of_work() as session:
        chat = await tending.claim(session, lease_seconds=LEASE_SECONDS)
        path = [] if chat is None else await _path(session, chat)
    if chat is None:
        return False
    try:
        tended = await _tend(doors, chat, path)
    except AppError as error:
        log.warning("chat.untended", chat_id=str(chat.id), code=error.code, reason=error.message)
        if chat.num_tend_tries < MAX_TRIES:
            async with doors.transactions.unit_of_work() as session:
                await tending.put_off(session, chat, seconds=PAUSE_SECONDS * chat.num_tend_tries)
            return True
        tended = _Tended(_plain(path[0].content) if path else None, None)
    await _keep(doors.transactions, chat, tended)
    return True


async def _path(session: Session, chat: Chat) -> list[Message]:
    """The conversation as it goes by its preferred messages, its end included."""
    end = await messages.end_of(session, chat.id)
    last = None if end is None else await messages.get(session, end)
    return [] if last is None else [*await messages.history(session, last.id, limit=_MAX_PATH), last]


async def _tend(doors: Doors, chat: Chat, path: Sequence[Message]) -> _Tended:
    told = past.of(path, max_tokens=doors.max_history_tokens)
    said = [*told.older, *told.recent]
    if len(said) < 2:
        return _Tended(None, None)
    ledger = Ledger(doors.database, said[-1], _tell_nobody, doors.models.cost)
    try:
        title = None if chat.is_titled else await _title(doors.models, ledger, said)
        return _Tended(title, await _memory(doors, ledger, told))
    finally:
        await ledger.settle()


async def _title(models: Models, ledger: Ledger, said: Sequence[Message]) -> str:
    question, answer = (escaped(row.content[:_MAX_SHOWN]) for row in said[:2])
    prompt = [
        {"role": "system", "content": prompts.text("title").words},
        {"role": "user", "content": f"<question>\n{question}\n</question>\n<answer>\n{answer}\n</answer>"},
    ]
    with ledger.call(UsageKind.TITLE, models.guardrail_model, _size(prompt)) as call:
        made, usage = await models.structured(Title, prompt)
        call.report(usage)
    title = _plain(made.title)
    if not title:
        raise ModelAnswerInvalid("The model gave an empty title.")
    return title


async def _memory(doors: Doors, ledger: Ledger, told: past.Past) -> Memory | None:
    """A memory of all that is older than the prompt reaches, made of the last one and what came since."""
    if not told.older:
        return None
    async with doors.transactions.unit_of_work() as session:
        known = await tending.memories_of(session, [row.id for row in told.older])
    num_held, memory = past.newest_memory(told, known)
    if num_held == len(told.older):
        return None
    since = [(past.role_of(row), row.content[:_MAX_TURN]) for row in told.older[num_held:]]
    prompt = [
        {"role": "system", "content": prompts.text("memory").words},
        {"role": "user", "content": prompts.summed_up(memory.content if memory else "", since)},
    ]
    models = doors.models
    with ledger.call(UsageKind.SUMMARY, models.summary_model, _size(prompt)) as call:
        made, usage = await models.summarise(Summary, prompt)
        call.report(usage)
    words = made.memory.replace("\0", "").encode("utf-8", "replace").decode().strip()[:_MAX_MEMORY]
    if not words:
        raise ModelAnswerInvalid("The model remembers nothing.")
    return Memory(message_id=told.older[-1].id, content=words, model=models.summary_model)


async def _keep(transactions: Transactions, chat: Chat, tended: _Tended) -> None:
    """Write what was made; an answer that came meanwhile has the chat looked after once more."""
    try:
        async with transactions.unit_of_work() as session:
            row = await tending.fence(session, chat)
            if tended.title is not None and not row.is_titled:
                row.title, row.is_titled = tended.title, True
                ring(session, changes.topic(row.project_id))
            if tended.memory is not None:
                await tending.remember(session, tended.memory)
            if row.tend_at == chat.tend_at:
                row.tend_at = None
            row.tend_leased_until = None
    except Stale:
        log.info("chat.lost", chat_id=str(chat.id), attempt=chat.tend_attempt)


def _plain(words: str) -> str:
    """One line without the marks that models like to put around a title."""
    line = " ".join(words.replace("\0", "").encode("utf-8", "replace").decode().split())
    return line.strip(" \"'“”„«»*#`.")[:MAX_TITLE].strip()


def _size(prompt: Sequence[dict[str, Any]]) -> int:
    return sum(tokens.estimate(str(turn["content"])) for turn in prompt)


async def _tell_nobody(kind: str, data: dict[str, Any]) -> None:
    """The answer has ended: its events are over."""
