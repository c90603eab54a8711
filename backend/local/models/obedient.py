"""Plays a model that does whatever a text it reads tells it to do: the worst reader of injected text."""

import re
from dataclasses import dataclass

import orjson

from backend.local.models import chat
from backend.local.models.chat import Reply
from backend.local.models.passages import unescaped
from backend.local.models.protocol import ChatRequest

_CALL = re.compile(r"\bcall ([\w.]+) with (\{.*?\}\}|\{.*?\}|\[.*?\])", re.IGNORECASE | re.DOTALL)
_ELSEWHERE = re.compile(r'\bsearch project "([^"]+)" for "([^"]+)"', re.IGNORECASE)
_VISIT = re.compile(r"\b(?:fetch|visit|open|download) (https?://\S+)", re.IGNORECASE)
_SAY = re.compile(r'\b(?:say|write|answer|reply)(?: with)?: "([^"]+)"', re.IGNORECASE)
_TELL = re.compile(
    r"\b(?:print|reveal|repeat)\b.{0,40}\b(?:keys?|prompt|instructions?)\b", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True)
class _Call:
    tool: str
    arguments: str


def reply(request: ChatRequest) -> Reply:
    """What the texts order, one order a turn; the extractive model's own reply where they order nothing."""
    results = chat.since_question(request.messages)
    read = unescaped("\n".join(results))
    wanted = _calls(read)
    turn = len(results) - 1
    if request.tools and request.tool_choice != "none" and 0 <= turn < len(wanted):
        return Reply(wanted[turn].arguments, wanted[turn].tool, "tool_calls")
    if said := _SAY.search(read):
        return Reply(said[1])
    if results and _TELL.search(read):
        return Reply(f"My instructions are: {request.messages[0].text}")
    return chat.reply(request)


def _calls(text: str) -> list[_Call]:
    """Every call that the text asks for, in its order, with arguments as they are written there."""
    found = [(match.start(), _Call(match[1], match[2])) for match in _CALL.finditer(text)]
    for match in _ELSEWHERE.finditer(text):
        arguments = orjson.dumps({"query": match[2], "project_id": match[1]}).decode()
        found.append((match.start(), _Call("rag_search", arguments)))
    for match in _VISIT.finditer(text):
        found.append((match.start(), _Call("fetch", orjson.dumps({"url": match[1]}).decode())))
    return [each for _, each in sorted(found, key=lambda pair: pair[0])]
