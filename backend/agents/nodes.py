"""The graph's steps: check the question, ask the model, search; the world is reached by the context only."""

import json
from contextlib import aclosing
from typing import Any

from langgraph.runtime import Runtime
from pydantic import BaseModel

from backend.agents import prompts, tools
from backend.agents.context import AgentContext, Prompt
from backend.agents.state import AgentState, AnswerState, Check, Refusal
from backend.errors import Unavailable
from backend.llm import ToolCall
from backend.rag import tokens
from db.models import UsageKind

_USED_UP = "No search is left. Answer from the passages you have."
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


class AnswerInvalid(Unavailable):
    """The model's answer is none: empty, endless, or not what was asked for."""

    code = "MODEL_ANSWER_INVALID"


async def guardrail(state: AnswerState, runtime: Runtime[AgentContext]) -> AnswerState:
    """Refuse a question that is too long, toxic, an injection or personal data; ask the model last."""
    context = runtime.context
    refusal = _too_long(context) or await _judged(context)
    if refusal is None:
        await context.emit.send("GuardrailPassed", {})
    return {"refusal": refusal}


async def model(state: AgentState, runtime: Runtime[AgentContext]) -> AgentState:
    """Ask the answering model: the first time it must search, the last time it may not."""
    context, num_rounds = runtime.context, state.get("num_rounds", 0)
    if num_rounds == 0:
        _, wanted = await _ask(context, state, tools.FORCED)
        wanted = wanted or [_search_for(context.question)]
        return {"turns": [_turn("", wanted)], "wanted": wanted}
    last = num_rounds >= context.budget.max_rounds
    text, wanted = await _ask(context, state, "none" if last else "auto")
    if wanted and last:
        raise AnswerInvalid("The model went on searching and gave no answer. Ask again.")
    if not wanted and not text.strip():
        raise AnswerInvalid("The model gave an empty answer. Ask again.")
    return {"turns": [_turn(text, wanted)], "wanted": wanted}


async def search(state: AgentState, runtime: Runtime[AgentContext]) -> AgentState:
    """Run the searches that the model asked for, in its order, within the budget."""
    context, num_searches = runtime.context, state.get("num_searches", 0)
    calls = [(call, tools.parse(call)) for call in state["wanted"]]
    turns: list[dict[str, Any]] = []
    for call, arguments in calls:
        left = num_searches < context.budget.max_searches
        result = await tools.rag_search(context, arguments.query) if left else _USED_UP
        num_searches += 1
        turns.append({"role": "tool", "tool_call_id": call.id, "content": result})
    rounds = state.get("num_rounds", 0) + 1
    return {"turns": turns, "wanted": [], "num_searches": num_searches, "num_rounds": rounds}


def _too_long(context: AgentContext) -> Refusal | None:
    limit, num_tokens = context.budget.max_question_tokens, tokens.estimate(context.question)
    if num_tokens <= limit:
        return None
    reason = f"The question is about {num_tokens} tokens long; at most {limit} are allowed."
    return {"check": "TOKEN_LIMIT", "reason": reason}


async def _judged(context: AgentContext) -> Refusal | None:
    prompt = [
        {"role": "system", "content": prompts.GUARDRAIL},
        {"role": "user", "content": prompts.guarded(context.question)},
    ]
    models = context.models
    with context.ledger.call(UsageKind.GUARDRAIL, models.guardrail_model, _size(prompt)) as call:
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


async def _ask(context: AgentContext, state: AgentState, choice: Any) -> tuple[str, list[ToolCall]]:
    """Stream one call; its text goes to the reader at once, except while the model is forced to search."""
    prompt = _prompt(context, state)
    parts: list[str] = []
    wanted: list[ToolCall] = []
    size = 0
    with context.ledger.call(UsageKind.CHAT, context.models.chat_model, _size(prompt)) as call:
        stream = context.models.stream_chat(prompt, tools=[tools.RAG_SEARCH_TOOL], tool_choice=choice)
        async with aclosing(stream) as deltas:
            async for delta in deltas:
                if delta.text and (text := clean(delta.text)):
                    call.wrote(text)
                    parts.append(text)
                    size += len(text)
                    if size > context.budget.max_answer_characters:
                        raise AnswerInvalid("The model's answer did not end. Ask again.")
                    if choice is not tools.FORCED:
                        await context.emit.text(text)
                wanted += delta.tool_calls
                if delta.usage is not None:
                    call.report(delta.usage)
    return "".join(parts), wanted


def _prompt(context: AgentContext, state: AgentState) -> list[dict[str, Any]]:
    return [
        {"role": "system", "content": prompts.rag(context.today)},
        *context.history,
        {"role": "user", "content": context.question},
        *state.get("turns", []),
    ]


def _turn(text: str, wanted: list[ToolCall]) -> dict[str, Any]:
    turn: dict[str, Any] = {"role": "assistant", "content": text or None}
    if wanted:
        turn["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in wanted
        ]
    return turn


def _search_for(question: str) -> ToolCall:
    """What the model should have asked for: some servers ignore a forced tool."""
    return ToolCall(id="call_0", name=tools.RAG_SEARCH, arguments=json.dumps({"query": question[:4000]}))


def _size(prompt: Prompt) -> int:
    return tokens.estimate("\n".join(str(message.get("content") or "") for message in prompt))


def clean(text: str) -> str:
    """`text` without what no database and no UTF-8 holds: NUL and halves of surrogate pairs."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-8", "replace").decode()
