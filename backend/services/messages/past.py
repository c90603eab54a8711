"""What was said before in a conversation: the last messages as they are, and a memory of those before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from backend.agents import prompts
from backend.rag import tokens
from db.models import Memory, Message, MessageRole, MessageStatus

MAX_HISTORY = 10
_ANSWERED = (MessageStatus.COMPLETED, MessageStatus.STOPPED)


@dataclass(frozen=True, slots=True)
class Past:
    """A way through a conversation: `recent` goes into the prompt, `older` is what a memory is made of."""

    older: Sequence[Message]
    recent: Sequence[Message]


def of(path: Sequence[Message], *, max_tokens: int) -> Past:
    """The last 10 messages that fit into so many tokens, oldest first, and those before them.

    A question that was refused, or got no answer, must not reach the answering model by the next one.
    """
    answered = {
        row.parent_id for row in path if row.role is MessageRole.ASSISTANT and row.status in _ANSWERED
    }
    kept = [row for row in path if row.content and (row.id in answered or row.parent_id in answered)]
    num_recent = left = 0
    for left, row in enumerate(reversed(kept[-MAX_HISTORY:]), 1):
        max_tokens -= tokens.estimate(row.content)
        if max_tokens < 0:
            break
        num_recent = left
    at = len(kept) - num_recent
    return Past(kept[:at], kept[at:])


def newest_memory(past: Past, memories: Mapping[UUID, Memory]) -> tuple[int, Memory | None]:
    """The memory that holds most of what is older, and how many of the older messages it holds."""
    for place in range(len(past.older), 0, -1):
        memory = memories.get(past.older[place - 1].id)
        if memory is not None:
            return place, memory
    return 0, None


def turns(past: Past, memories: Mapping[UUID, Memory]) -> list[dict[str, Any]]:
    """The past as the models are told of it; what no memory holds yet is left out."""
    _, memory = newest_memory(past, memories)
    said = [{"role": role_of(row), "content": row.content} for row in past.recent]
    if memory is None:
        return said
    return [{"role": "user", "content": prompts.remembered(memory.content)}, *said]


def role_of(row: Message) -> str:
    return "user" if row.role is MessageRole.USER else "assistant"
