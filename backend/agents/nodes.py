"""An agent's two steps: ask the model, run its tools; the world is reached by the context only."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from langgraph.runtime import Runtime

from backend.agents import tools as calls
from backend.agents.context import AgentContext
from backend.agents.state import AgentState
from backend.agents.tools import Tool
from backend.agents.words import clean, size
from backend.errors import AppError, Unavailable
from backend.llm import ToolCall
from db.models import UsageKind

_USED_UP = "No search is left. Answer from the passages you have."
_ENDLESS = "The model went on searching and gave no answer. Ask again."


@dataclass(frozen=True, slots=True)
class Agent:
    """What makes one agent: its name in events, what it is told, and its tools."""

    name: str
    prompt: Callable[[AgentContext], str]
    tools: Callable[[AgentContext], Sequence[Tool]]
    is_heard: bool = True
    """Whether the reader hears it; a sub-agent reports to its supervisor alone."""


class AnswerInvalid(Unavailable):
    """The model's answer is none: empty, endless, or not what was asked for."""

    code = "MODEL_ANSWER_INVALID"


async def model(agent: Agent, state: AgentState, runtime: Runtime[AgentContext]) -> AgentState:
    """Ask the model: before any search it must, after the last it may not."""
    context, num_rounds = runtime.context, state.get("num_rounds", 0)
    if num_rounds == 0:
        _, wanted = await _ask(agent, context, state, "required", is_heard=False)
        wanted = wanted or [calls.first_call(agent.tools(context)[0], state["task"])]
        return {"turns": [turn("", wanted)], "wanted": wanted}
    last = num_rounds >= context.budget.max_rounds
    text, wanted = await _ask(agent, context, state, "none" if last else "auto", is_heard=agent.is_heard)
    if wanted and last:
        raise AnswerInvalid(_ENDLESS)
    if not wanted and not text.strip():
        raise AnswerInvalid("The model gave an empty answer. Ask again.")
    return {"turns": [turn(text, wanted)], "wanted": wanted}


async def tools(agent: Agent, state: AgentState, runtime: Runtime[AgentContext]) -> AgentState:
    """Run what the model asked for, side by side, within the budget; results in the order of the calls."""
    context, num_searches = runtime.context, state.get("num_searches", 0)
    offered = agent.tools(context)
    wanted = [(call, *calls.parse(call, offered)) for call in state["wanted"]]
    allowed = wanted[: max(0, context.budget.max_searches - num_searches)]
    running: list[asyncio.Task[str]] = []
    try:
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(tool.run(context, query)) for _, tool, query in allowed]
    except* AppError as failed:
        raise failed.exceptions[0] from None
    results = [task.result() for task in running] + [_USED_UP] * (len(wanted) - len(allowed))
    return {
        "turns": [result(call, said) for (call, *_), said in zip(wanted, results, strict=True)],
        "wanted": [],
        "num_searches": num_searches + len(wanted),
        "num_rounds": state.get("num_rounds", 0) + 1,
    }


def turn(text: str, wanted: Sequence[ToolCall]) -> dict[str, Any]:
    """What the model said, as the protocol writes it."""
    said: dict[str, Any] = {"role": "assistant", "content": text or None}
    if wanted:
        said["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in wanted
        ]
    return said


def result(call: ToolCall, said: str) -> dict[str, Any]:
    """What a tool gave back, as the protocol writes it."""
    return {"role": "tool", "tool_call_id": call.id, "content": said}


async def _ask(
    agent: Agent, context: AgentContext, state: AgentState, choice: Any, *, is_heard: bool
) -> tuple[str, list[ToolCall]]:
    """Stream one call; what is to be heard goes to the reader at once."""
    prompt = _prompt(agent, context, state)
    offered = [tool.description for tool in agent.tools(context)]
    parts: list[str] = []
    wanted: list[ToolCall] = []
    num_characters = 0
    with context.ledger.call(UsageKind.CHAT, context.models.chat_model, size(prompt)) as call:
        stream = context.models.stream_chat(prompt, tools=offered, tool_choice=choice)
        async with aclosing(stream) as deltas:
            async for delta in deltas:
                if delta.text and (text := clean(delta.text)):
                    call.wrote(text)
                    parts.append(text)
                    num_characters += len(text)
                    if num_characters > context.budget.max_answer_characters:
                        raise AnswerInvalid("The model's answer did not end. Ask again.")
                    if is_heard:
                        await context.emit.text(text)
                wanted += delta.tool_calls
                if delta.usage is not None:
                    call.report(delta.usage)
    return "".join(parts), wanted


def _prompt(agent: Agent, context: AgentContext, state: AgentState) -> list[dict[str, Any]]:
    return [
        {"role": "system", "content": agent.prompt(context)},
        *state.get("history", []),
        {"role": "user", "content": state["task"]},
        *state.get("turns", []),
    ]
