"""The documentation keeps to the code: its queries, commands and settings exist; its site is whole."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click
import pytest
from graphql import build_schema, parse, validate

import manual
from backend.agents.state import Check
from backend.cli import main
from backend.cli.schema import SDL
from backend.rag.parse.page import Reason
from manual import codes, commands, settings

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in (ROOT / "docs").rglob("*.md") if "adr" not in path.parts)
TEXTS = [ROOT / "README.md", ROOT / "examples/README.md", *PAGES]
NAMES = [str(path.relative_to(ROOT)) for path in TEXTS]
EVERY_PAGE = pytest.mark.parametrize("path", TEXTS, ids=NAMES)


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL)


@EVERY_PAGE
def test_every_operation_fits_the_schema(path: Path) -> None:
    schema = build_schema(SDL.read_text())
    documents = blocks(path, "graphql")
    for block in blocks(path, "shell"):
        documents += re.findall(
            r"<<GRAPHQL\n(.*?)^GRAPHQL", block.replace("$SIZE", "1"), re.MULTILINE | re.DOTALL
        )
    for text in documents:
        assert validate(schema, parse(text)) == [], text


@EVERY_PAGE
def test_every_command_and_option_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for words in command_lines(path):
        if words[0] == "make":
            assert words[1] in targets, words
        elif words[0].endswith("opentrace"):
            command = main.commands[words[1]]
            options = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
            assert {word for word in words if word.startswith("--")} <= options, words


def command_lines(path: Path) -> Iterator[list[str]]:
    """Commands of this project: lines of shell blocks, and code within sentences."""
    lines = [line for block in blocks(path, "shell") for line in block.splitlines()]
    lines += re.findall(r"`((?:make|opentrace) [^`]+)`", path.read_text())
    for line in lines:
        if re.match(r"(make|(\.venv/bin/)?opentrace) ", line):
            yield [word for word in shlex.split(line, comments=True) if "…" not in word]


@EVERY_PAGE
def test_every_setting_that_is_named_exists(path: Path) -> None:
    known = {each.name for found in settings.sections().values() for each in found}
    known |= {"OPENTRACE_API_URL", "OPENTRACE_TOKEN"}
    named = re.findall(r"OPENTRACE_[A-Z_]*[A-Z]\b", path.read_text())
    assert [name for name in named if not any(each.startswith(name) for each in known)] == []


def test_the_page_of_settings_has_all_of_them_with_their_meaning() -> None:
    text = settings.page()
    names = re.findall(r"^#?([A-Z_]+)=", settings.EXAMPLE.read_text(), re.MULTILINE)
    assert [name for name in names if text.count(f"| `{name}` |") != 1] == []
    assert (
        "| `OPENTRACE_DATABASE__URL` | **must be set** | Owns the tables: migrations and workers. |" in text
    )


def test_the_page_of_commands_has_all_of_them_and_their_options() -> None:
    text = commands.page()
    for name, command in main.commands.items():
        assert f"## opentrace {name}\n" in text
        assert all(option.opts[0] in text for option in command.params if isinstance(option, click.Option))


def test_the_pages_of_the_schema_have_every_type_once() -> None:
    texts = "\n".join(text for path, text in manual.pages().items() if "/schema/" in path)
    kinds = [name for name in build_schema(SDL.read_text()).type_map if not name.startswith("__")]
    assert [name for name in kinds if len(re.findall(rf"^## {name} ", texts, re.MULTILINE)) != 1] == []


def test_every_code_of_the_product_is_explained() -> None:
    assert sorted(codes_in_the_code() - codes.known()) == []


def test_no_code_is_explained_that_the_product_does_not_have() -> None:
    sources = "\n".join(path.read_text() for path in (ROOT / "backend").rglob("*.py"))
    library = {"4400", "4408"}  # strawberry's own
    assert [code for code in codes.known() - library if not re.search(rf"\b{code}\b", sources)] == []


def codes_in_the_code() -> set[str]:
    """What is said as a code anywhere: by keyword, in a class, to BadRequest, or as a reason or a failure."""
    sources = "\n".join(path.read_text() for path in (ROOT / "backend").rglob("*.py"))
    found = set(re.findall(r'\bcode ?= ?"([A-Z_]+)"', sources)) | {*map(str, Reason), *get_args(Check)}
    found |= set(re.findall(r'BadRequest\(\s*\d+,\s*"([A-Z_]+)"', sources))
    found |= set(re.findall(r'"code": "([A-Z_]+)"', sources)) | set(re.findall(r"close\(code=(\d+)", sources))
    for path in (
        "services/documents/failures.py",
        "web/failures.py",
        "web/search.py",
        "services/generations/begin.py",
    ):
        found |= set(
            re.findall(r'^[A-Z_]+ = "([A-Z_]+)"', (ROOT / "backend" / path).read_text(), re.MULTILINE)
        )
    return found - {"ERROR"}  # the family's own, never raised


def test_every_test_that_is_named_exists() -> None:
    sources = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    named = {name for path in TEXTS for name in re.findall(r"`(test_\w+)`", path.read_text())}
    assert len(named) > 30
    assert [name for name in named if not re.search(rf"def {name}\(", sources)] == []


def test_the_site_builds_strictly_and_asks_nothing_of_other_hosts(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    built = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    )
    assert (built.returncode, built.stdout) == (0, ""), built.stderr
    for page in tmp_path.rglob("*.html"):
        loaded = re.findall(
            r"<(?:script|img|iframe)[^>]* src=\"?([^\" >]+)|<link[^>]* href=\"?([^\" >]+)", page.read_text()
        )
        assert [each for pair in loaded for each in pair if re.match(r"(https?:)?//", each)] == [], page.name
