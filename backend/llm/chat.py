"""What a chat model says, piece by piece: text at once, calls of tools when they are whole, usage last."""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field

from openai.types.chat import ChatCompletionChunk
from openai.types.chat.chat_completion_chunk import ChoiceDeltaToolCall

from backend.llm.calls import ModelAnswerInvalid


@dataclass(frozen=True, slots=True)
class TokenUsage:
    num_input_tokens: int = 0
    num_output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that the model wants called; `arguments` is JSON as the model wrote it, unchecked."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ChatDelta:
    """One piece of an answer: some text, or all its tool calls, or what it cost."""

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    usage: TokenUsage | None = None


@dataclass
class _Fragments:
    """A tool call that is still being written."""

    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)

    def add(self, piece: ChoiceDeltaToolCall) -> None:
        self.id = piece.id or self.id
        if piece.function is not None:
            self.name = piece.function.name or self.name
            self.arguments.append(piece.function.arguments or "")


async def deltas(chunks: AsyncIterator[ChatCompletionChunk]) -> AsyncGenerator[ChatDelta, None]:
    """The answer's pieces; raises ModelAnswerInvalid when it ends without saying that it has ended."""
    calls: dict[int, _Fragments] = {}
    usage: TokenUsage | None = None
    has_ended = False
    async for chunk in chunks:
        if chunk.usage is not None:
            usage = TokenUsage(chunk.usage.prompt_tokens, chunk.usage.completion_tokens)
        for choice in chunk.choices[:1]:
            has_ended = has_ended or choice.finish_reason is not None
            for piece in choice.delta.tool_calls or ():
                calls.setdefault(piece.index, _Fragments()).add(piece)
            if choice.delta.content:
                yield ChatDelta(text=choice.delta.content)
    if not has_ended:
        raise ModelAnswerInvalid("The model broke off its answer. Ask again.")
    if calls:
        yield ChatDelta(tool_calls=tuple(_whole(index, calls[index]) for index in sorted(calls)))
    if usage is not None:
        yield ChatDelta(usage=usage)


def _whole(index: int, call: _Fragments) -> ToolCall:
    if not call.name:
        raise ModelAnswerInvalid("The model called a tool without a name. Ask again.")
    return ToolCall(call.id or f"call_{index}", call.name, "".join(call.arguments))
