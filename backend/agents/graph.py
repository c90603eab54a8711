"""The answer as a graph: START, input guardrail, agent, END; the agent is a graph of its own."""

from functools import cache
from typing import Any, cast

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from backend.agents import agent, prompts, supervisor
from backend.agents.agent import Loop, Work
from backend.agents.context import AgentContext
from backend.agents.guardrail import guardrail, guardrail_beside_search
from backend.agents.nodes import Agent
from backend.agents.state import AnswerState, Refusal
from backend.agents.tools import DOCUMENTS, first_call, found
from db.models import AgentType

Answering = CompiledStateGraph[AnswerState, AgentContext, AnswerState, AnswerState]

NAMES = {AgentType.SIMPLE: "simple", AgentType.AGENTIC: supervisor.SUPERVISOR}
"""The agents' names in events."""


_PROMPTS = {
    AgentType.SIMPLE: ("guardrail", "rewrite", "rag"),
    AgentType.AGENTIC: ("guardrail", "supervisor", "rag", "web"),
}


def prompts_of(kind: AgentType) -> list[prompts.Text]:
    """What the models of an answer may be told."""
    return [prompts.text(name) for name in _PROMPTS[kind]]


async def answer(context: AgentContext, kind: AgentType) -> Refusal | None:
    """Answer `context.question`: text and steps leave by `context.emit`; a refusal is returned.

    A refused question never reaches the answering model. Raises Unavailable (MODEL_ANSWER_INVALID and what
    the model's door raises); cancelling it closes the model's socket, a sub-agent's too.
    """
    limit = context.budget.recursion_limit
    state = await build_graph(kind).ainvoke({}, {"recursion_limit": limit}, context=context)
    return cast(AnswerState, state).get("refusal")


@cache
def build_graph(kind: AgentType) -> Answering:
    """The whole graph, built once per process and without a checkpointer: rows are the memory."""
    is_simple = kind is AgentType.SIMPLE
    loop = _simple() if is_simple else supervisor.build()

    async def answering(state: AnswerState, runtime: Runtime[AgentContext]) -> AnswerState:
        await agent.run(loop, runtime.context, await _work(state, runtime.context))
        return {"refusal": None}

    graph = StateGraph(AnswerState, AgentContext)
    graph.add_node("guardrail", guardrail_beside_search if is_simple else guardrail)
    graph.add_node("agent", answering)
    graph.add_edge(START, "guardrail")
    graph.add_conditional_edges("guardrail", _after_guardrail, ["agent", END])
    graph.add_edge("agent", END)
    return graph.compile()


def _simple() -> Loop:
    """One tool, `rag_search`, always called before answering."""
    return agent.build(
        Agent(
            name=NAMES[AgentType.SIMPLE],
            prompt=lambda context: prompts.told("rag", context.today),
            tools=lambda _: [DOCUMENTS],
        )
    )


async def _work(state: AnswerState, context: AgentContext) -> Work:
    """The question; where it was searched for already, with what was found."""
    if "found" not in state:
        return Work(context.question, context.history)
    call, result = first_call(DOCUMENTS, state["found"].query), await found(context, state["found"])
    return Work(context.question, context.history, [call], [result])


def _after_guardrail(state: AnswerState) -> Any:
    return END if state.get("refusal") else "agent"
