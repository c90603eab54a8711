"""Judges passages by rule, for forms that ask for scores: the share of the question's words that each has."""

from backend.local.models import passages, words
from backend.local.models.protocol import ChatRequest

_TOP = 10


def is_asked(request: ChatRequest) -> bool:
    """Whether the answer is to be a form of nothing but scores."""
    wanted = request.response_format
    schema = wanted.json_schema.body if wanted and wanted.json_schema else {}
    return set(schema.get("properties", {})) == {"scores"}


def write(question: str, prompt: str) -> dict[str, list[float]]:
    """The filled form: one score a passage of the prompt, 0 to 10, in their order."""
    asked = list(dict.fromkeys(words.content(question)))
    contents = [words.content(passage.text) for passage in passages.find(prompt)]
    meant = words.matches(asked, (word for content in contents for word in content))
    found = [frozenset[str]().union(*(meant.get(word, ()) for word in content)) for content in contents]
    return {"scores": [round(_TOP * len(each) / (len(asked) or 1), 2) for each in found]}
