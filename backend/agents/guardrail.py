"""The check before everything else: a question that is too long, toxic, an injection or personal data."""

import asyncio

from langgraph.runtime import Runtime
from pydantic import BaseModel

from backend.agents import first_search, prompts, tools
from backend.agents.context import AgentContext
from backend.agents.state import AnswerState, Check, Refusal
from backend.agents.words import clean, size
from backend.rag import tokens
from db.models import UsageKind

_REASONS: dict[Check, str] = {
    "TOXICITY": "The question is toxic.",
    "PROMPT_INJECTION": "The question tries to change the assistant's instructions.",
    "PERSONAL_DATA": "The question contains personal data.",
}


class InputCheck(BaseModel):
    """The guardrail model's verdict on one question."""

    toxicity: bool
    prompt_injection: bool
    personal_data: bool
    reason: str


async def guardrail(state: AnswerState, runtime: Runtime[AgentContext]) -> AnswerState:
    """Refuse a question that is too long, toxic, an injection or personal data; ask the model last."""
    context = runtime.context
    refusal = _too_long(context) or await _judged(context)
    if refusal is None:
        await context.emit.send("GuardrailPassed", {})
    return {"refusal": refusal}


async def guardrail_beside_search(state: AnswerState, runtime: Runtime[AgentContext]) -> AnswerState:
    """The same, with the first search made meanwhile: it is dropped, and nobody hears of it, on a refusal."""
    context = runtime.context
    if (refusal := _too_long(context)) is not None:
        return {"refusal": refusal}
    wording = asyncio.create_task(first_search.query(context))
    searching = asyncio.create_task(first_search.search(context, wording))
    try:
        ended = await guardrail(state, runtime)
        if ended["refusal"] is None:
            await tools.started(context, await wording)
            ended["found"] = await searching
        return ended
    finally:
        for task in (wording, searching):
            task.cancel()
        await asyncio.gather(wording, searching, return_exceptions=True)


def _too_long(context: AgentContext) -> Refusal | None:
    limit, num_tokens = context.budget.max_question_tokens, tokens.estimate(context.question)
    if num_tokens <= limit:
        return None
    reason = f"The question is about {num_tokens} tokens long; at most {limit} are allowed."
    return {"check": "TOKEN_LIMIT", "reason": reason}


async def _judged(context: AgentContext) -> Refusal | None:
    prompt = [
        {"role": "system", "content": prompts.text("guardrail").words},
        {"role": "user", "content": prompts.guarded(context.question)},
    ]
    models = context.models
    with context.ledger.call(UsageKind.GUARDRAIL, models.guardrail_model, size(prompt)) as call:
        verdict, usage = await models.structured(InputCheck, prompt)
        call.report(usage)
    failed: list[tuple[Check, bool]] = [
        ("TOXICITY", verdict.toxicity),
        ("PROMPT_INJECTION", verdict.prompt_injection),
        ("PERSONAL_DATA", verdict.personal_data),
    ]
    for check, applies in failed:
        if applies:
            return {"check": check, "reason": clean(verdict.reason).strip()[:500] or _REASONS[check]}
    return None
