"""Plays an agent with several tools that search: each is asked once, then all that was found is quoted."""

from collections.abc import Sequence

from backend.local.models import answer, passages, rank
from backend.local.models.protocol import ChatRequest, NamedTool, Tool

MAX_QUOTES_PER_TOOL = 2


def is_meant(request: ChatRequest) -> bool:
    """Whether the request leaves a choice between several tools that search."""
    return len(searching(request)) > 1 and not isinstance(request.tool_choice, NamedTool)


def searching(request: ChatRequest) -> list[Tool]:
    return [tool for tool in request.tools if "search" in tool.function.name]


def next_tool(request: ChatRequest, num_results: int) -> Tool | None:
    """The tool whose turn it is, by the number of results that there are; None when it is time to answer."""
    tools = searching(request)
    return None if request.tool_choice == "none" or num_results >= len(tools) else tools[num_results]


def write(question: str, results: Sequence[str]) -> str:
    """The best quotes of every result, so that each source has its say, or that nothing was found."""
    quotes = [
        quote
        for result in results
        for quote in answer.choose(rank.quotes(question, passages.find(result)))[:MAX_QUOTES_PER_TOOL]
    ]
    if not quotes:
        return answer.NOTHING
    return "\n\n".join([answer.OPENING, *(f'"{quote.text}" [{quote.passage_id}]' for quote in quotes)])
