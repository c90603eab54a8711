"""The tools a model may call, what they take, and what they give back."""

import json
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.agents.context import AgentContext
from backend.agents.first_search import Found
from backend.errors import Unavailable
from backend.llm import ToolCall
from db.queries.search import Hit

RAG_SEARCH = "rag_search"
SEARCH_WEB = "search_web"
_MAX_QUERY = 4000
_NO_WEB = "The web cannot be searched at the moment. Say so, and answer without it."


class Search(BaseModel):
    """The arguments of every tool: words only. Where they are looked for is not the model's to say."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    query: str = Field(min_length=1, max_length=_MAX_QUERY)


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: how a model sees it, and what is done with the words that it is given."""

    name: str
    purpose: str
    query: str
    """What the model is told to write as `query`."""
    run: Callable[[AgentContext, str], Coroutine[Any, Any, str]]

    @property
    def description(self) -> dict[str, Any]:
        """The tool as OpenAI's protocol writes it."""
        parameters = {
            "type": "object",
            "properties": {"query": {"type": "string", "description": self.query}},
            "required": ["query"],
            "additionalProperties": False,
        }
        said = {"name": self.name, "description": self.purpose, "parameters": parameters}
        return {"type": "function", "function": said}


class ToolCallInvalid(Unavailable):
    """The model called a tool that does not exist, or with arguments that it does not take."""

    code = "MODEL_ANSWER_INVALID"


def parse(call: ToolCall, offered: Sequence[Tool]) -> tuple[Tool, str]:
    """The tool that a call names and its query; ToolCallInvalid for anything that was not offered."""
    tool = next((tool for tool in offered if tool.name == call.name), None)
    if tool is None:
        raise ToolCallInvalid("The model asked for a tool that does not exist. Ask again.")
    try:
        return tool, Search.model_validate_json(call.arguments).query
    except ValidationError as error:
        raise ToolCallInvalid(
            "The model called its search with arguments that make no sense. Ask again."
        ) from error


def first_call(tool: Tool, task: str) -> ToolCall:
    """A search for the whole task: what agents begin with, and what a model should have asked for."""
    return ToolCall(id="call_0", name=tool.name, arguments=json.dumps({"query": task[:_MAX_QUERY]}))


async def rag_search(context: AgentContext, query: str) -> str:
    """Search the project's documents."""
    return await _searched(context, RAG_SEARCH, query, context.search)


async def search_web(context: AgentContext, query: str) -> str:
    """Search the web; a search that fails is told to the reader and the model, and the answer goes on."""
    assert context.search_web is not None
    try:
        return await _searched(context, SEARCH_WEB, query, context.search_web)
    except Unavailable as error:
        failed = {"tool": SEARCH_WEB, "code": error.code, "message_text": error.message}
        await context.emit.send("ToolFailed", failed)
        return _NO_WEB


async def _searched(
    context: AgentContext, tool: str, query: str, search: Callable[[str], Awaitable[list[Hit]]]
) -> str:
    """Search, number what was found among the answer's passages, and write it for the model."""
    await context.emit.send("ToolStarted", {"tool": tool, "query": query})
    return await _shown(context, tool, await search(query))


async def started(context: AgentContext, query: str) -> None:
    """Tell of a search of the documents whose result `found` will be given."""
    await context.emit.send("ToolStarted", {"tool": RAG_SEARCH, "query": query})


async def found(context: AgentContext, search: Found) -> str:
    """The result of a search of the documents that was made already."""
    return await _shown(context, RAG_SEARCH, search.hits)


async def _shown(context: AgentContext, tool: str, hits: Sequence[Hit]) -> str:
    shown = context.passages.show(hits)
    await context.emit.send("ToolFinished", {"tool": tool, "num_hits": len(hits)})
    return shown


DOCUMENTS = Tool(
    name=RAG_SEARCH,
    purpose="Search the project's documents; returns the passages nearest in meaning, numbered for citing. "
    "Search again with other words if they do not answer the question.",
    query="What to look for, as one self-contained sentence or phrase in the documents' language.",
    run=rag_search,
)
WEB = Tool(
    name=SEARCH_WEB,
    purpose="Search the web; returns parts of pages, numbered for citing, with their addresses and dates. "
    "Search again with other words if they do not answer the question.",
    query="What to look for, as the few words that one would type into a search engine.",
    run=search_web,
)
