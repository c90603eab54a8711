"""What models give back, in our words."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from openai.types.chat import ChatCompletionChunk
from openai.types.completion_usage import CompletionUsage

from backend.errors import Unavailable


class ModelAnswerInvalid(Unavailable):
    """The model answered with something that is not what was asked for; another try may be better."""

    code = "MODEL_ANSWER_INVALID"


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Tokens as the provider counted them."""

    num_input_tokens: int = 0
    num_output_tokens: int = 0

    @classmethod
    def of(cls, usage: CompletionUsage | None) -> "TokenUsage":
        return cls(usage.prompt_tokens, usage.completion_tokens) if usage else cls()


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool the model wants called; `arguments` is JSON as the model wrote it, valid or not."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ChatDelta:
    """A piece of a streamed answer: text, or at the end all tool calls and the usage."""

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    usage: TokenUsage | None = None


@dataclass(frozen=True, slots=True)
class Embedded:
    """Vectors of shape [texts, dimensions], in the order of the texts."""

    vectors: NDArray[np.float32]
    num_tokens: int


@dataclass
class Assembly:
    """Puts a stream of chunks together: text passes through, fragments of tool calls wait for their end."""

    _fragments: dict[int, list[str]] = field(default_factory=dict)
    _usage: TokenUsage | None = None

    def add(self, chunk: ChatCompletionChunk) -> str:
        """The text of this chunk; its other parts are kept."""
        if chunk.usage is not None:
            self._usage = TokenUsage.of(chunk.usage)
        if not chunk.choices:
            return ""
        delta = chunk.choices[0].delta
        for part in delta.tool_calls or ():
            call = self._fragments.setdefault(part.index, ["", "", ""])
            call[0] = part.id or call[0]
            if part.function is not None:
                call[1] += part.function.name or ""
                call[2] += part.function.arguments or ""
        return delta.content or ""

    def rest(self) -> ChatDelta:
        """What was kept, once the stream has ended."""
        calls = tuple(ToolCall(*self._fragments[index]) for index in sorted(self._fragments))
        return ChatDelta(tool_calls=calls, usage=self._usage)
