"""What the graphs remember between their steps."""

from operator import add
from typing import Annotated, Any, Literal, TypedDict

from backend.agents.first_search import Found
from backend.llm import ToolCall

Check = Literal["TOKEN_LIMIT", "TOXICITY", "PROMPT_INJECTION", "PERSONAL_DATA"]
"""The input guardrail's checks, in their order."""


class Refusal(TypedDict):
    """Which check refused the question, and why, in a sentence for the person who asked."""

    check: Check
    reason: str


class AnswerState(TypedDict, total=False):
    """The whole graph's state: a refusal, or what was found meanwhile; the text leaves by the context."""

    refusal: Refusal | None
    found: Found


class AgentState(TypedDict, total=False):
    """One agent's state: its task and what was said before, the turns since, the calls it asked for last."""

    task: str
    history: list[dict[str, Any]]
    turns: Annotated[list[dict[str, Any]], add]
    wanted: list[ToolCall]
    num_rounds: int
    num_searches: int
