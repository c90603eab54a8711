"""One agent as a graph: it asks its model, runs the tools that the model wants, and asks again."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from langgraph.errors import GraphRecursionError
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from backend.agents import nodes
from backend.agents.context import AgentContext, Prompt
from backend.agents.nodes import Agent, AnswerInvalid
from backend.agents.state import AgentState
from backend.llm import ToolCall

Loop: TypeAlias = CompiledStateGraph[AgentState, AgentContext, AgentState, AgentState]


@dataclass(frozen=True, slots=True)
class Work:
    """What an agent is to do: its task, what was said before it, and the calls that it begins with, if any.

    Calls that were made for it already come with their `results`.
    """

    task: str
    history: Prompt = ()
    calls: Sequence[ToolCall] = ()
    results: Sequence[str] = ()


def build(agent: Agent) -> Loop:
    """The agent's graph; it holds no state, so that one serves all answers."""
    graph = StateGraph(AgentState, AgentContext)
    graph.add_node("model", partial(nodes.model, agent))
    graph.add_node("tools", partial(nodes.tools, agent))
    graph.add_conditional_edges(START, _begin, ["model", "tools"])
    graph.add_conditional_edges("model", _after_model, ["tools", END])
    graph.add_edge("tools", "model")
    return graph.compile()


async def run(loop: Loop, context: AgentContext, work: Work) -> str:
    """The agent's last words. Raises AnswerInvalid when it comes to no end, and what its tools raise."""
    state: AgentState = {"task": work.task, "history": list(work.history), "turns": []}
    if work.results:
        made = zip(work.calls, work.results, strict=True)
        results = [nodes.result(call, said) for call, said in made]
        state |= {"turns": [nodes.turn("", work.calls), *results]}
        state |= {"num_rounds": 1, "num_searches": len(results)}
    elif work.calls:
        state |= {"turns": [nodes.turn("", work.calls)], "wanted": list(work.calls)}
    limit = context.budget.recursion_limit
    try:
        ended = await loop.ainvoke(state, {"recursion_limit": limit}, context=context)
    except GraphRecursionError as error:
        raise AnswerInvalid("The model went on searching and gave no answer. Ask again.") from error
    return str(ended["turns"][-1]["content"])


def _begin(state: AgentState) -> Any:
    return "tools" if state.get("wanted") else "model"


def _after_model(state: AgentState) -> Any:
    return "tools" if state.get("wanted") else END
