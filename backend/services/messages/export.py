"""A chat written down: the conversation as it goes by its preferred messages, with its sources."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from backend.auth import Viewer
from backend.services import chats
from db.engine import Session
from db.models import Chat, Citation, Message, MessageRole
from db.queries import citations, messages

MAX_MESSAGES = 5000
_ENTRY = (
    "role",
    "content",
    "status",
    "model",
    "created_at",
    "finished_at",
    "failure_code",
    "failure_message",
)
_SOURCE = ("marker", "document_name", "url", "page", "quote", "status")


@dataclass(frozen=True, slots=True)
class File:
    name: str
    content_type: str
    content: str


@dataclass(frozen=True, slots=True)
class _Conversation:
    chat: Chat
    messages: Sequence[Message]
    sources: dict[UUID, list[Citation]]


async def markdown(session: Session, *, viewer: Viewer, chat_id: UUID) -> File:
    """The chat to be read. Raises NotFound for anybody else's."""
    read = await _read(session, viewer, chat_id)
    parts = [f"# {_line(read.chat.title)}", *(_written(row, read.sources[row.id]) for row in read.messages)]
    return File(_name(read.chat, "md"), "text/markdown", "\n\n".join(parts) + "\n")


async def json(session: Session, *, viewer: Viewer, chat_id: UUID) -> File:
    """The chat for programs. Raises NotFound for anybody else's."""
    read = await _read(session, viewer, chat_id)
    whole = {
        "title": read.chat.title,
        "created_at": read.chat.created_at,
        "messages": [_told(row, read.sources[row.id]) for row in read.messages],
    }
    content = orjson.dumps(whole, option=orjson.OPT_INDENT_2).decode()
    return File(_name(read.chat, "json"), "application/json", content)


async def _read(session: Session, viewer: Viewer, chat_id: UUID) -> _Conversation:
    chat = await chats.get(session, viewer=viewer, chat_id=chat_id)
    end = await messages.end_of(session, chat_id)
    last = None if end is None else await messages.get(session, end)
    if last is None:
        return _Conversation(chat, [], {})
    path = [*await messages.history(session, last.id, limit=MAX_MESSAGES), last]
    return _Conversation(chat, path, await citations.of_messages(session, [row.id for row in path]))


def _written(row: Message, sources: Sequence[Citation]) -> str:
    who = "Question" if row.role is MessageRole.USER else "Answer"
    head = f"## {who}, {row.created_at:%Y-%m-%d %H:%M} UTC"
    words = row.content or f"*{row.failure_message or row.status.capitalize()}*"
    return "\n\n".join([head, words, *_sources(sources)])


def _sources(sources: Sequence[Citation]) -> list[str]:
    """One paragraph with a line for each source, or nothing."""
    lines = [
        f"* [{each.marker}] {_line(each.document_name)}{_place(each)}"
        + (f" ({each.status.lower().replace('_', ' ')}): “{_line(each.quote)}”" if each.quote else "")
        for each in sources
    ]
    return ["\n".join(["Sources:", "", *lines])] if lines else []


def _place(citation: Citation) -> str:
    if citation.url is not None:
        return f", <{citation.url}>"
    return "" if citation.page is None else f", page {citation.page}"


def _told(row: Message, sources: Sequence[Citation]) -> dict[str, Any]:
    return {
        **row.model_dump(include=set(_ENTRY)),
        "citations": [each.model_dump(include=set(_SOURCE)) for each in sources],
    }


def _name(chat: Chat, ending: str) -> str:
    """A name that every file system takes."""
    words = re.sub(r"[^\w-]+", "-", chat.title).strip("-")[:80] or "chat"
    return f"{words}.{ending}"


def _line(text: str) -> str:
    return " ".join(text.split())
