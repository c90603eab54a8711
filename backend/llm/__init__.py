"""The models, by OpenAI's protocol: chat, structured answers and embeddings; the vendor ends at this door."""

from backend.llm.calls import ModelAnswerInvalid
from backend.llm.chat import ChatDelta, TokenUsage, ToolCall
from backend.llm.models import Embedded, Models

__all__ = ["ChatDelta", "Embedded", "ModelAnswerInvalid", "Models", "TokenUsage", "ToolCall"]
