"""The models, by OpenAI's protocol: chat, structured answers and embeddings; the vendor ends at this door."""

from backend.llm.calls import ContentRefused, ModelAnswerInvalid
from backend.llm.chat import ChatDelta, TokenUsage, ToolCall
from backend.llm.gate import Call, Gate
from backend.llm.models import Embedded, EmbeddingModel, Models
from backend.llm.prices import Price, Prices
from backend.llm.rerank import Relevances, Reranker

__all__ = [
    "Call",
    "ChatDelta",
    "ContentRefused",
    "Embedded",
    "EmbeddingModel",
    "Gate",
    "ModelAnswerInvalid",
    "Models",
    "Price",
    "Prices",
    "Relevances",
    "Reranker",
    "TokenUsage",
    "ToolCall",
]
