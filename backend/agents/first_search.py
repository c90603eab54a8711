"""The search before the first word: for the question, made to stand alone where it follows others."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

import structlog
from pydantic import BaseModel

from backend.agents import prompts
from backend.agents.context import AgentContext
from backend.agents.words import clean, size
from backend.errors import AppError
from db.models import UsageKind
from db.queries.search import Hit

log = structlog.get_logger()

_MAX_TURNS = 4
_MAX_TURN = 1000
_MAX_QUERY = 4000


class Standalone(BaseModel):
    """A follow-up as somebody would ask it who was not there before."""

    standalone_query: str


@dataclass(frozen=True, slots=True)
class Found:
    """What was searched for, and what was found."""

    query: str
    hits: Sequence[Hit]


async def query(context: AgentContext) -> str:
    """What to search for: the question, as somebody would ask it who was not there before."""
    return (await _standalone(context) if context.history else context.question)[:_MAX_QUERY]


async def search(context: AgentContext, wording: Awaitable[str]) -> Found:
    """Search the documents; tells nobody, since the question may yet be refused."""
    words = await wording
    return Found(words, await context.search(words))


async def _standalone(context: AgentContext) -> str:
    """The question in words that need no conversation; as it was asked when the model fails."""
    before = [(turn["role"], str(turn["content"])[:_MAX_TURN]) for turn in context.history[-_MAX_TURNS:]]
    prompt = [
        {"role": "system", "content": prompts.text("rewrite").words},
        {"role": "user", "content": prompts.followed(before, context.question)},
    ]
    models = context.models
    try:
        with context.ledger.call(UsageKind.REWRITE, models.guardrail_model, size(prompt)) as call:
            rewritten, usage = await models.structured(Standalone, prompt)
            call.report(usage)
    except AppError as error:
        log.warning("question.unrewritten", code=error.code, reason=error.message)
        return context.question
    return clean(rewritten.standalone_query).strip() or context.question
