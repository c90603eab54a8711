"""What retrieval settings may be, each alone and all together."""

from collections.abc import Mapping
from typing import Any

from backend.errors import Invalid
from db.models import AgentType, Fusion, RagStrategy, RetrievalSettings

# Inclusive ranges of the settings that are numbers.
RANGES: Mapping[str, tuple[float, float]] = {
    "num_chunks": (1, 20),
    "final_context_size": (1, 20),
    "neighbour_chunks": (0, 3),
    "similarity_threshold": (0, 1),
    "multi_query_count": (1, 8),
    "vector_weight": (0, 1),
    "keyword_weight": (0, 1),
}
CHOICES: Mapping[str, tuple[Any, ...]] = {
    "rag_strategy": tuple(RagStrategy),
    "agent_type": tuple(AgentType),
    "fusion": tuple(Fusion),
    "use_reranking": (False, True),
    "contextual_chunks": (False, True),
}


def check(values: Mapping[str, Any], *, of: RetrievalSettings) -> None:
    """Raises Invalid for a value out of range, and for weights that would leave nothing to weigh with."""
    for name, value in values.items():
        _check_one(name, value)
    vector, keyword = (values.get(name, getattr(of, name)) for name in ("vector_weight", "keyword_weight"))
    if {"vector_weight", "keyword_weight"} & set(values) and vector + keyword <= 0:
        field = "keyword_weight" if "keyword_weight" in values else "vector_weight"
        raise Invalid("The two weights may not both be 0: nothing would be found.", field=field)


def _check_one(name: str, value: Any) -> None:
    if name in RANGES:
        low, high = RANGES[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise Invalid(f"`{name}` must be between {low:g} and {high:g}.", field=name)
    elif name not in CHOICES:
        raise Invalid(f"There is no setting `{name}`.", field=name)
    elif value not in CHOICES[name]:
        raise Invalid(f"`{name}` cannot be {value}.", field=name)
