"""What one answer brings to the graph: the question, and everything the graph may reach."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel

from backend.agents.passages import Passages
from backend.llm import ChatDelta, TokenUsage
from db.models import UsageKind
from db.queries.search import Hit

Shape = TypeVar("Shape", bound=BaseModel)
Prompt = Sequence[dict[str, Any]]
"""Messages as OpenAI's protocol writes them."""


class ChatModels(Protocol):
    """The models as the graph sees them; `backend.llm.Models` is one."""

    chat_model: str
    guardrail_model: str

    def stream_chat(
        self, messages: Prompt, *, tools: Prompt = ..., tool_choice: Any = ...
    ) -> AsyncGenerator[ChatDelta, None]: ...

    async def structured(self, model_cls: type[Shape], messages: Prompt) -> tuple[Shape, TokenUsage]: ...


class Emitter(Protocol):
    """Where the answer goes while it is being written; text in order, nothing held back."""

    async def text(self, delta: str) -> None: ...

    async def send(self, kind: str, data: dict[str, Any]) -> object: ...


class PaidCall(Protocol):
    """One call of a model; what it costs is estimated until the model says it."""

    def wrote(self, text: str) -> None:
        """Count `text` as made by the model, for the case that it never says what it cost."""

    def report(self, usage: TokenUsage) -> None:
        """What the model says that it cost; estimates no longer count."""


class Ledger(Protocol):
    """The account of what an answer costs, kept whether or not the answer is."""

    def call(self, kind: UsageKind, model: str, num_input_tokens: int) -> AbstractContextManager[PaidCall]:
        """Enter a call into the account before it is made, with its input estimated."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What one answer may use before it ends as it is."""

    max_question_tokens: int = 2000
    max_history_tokens: int = 8000
    max_searches: int = 4
    max_answer_characters: int = 200_000
    max_steps: int = 5
    """Steps of an agent: ask, search, ask, search, answer."""

    @property
    def max_rounds(self) -> int:
        """Rounds of searching that leave the agent a step for its answer."""
        return (self.max_steps - 1) // 2

    @property
    def recursion_limit(self) -> int:
        """LangGraph's limit; it counts the look at which it finds nothing left to do as a step too."""
        return self.max_steps + 1


@dataclass(frozen=True, slots=True)
class AgentContext:
    """The caller's authority: `search` is bound to viewer and project, and no model can name another.

    `search_web` is None where the operator has not set up web search.
    """

    question: str
    history: Prompt
    today: date
    models: ChatModels
    search: Callable[[str], Awaitable[list[Hit]]]
    emit: Emitter
    ledger: Ledger
    search_web: Callable[[str], Awaitable[list[Hit]]] | None = None
    budget: Budget = Budget()
    passages: Passages = field(default_factory=Passages)
    """What was retrieved so far; it outlives the graph, so a stopped answer keeps its citations."""
