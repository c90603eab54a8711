"""Judges claims by rule: those are not supported of whose words too few are in their passages."""

import re

from backend.local.models import passages, words
from backend.local.models.protocol import ChatRequest

_CLAIM = re.compile(r'<claim id="(\d+)" passages="([\d,]+)">\n(.*?)\n</claim>', re.DOTALL)
_MARKER = re.compile(r"\[[\d,; ]+\]")
_ENOUGH = 0.6


def is_asked(request: ChatRequest) -> bool:
    """Whether the answer is to be a form of nothing but unsupported claims."""
    wanted = request.response_format
    schema = wanted.json_schema.body if wanted and wanted.json_schema else {}
    return set(schema.get("properties", {})) == {"unsupported_claims"}


def write(prompt: str) -> dict[str, list[int]]:
    """The filled form: the ids of claims of whose telling words the named passages have too few."""
    texts = {passage.id: passage.text for passage in passages.find(prompt)}
    unsupported = []
    for id, numbers, claim in _CLAIM.findall(prompt):
        said = words.content(_MARKER.sub("", passages.unescaped(claim)))
        there = words.content(" ".join(texts.get(int(number), "") for number in numbers.split(",")))
        matched = {word for each in words.matches(said, there).values() for word in each}
        if len(matched) < _ENOUGH * len(set(said)):
            unsupported.append(int(id))
    return {"unsupported_claims": unsupported}
