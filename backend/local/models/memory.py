"""Remembers a conversation without understanding it: what it knew, and the first sentence of every turn."""

import json
import re

from backend.local.models import sentences
from backend.local.models.passages import unescaped
from backend.local.models.protocol import ChatRequest

FIELD = "memory"
_MEMORY = re.compile(r"<memory>\n(.*?)\n</memory>", re.DOTALL)
_TURN = re.compile(r"<(user|assistant)>\n(.*?)\n</\1>", re.DOTALL)
_MAX_LENGTH = 1500


def is_meant(request: ChatRequest) -> bool:
    """Whether the form that is to be filled in asks for a memory."""
    wanted = request.response_format
    schema = wanted.json_schema.body if wanted and wanted.json_schema else {}
    return FIELD in schema.get("properties", {})


def write(request: ChatRequest) -> str:
    """The form, filled in; of what is too long, the end."""
    prompt = request.messages[-1].text
    known = [unescaped(found[1]) for found in _MEMORY.finditer(prompt)]
    said = [f"{found[1]}: {_first(unescaped(found[2]))}" for found in _TURN.finditer(prompt)]
    return json.dumps({FIELD: "\n".join([*known, *said])[-_MAX_LENGTH:]}, ensure_ascii=False)


def _first(text: str) -> str:
    return next(iter(sentences.of(text)), text.strip())
