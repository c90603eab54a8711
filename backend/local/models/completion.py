"""Spells a reply of the chat model as OpenAI's completion object, or as the chunks of a stream."""

import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from backend.local.models.chat import MODEL, Reply
from backend.local.models.encoder import Encoder
from backend.local.models.protocol import ChatRequest

_PIECE = re.compile(r"\s*\S+|\s+$")
_TOKENS_PER_MESSAGE = 4


def usage(request: ChatRequest, reply: Reply, encoder: Encoder) -> dict[str, int]:
    """Tokens as the embedding model's tokenizer counts them, and four for the frame of each message."""
    texts = "\n".join(message.text for message in request.messages)
    prompt = encoder.count(texts) + _TOKENS_PER_MESSAGE * len(request.messages)
    written = encoder.count(reply.text)
    return {"prompt_tokens": prompt, "completion_tokens": written, "total_tokens": prompt + written}


def pieces(text: str) -> list[str]:
    """The text as it is streamed, word by word with the space before it; joined it is the same again."""
    return _PIECE.findall(text)


@dataclass(frozen=True)
class Completion:
    """One reply on its way to one client."""

    reply: Reply
    usage: dict[str, int]
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    call_id: str = field(default_factory=lambda: f"call_{uuid.uuid4().hex[:24]}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self) -> dict[str, Any]:
        """The body of an answer that is not streamed."""
        message: dict[str, Any] = {"role": "assistant", "content": self.reply.text, "refusal": None}
        if self.reply.tool:
            message |= {"content": None, "tool_calls": [self._call(self.reply.text)]}
        choice = {"index": 0, "message": message, "finish_reason": self.reply.finish_reason, "logprobs": None}
        return {**self._frame("chat.completion"), "choices": [choice], "usage": self.usage}

    def first(self) -> dict[str, Any]:
        """The chunk that says who speaks, and which tool is called."""
        if self.reply.tool:
            return self._chunk({"role": "assistant", "content": None, "tool_calls": [self._call("", 0)]})
        return self._chunk({"role": "assistant", "content": ""})

    def middle(self) -> Iterator[dict[str, Any]]:
        """A chunk for each piece of the text or of the tool's arguments."""
        for piece in pieces(self.reply.text):
            if self.reply.tool:
                yield self._chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})
            else:
                yield self._chunk({"content": piece})

    def last(self, *, with_usage: bool) -> Iterator[dict[str, Any]]:
        """How it ended and, for those who asked, what it cost."""
        yield self._chunk({}, self.reply.finish_reason)
        if with_usage:
            yield {**self._frame("chat.completion.chunk"), "choices": [], "usage": self.usage}

    def _call(self, arguments: str, index: int | None = None) -> dict[str, Any]:
        place = {} if index is None else {"index": index}
        function = {"name": self.reply.tool, "arguments": arguments}
        return {**place, "id": self.call_id, "type": "function", "function": function}

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        return {**self._frame("chat.completion.chunk"), "choices": [choice]}

    def _frame(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": MODEL}
