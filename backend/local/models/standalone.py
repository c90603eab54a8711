"""Makes a follow-up stand alone: it gets the telling words of the question before it that it lacks."""

import json
import re

from backend.local.models import words
from backend.local.models.passages import unescaped
from backend.local.models.protocol import ChatRequest

FIELD = "standalone_query"
_TURN = re.compile(r"<user>\n(.*?)\n</user>", re.DOTALL)
_POINTING = re.compile(
    r"\b(?:it|its|they|them|their|he|she|there|that|those|these|one)\b|^(?:and|what about)\b", re.I
)
_MAX_WORDS = 6


def is_meant(request: ChatRequest) -> bool:
    """Whether the form that is to be filled in asks for such a query."""
    wanted = request.response_format
    schema = wanted.json_schema.body if wanted and wanted.json_schema else {}
    return FIELD in schema.get("properties", {})


def write(request: ChatRequest, question: str) -> str:
    """The form, filled in; a question that points at nothing stays as it is."""
    question = unescaped(question)
    before = [unescaped(turn) for turn in _TURN.findall(request.messages[-1].text)]
    query = (
        f"{question} ({_lacking(question, before[-1])})"
        if _POINTING.search(question) and before
        else question
    )
    return json.dumps({FIELD: query}, ensure_ascii=False)


def _lacking(question: str, before: str) -> str:
    known = set(words.content(question))
    telling = [
        word for word in words.folded(before) if (stems := words.content(word)) and stems[0] not in known
    ]
    return " ".join(telling[:_MAX_WORDS])
