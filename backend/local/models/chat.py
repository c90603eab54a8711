"""Decides what the extractive chat model says: a tool call, a filled schema, or quoted sentences."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from backend.local.models import (
    answer,
    memory,
    misquote,
    passages,
    relevance,
    sentences,
    standalone,
    structured,
    summary,
    supervisor,
    support,
)
from backend.local.models.misquote import Misquote
from backend.local.models.protocol import ChatRequest, Message, NamedTool, Tool
from backend.local.models.refusals import Refusal
from backend.local.models.structured import Subject

MODEL = "local-extractive"
NO_PASSAGES = "This is the local model: it only quotes passages it is given, and it was given none."
_LEAD_OPENING = "The local model quotes the beginning:"
_LEAD_SENTENCES = 3
_LONG_PROMPT = 400
"""Characters from which on a prompt without passages is taken as a text to sum up, not a question."""
_MARKED_QUESTION = re.compile(r"<(question|message|input|query|user_message)>\s*(.*?)\s*</\1>", re.DOTALL)


@dataclass(frozen=True)
class Reply:
    """What the model says: `text`, or, when `tool` is set, that tool's arguments as JSON."""

    text: str
    tool: str | None = None
    finish_reason: str = "stop"


def reply(request: ChatRequest) -> Reply:
    """The whole reply; the same request always gets the same one.

    A tool is called only while no result of one follows the user's last message.
    """
    if summary.is_asked(request):
        return Reply(json.dumps(summary.write(request), ensure_ascii=False))
    asked = question(request.messages)
    if relevance.is_asked(request):
        return Reply(json.dumps(relevance.write(asked, request.messages[-1].text)))
    if support.is_asked(request):
        return Reply(json.dumps(support.write(request.messages[-1].text)))
    results = since_question(request.messages)
    if memory.is_meant(request):
        return Reply(memory.write(request))
    if standalone.is_meant(request):
        return Reply(standalone.write(request, asked))
    if supervisor.is_meant(request):
        tool = supervisor.next_tool(request, len(results))
        return call(tool, asked) if tool else Reply(supervisor.write(asked, results))
    if request.tools and request.tool_choice != "none" and not results:
        # OpenAI says "stop" when the caller itself has named the function.
        reason = "stop" if isinstance(request.tool_choice, NamedTool) else "tool_calls"
        return call(chosen(request), asked, reason)
    subject = Subject(asked, said(request, asked, results), request.messages[0].text)
    wanted = request.response_format
    if wanted is None or wanted.type == "text":
        return Reply(subject.answer)
    schema = wanted.json_schema.body if wanted.json_schema else {"type": "object"}
    return Reply(json.dumps(structured.fill(schema, subject), ensure_ascii=False))


def misquoted(reply: Reply, request: ChatRequest, kind: Misquote) -> Reply:
    """The reply with its quotes made wrong, as ordered; only an answer in words has any."""
    if kind is Misquote.NONE or reply.tool or request.response_format:
        return reply
    texts = since_question(request.messages) or [message.text for message in request.messages]
    found = [passage for text in texts for passage in passages.find(text)]
    return replace(reply, text=misquote.spoil(reply.text, kind, found))


def question(messages: Sequence[Message]) -> str:
    """The user's last words: what is marked as a question in them, else all but the passages."""
    last = next((message.text for message in reversed(messages) if message.role == "user"), "")
    marked = _MARKED_QUESTION.search(last)
    return marked[2] if marked else passages.without(last)


def since_question(messages: Sequence[Message]) -> list[str]:
    """The results of tools since the user's last message."""
    roles = [message.role for message in messages]
    last = len(roles) - roles[::-1].index("user") if "user" in roles else 0
    return [message.text for message in messages[last:] if message.role == "tool"]


def said(request: ChatRequest, asked: str, results: Sequence[str]) -> str:
    """The answer in words, from the tools' results or else from passages anywhere in the prompt."""
    texts = results or [message.text for message in request.messages]
    found = [passage for text in texts for passage in passages.find(text)]
    if found or results:
        return answer.write(asked, found)
    if len(asked) < _LONG_PROMPT:
        return NO_PASSAGES
    first = list(sentences.of(asked))[:_LEAD_SENTENCES]
    return f"{_LEAD_OPENING} {' '.join(first)}"


def call(tool: Tool, asked: str, reason: str = "tool_calls") -> Reply:
    """A call of the tool for what was asked."""
    arguments: dict[str, Any] = structured.fill(tool.function.parameters, Subject(asked, asked)) or {}
    return Reply(json.dumps(arguments, ensure_ascii=False), tool.function.name, reason)


def chosen(request: ChatRequest) -> Tool:
    """The tool that was named, else the first one that searches, else the first one.

    Raises Refusal for a name that is not among the tools.
    """
    if not isinstance(request.tool_choice, NamedTool):
        return next((tool for tool in request.tools if "search" in tool.function.name), request.tools[0])
    name = request.tool_choice.function.name
    for tool in request.tools:
        if tool.function.name == name:
            return tool
    raise Refusal(f"Tool choice '{name}' is not among the tools.", param="tool_choice")
