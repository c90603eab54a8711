"""The answer as a graph: START, input guardrail, agent, END; the agent is a graph of its own."""

from functools import cache
from typing import Any, cast

from langgraph.errors import GraphRecursionError
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from backend.agents import nodes
from backend.agents.context import AgentContext
from backend.agents.state import AgentState, AnswerState, Refusal

Answering = CompiledStateGraph[AnswerState, AgentContext, AnswerState, AnswerState]
SIMPLE = "simple"
"""The agent's name in events: one tool, `rag_search`, always called before answering."""


async def answer(context: AgentContext) -> Refusal | None:
    """Answer `context.question`: text and steps leave by `context.emit`; a refusal is returned.

    A refused question never reaches the answering model. Raises Unavailable (MODEL_ANSWER_INVALID and what
    the model's door raises); cancelling it closes the model's socket.
    """
    try:
        state = await build_graph().ainvoke(
            {}, {"recursion_limit": context.budget.recursion_limit}, context=context
        )
    except GraphRecursionError as error:
        raise nodes.AnswerInvalid("The model went on searching and gave no answer. Ask again.") from error
    return cast(AnswerState, state).get("refusal")


@cache
def build_graph() -> Answering:
    """The whole graph, built once per process and without a checkpointer: rows are the memory."""
    agent = _simple_agent()

    async def simple(state: AnswerState, runtime: Runtime[AgentContext]) -> AnswerState:
        limit = runtime.context.budget.recursion_limit
        await agent.ainvoke({"turns": []}, {"recursion_limit": limit}, context=runtime.context)
        return {"refusal": None}

    graph = StateGraph(AnswerState, AgentContext)
    graph.add_node("guardrail", nodes.guardrail)
    graph.add_node("agent", simple)
    graph.add_edge(START, "guardrail")
    graph.add_conditional_edges("guardrail", _after_guardrail, ["agent", END])
    graph.add_edge("agent", END)
    return graph.compile()


def _simple_agent() -> CompiledStateGraph[AgentState, AgentContext, AgentState, AgentState]:
    graph = StateGraph(AgentState, AgentContext)
    graph.add_node("model", nodes.model)
    graph.add_node("search", nodes.search)
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", _after_model, ["search", END])
    graph.add_edge("search", "model")
    return graph.compile()


def _after_guardrail(state: AnswerState) -> Any:
    return END if state.get("refusal") else "agent"


def _after_model(state: AgentState) -> Any:
    return "search" if state.get("wanted") else END
