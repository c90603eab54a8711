"""The check after an answer: whether passages say what it says in other words, as a model reads them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from pydantic import BaseModel

from backend.agents import prompts
from backend.agents.context import AgentContext
from backend.agents.words import size
from backend.errors import AppError
from backend.rag import cite, claims
from backend.rag.cite import Cited
from backend.rag.claims import Span
from backend.rag.support import HOLDING
from db.models import CitationStatus, UsageKind

log = structlog.get_logger()

SECONDS = 20.0
_MOST_CLAIMS = 50


class Support(BaseModel):
    """What the guardrail model fills in: the ids of claims that their passages do not support."""

    unsupported_claims: list[int]


@dataclass
class _Sentence:
    """One sentence and the passages that it cites; `is_held` when one holds it word for word."""

    span: Span
    numbers: set[int] = field(default_factory=set)
    is_held: bool = False


async def doubted(context: AgentContext, text: str, *, seconds: float = SECONDS) -> list[Span]:
    """The sentences of an answer that the guardrail model finds unsupported by the passages they cite.

    Only those are read that the comparison of words leaves open: paraphrases. When the model fails or takes
    too long none is doubted, and the answer stands as it was checked.
    """
    open_ = _open(text, cite.check(text, context.passages.hits).citations)[:_MOST_CLAIMS]
    if not open_:
        return []
    cited = {number for sentence in open_ for number in sentence.numbers}
    said = [(sorted(each.numbers), text[slice(*each.span)]) for each in open_]
    prompt = [
        {"role": "system", "content": prompts.text("support").words},
        {"role": "user", "content": prompts.claimed(said, context.passages.again(cited))},
    ]
    models = context.models
    try:
        with context.ledger.call(UsageKind.GUARDRAIL, models.guardrail_model, size(prompt)) as call:
            async with asyncio.timeout(seconds):
                verdict, usage = await models.structured(Support, prompt)
            call.report(usage)
    except (AppError, TimeoutError) as error:
        log.warning("answer.unchecked", reason=str(error) or "timeout")
        return []
    return [open_[id - 1].span for id in sorted(set(verdict.unsupported_claims)) if 1 <= id <= len(open_)]


def _open(text: str, citations: Sequence[Cited]) -> list[_Sentence]:
    """The sentences that cite without quoting, unless a passage holds them word for word."""
    found = [_Sentence(span) for span in claims.sentences(text)]
    for sentence in found:
        start, end = sentence.span
        for cited in citations:
            if start < cited.claim[1] <= end:
                sentence.is_held = sentence.is_held or cited.located.status in HOLDING
                if cited.located.status is CitationStatus.UNCHECKED:
                    sentence.numbers.add(cited.marker)
    return [sentence for sentence in found if sentence.numbers and not sentence.is_held]
