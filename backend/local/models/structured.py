"""Fills a JSON schema by rule: what a field is called decides what stands in it."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from backend.local.models import guardrail, words
from backend.local.models.guardrail import Findings

Schema = dict[str, Any]

_TITLE_WORDS = 6
_DEFAULT_VARIANTS = 3
_CLEAN = {"none", "ok", "safe", "pass", "passed", "allow", "allowed", "clean", "no"}


@dataclass(frozen=True)
class Subject:
    """What is written about: the user's words, what the model would answer, and the whole prompt."""

    question: str
    answer: str
    prompt: str = ""

    @cached_property
    def findings(self) -> Findings:
        return guardrail.check(self.question)


def fill(schema: Schema, subject: Subject) -> Any:
    """A value that fits the schema. Fields no rule knows get the schema's own default or a neutral value."""
    return _Filler(schema, subject).value(schema, "")


def variants(question: str, count: int) -> list[str]:
    """So many different ways to ask the same: its telling words, then with a changed opening."""
    telling = " ".join(word for word in words.folded(question) if words.content(word))
    bare = question.rstrip(" ?!.")
    openings = (
        "",
        "information about ",
        "facts on ",
        "details of ",
        "explain ",
        "find ",
        "describe ",
        "summary of ",
    )
    made = [telling or bare, *(f"{opening}{bare}" for opening in openings[1:])]
    made += [f"{bare} ({number})" for number in range(len(made), count)]
    return made[:count]


class _Filler:
    def __init__(self, root: Schema, subject: Subject) -> None:
        self._root = root
        self._subject = subject

    def value(self, schema: Schema, name: str) -> Any:
        schema = self._resolved(schema, name)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._choice(schema["enum"])
        if "default" in schema and not self._finding(name.lower()):
            return schema["default"]
        return self._typed(schema, name.lower())

    def _typed(self, schema: Schema, name: str) -> Any:
        kind = schema.get("type", "object" if "properties" in schema else "string")
        kind = next((each for each in kind if each != "null"), "null") if isinstance(kind, list) else kind
        if kind == "object":
            return {key: self.value(part, key) for key, part in schema.get("properties", {}).items()}
        if kind == "array":
            return self._list(schema, name)
        if kind == "boolean":
            return bool(self._finding(name))
        if kind in ("integer", "number"):
            return schema.get("minimum", 0) or int(bool(self._finding(name)))
        return None if kind == "null" else self._text(schema, name)

    def _resolved(self, schema: Schema, name: str) -> Schema:
        """Follows references and takes the first alternative that is not null."""
        while True:
            options = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
            if "$ref" in schema:
                target: Schema = self._root
                for key in schema["$ref"].removeprefix("#").strip("/").split("/"):
                    target = target[key] if key else target
                schema = target
            elif options:
                nothing = "reason" in name and not self._subject.findings.any
                schema = next(
                    (each for each in options if (each.get("type") == "null") == nothing), options[0]
                )
            else:
                return schema

    def _finding(self, name: str) -> bool | None:
        """What the guardrail's rules say about a field of this name; None if it is none of theirs."""
        found = self._subject.findings
        if re.search(r"toxic|insult|abus|hate|threat|violen|harass|offens", name):
            return found.toxic
        if re.search(r"inject|jailbreak|manipul", name):
            return found.injection
        if re.search(r"personal|pii|private|sensitive", name):
            return found.personal
        if re.search(r"flag|block|unsafe|refus|violat|reject", name):
            return found.any
        if re.search(r"safe|allow|pass|accept|clean|^ok$", name):
            return not found.any
        return None

    def _choice(self, options: list[Any]) -> Any:
        """The option that names what was found; else one that says all is well; else the first."""
        named = [str(option).lower() for option in options]
        wanted = self._subject.findings.any
        for place, name in enumerate(named):
            if (name in _CLEAN) != wanted and (self._finding(name) or name in _CLEAN):
                return options[place]
        return options[0]

    def _list(self, schema: Schema, name: str) -> list[Any]:
        items, least = schema.get("items", {}), schema.get("minItems", 0)
        if re.search(r"quer|variant|rewrit|question|phras", name):
            count = min(max(self._wanted(), least), schema.get("maxItems", 20))
            return list(variants(self._subject.question, count))
        return [self.value(items, name) for _ in range(least)]

    def _wanted(self) -> int:
        """How many variants the prompt asks for."""
        found = re.search(
            r"\b(\d{1,2})\b[^.\n]{0,40}(?:variant|quer|rewrit|version|way|question)", self._subject.prompt
        )
        return int(found[1]) if found else _DEFAULT_VARIANTS

    def _text(self, schema: Schema, name: str) -> str:
        if "reason" in name or "explanation" in name:
            text = self._subject.findings.reason
        elif "title" in name or name.endswith("name"):
            text = " ".join(self._subject.question.split()[:_TITLE_WORDS]).rstrip("?!.,;:")
        elif "answer" in name or "summary" in name or "text" in name:
            text = self._subject.answer
        elif re.search(r"quer|question|search|input|keyword", name) or not name:
            text = self._subject.question
        else:
            text = ""
        return text[: schema.get("maxLength")]
