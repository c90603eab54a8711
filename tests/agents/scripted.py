"""Models, ledger and reader that follow a script, for testing the graph without a server."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from backend.agents.context import AgentContext, Budget, Prompt, Shape
from backend.errors import Unavailable
from backend.llm import ChatDelta, TokenUsage, ToolCall
from backend.rag import web_passages
from backend.web import WebResult
from db.models import UsageKind
from db.queries.search import Hit

FINE = {"toxicity": False, "prompt_injection": False, "personal_data": False, "reason": ""}


def hit(number: int, text: str = "The lamp is lit at dusk.", name: str = "handbook.pdf") -> Hit:
    return Hit(
        chunk_id=UUID(int=number),
        document_id=UUID(int=1000),
        document_name=name,
        position=number,
        text=text,
        title_path=[],
        page_first=number,
        page_last=number,
        regions=[],
        score=0.9,
    )


def page(number: int, text: str = "LED lamps need less than 100 watts.") -> WebResult:
    return WebResult(f"https://lamps.example/{number}", f"Lamps {number}", text, date(2026, 3, number), 0.8)


def searching(query: str = "lamp", **changes: str) -> list[ChatDelta]:
    call = {"id": "call_1", "name": "rag_search", "arguments": f'{{"query": "{query}"}}'} | changes
    return [ChatDelta(tool_calls=(ToolCall(**call),)), ChatDelta(usage=TokenUsage(50, 5))]


def saying(*texts: str) -> list[ChatDelta]:
    return [*(ChatDelta(text=text) for text in texts), ChatDelta(usage=TokenUsage(100, 20))]


@dataclass
class ScriptedModels:
    """Answers the n-th call with the n-th script; remembers what it was asked."""

    scripts: list[list[ChatDelta]]
    verdict: dict[str, Any] = field(default_factory=lambda: dict(FINE))
    rewritten: str | Exception = ""
    """What follow-ups are made of; the question itself if empty."""
    chat_model: str = "chat"
    guardrail_model: str = "guardrail"
    asked: list[tuple[list[dict[str, Any]], Any]] = field(default_factory=list)
    offered: list[list[str]] = field(default_factory=list)
    num_judged: int = 0
    num_closed: int = 0

    async def stream_chat(
        self, messages: Prompt, *, tools: Prompt = (), tool_choice: Any = None
    ) -> AsyncGenerator[ChatDelta, None]:
        self.asked.append((list(messages), tool_choice))
        self.offered.append([tool["function"]["name"] for tool in tools])
        try:
            for delta in self.scripts[len(self.asked) - 1]:
                yield delta
        finally:
            self.num_closed += 1

    async def structured(self, model_cls: type[Shape], messages: Prompt) -> tuple[Shape, TokenUsage]:
        if model_cls.__name__ == "Standalone":
            if isinstance(self.rewritten, Exception):
                raise self.rewritten
            return model_cls.model_validate({"standalone_query": self.rewritten}), TokenUsage(40, 4)
        self.num_judged += 1
        return model_cls.model_validate(self.verdict), TokenUsage(30, 3)


@dataclass
class Call:
    kind: UsageKind
    model: str
    num_input_tokens: int
    written: str = ""
    usage: TokenUsage | None = None
    ended: bool = False

    def wrote(self, text: str) -> None:
        self.written += text

    def report(self, usage: TokenUsage) -> None:
        self.usage = usage


@dataclass
class Account:
    calls: list[Call] = field(default_factory=list)

    @contextmanager
    def call(self, kind: UsageKind, model: str, num_input_tokens: int) -> Iterator[Call]:
        call = Call(kind, model, num_input_tokens)
        self.calls.append(call)
        try:
            yield call
        finally:
            call.ended = True


@dataclass
class Reader:
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def text(self, delta: str) -> None:
        self.events.append(("TextAppended", {"text": delta}))

    async def send(self, kind: str, data: dict[str, Any]) -> None:
        self.events.append((kind, data))

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.events]

    @property
    def words(self) -> str:
        return "".join(data["text"] for kind, data in self.events if kind == "TextAppended")


@dataclass
class Play:
    """One answer: its context, and what came of it."""

    models: ScriptedModels
    question: str = "When is the lamp lit?"
    history: list[dict[str, Any]] = field(default_factory=list)
    hits: list[list[Hit]] = field(default_factory=lambda: [[hit(1), hit(2)]])
    budget: Budget = field(default_factory=Budget)
    reader: Reader = field(default_factory=Reader)
    account: Account = field(default_factory=Account)
    searched: list[str] = field(default_factory=list)
    web: list[WebResult] | Unavailable | None = None
    """What the web says; None where it is not to be searched."""
    searched_web: list[str] = field(default_factory=list)

    async def search(self, query: str) -> list[Hit]:
        self.searched.append(query)
        return self.hits[min(len(self.searched), len(self.hits)) - 1]

    async def search_web(self, query: str) -> list[Hit]:
        self.searched_web.append(query)
        if isinstance(self.web, Unavailable):
            raise self.web
        return [*web_passages.of(self.web or [])]

    @property
    def context(self) -> AgentContext:
        return AgentContext(
            question=self.question,
            history=self.history,
            today=date(2026, 11, 23),
            models=self.models,
            search=self.search,
            search_web=None if self.web is None else self.search_web,
            emit=self.reader,
            ledger=self.account,
            budget=self.budget,
        )
