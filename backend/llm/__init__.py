"""The only way to models: chat, structured answers and embeddings from any server of OpenAI's protocol."""

from backend.llm.answers import ChatDelta, Embedded, ModelAnswerInvalid, TokenUsage, ToolCall
from backend.llm.models import Models

__all__ = ["ChatDelta", "Embedded", "ModelAnswerInvalid", "Models", "TokenUsage", "ToolCall"]
