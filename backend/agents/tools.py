"""The tools a model may call, what they take, and what they give back."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.agents.context import AgentContext
from backend.errors import Unavailable
from backend.llm import ToolCall

RAG_SEARCH = "rag_search"


class RagSearch(BaseModel):
    """The arguments of `rag_search`: words only. Which project is searched is not the model's to say."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    query: str = Field(
        min_length=1,
        max_length=4000,
        description="What to look for, as one self-contained sentence or phrase in the documents' language.",
    )


RAG_SEARCH_TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": RAG_SEARCH,
        "description": "Search the project's documents; returns the passages nearest in meaning, numbered "
        "for citing. Search again with other words if they do not answer the question.",
        "parameters": {
            "type": "object",
            "properties": {
                "query": {"type": "string", "description": RagSearch.model_fields["query"].description}
            },
            "required": ["query"],
            "additionalProperties": False,
        },
    },
}
FORCED: dict[str, Any] = {"type": "function", "function": {"name": RAG_SEARCH}}


class ToolCallInvalid(Unavailable):
    """The model called a tool that does not exist, or with arguments that it does not take."""

    code = "MODEL_ANSWER_INVALID"


def parse(call: ToolCall) -> RagSearch:
    """The arguments of a call of `rag_search`; ToolCallInvalid for anything else."""
    if call.name != RAG_SEARCH:
        raise ToolCallInvalid("The model asked for a tool that does not exist. Ask again.")
    try:
        return RagSearch.model_validate_json(call.arguments)
    except ValidationError as error:
        raise ToolCallInvalid(
            "The model called its search with arguments that make no sense. Ask again."
        ) from error


async def rag_search(context: AgentContext, query: str) -> str:
    """Search, number what was found among the answer's passages, and write it for the model."""
    await context.emit.send("ToolStarted", {"tool": RAG_SEARCH, "query": query})
    hits = await context.search(query)
    shown = context.passages.show(hits)
    await context.emit.send("ToolFinished", {"tool": RAG_SEARCH, "num_hits": len(hits)})
    return shown
