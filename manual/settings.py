"""The page of settings: names and defaults as `.env.example` has them, what they mean, which must be set."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from backend import settings
from backend.settings import Settings

EXAMPLE = Path(__file__).parents[1] / ".env.example"
_LINE = re.compile(r"^(#?)([A-Z_]+)=(.*)$")
_INTRODUCTION = """# Settings

Settings are read from the environment, once, when a process starts. A missing or wrong one is named and the
process ends. `make up` fills in all of them by itself; for your own servers copy `.env.example` to `.env`.
"""


@dataclass(frozen=True)
class Setting:
    """One line of the example; `default` is empty where it must be set or is unset."""

    name: str
    default: str
    meaning: str


def page() -> str:
    """One table for each section of the example."""
    parts = [_INTRODUCTION]
    for title, found in sections().items():
        rows = [f"| `{each.name}` | {_default(each)} | {_cell(each.meaning)} |" for each in found]
        parts.append(
            "\n".join((f"## {title}\n", "| setting | default | meaning |", "|---|---|---|", *rows, ""))
        )
    return "\n".join(parts)


def sections() -> dict[str, list[Setting]]:
    """The example's settings under its headings, in its order."""
    said, needed = meanings(), required()
    found: dict[str, list[Setting]] = {}
    title = comment = ""
    for line in EXAMPLE.read_text().splitlines():
        if heading := re.match(r"^# --- (.+?) -*$", line):
            title, comment = heading[1], ""
        elif setting := _LINE.match(line):
            name = setting[2]
            default = "" if name in needed or not setting[1] else setting[3]
            meaning = said.get(name) or comment
            found.setdefault(title, []).append(Setting(name, default, meaning))
            comment = ""
        elif line.startswith("# "):
            comment = f"{comment} {line[2:].strip()}".strip()
        else:
            comment = ""
    return found


def required() -> set[str]:
    """Names of the settings without which no process starts."""
    return {
        f"OPENTRACE_{group.upper()}__{name.upper()}"
        for group, model in _groups()
        for name, field in model.model_fields.items()
        if field.is_required()
    }


def meanings() -> dict[str, str]:
    """What the code says below a setting, by the setting's name."""
    tree = ast.parse(Path(settings.__file__).read_text())
    said = {node.name: dict(_said(node)) for node in tree.body if isinstance(node, ast.ClassDef)}
    return {
        f"OPENTRACE_{group.upper()}__{name.upper()}": text
        for group, model in _groups()
        for name, text in said[model.__name__].items()
    }


def _groups() -> Iterator[tuple[str, type[BaseModel]]]:
    for name, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield name, field.annotation


def _said(group: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, below in zip(group.body, group.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            match below:
                case ast.Expr(ast.Constant(str(text))):
                    yield field.target.id, " ".join(text.split())


def _default(setting: Setting) -> str:
    if setting.name in required():
        return "**must be set**"
    return f"`{setting.default}`" if setting.default else "unset"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
