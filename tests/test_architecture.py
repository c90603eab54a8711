"""The house keeps its own rules: sizes, words and locks."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "misc"}


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def python_files() -> list[Path]:
    return [path for path in tracked("*.py") if "migrations/versions" not in named(path)]


def product_files() -> list[Path]:
    return [path for path in python_files() if path.relative_to(ROOT).parts[0] in ("backend", "db", "bench")]


def functions_of(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text())
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_the_rules_look_at_files_that_exist() -> None:
    assert len(product_files()) > 20


def test_no_file_is_longer_than_300_lines() -> None:
    lengths = {named(path): len(path.read_text().splitlines()) for path in python_files()}
    assert {name: length for name, length in lengths.items() if length > MAX_FILE_LINES} == {}


def test_no_function_is_longer_than_40_lines() -> None:
    long = {
        f"{named(path)}:{node.name}": length
        for path in product_files()
        for node in functions_of(path)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > MAX_FUNCTION_LINES
    }
    assert long == {}


def test_every_module_says_in_its_first_line_what_it_is_for() -> None:
    assert [
        named(path) for path in product_files() if not ast.get_docstring(ast.parse(path.read_text()))
    ] == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    parts = {named(path): set(path.relative_to(ROOT).with_suffix("").parts) for path in python_files()}
    assert [name for name, words in parts.items() if FORBIDDEN_NAMES & words] == []


def test_ignored_types_give_their_reason() -> None:
    bare = re.compile(r"#\s*type:\s*ignore(\[[\w, -]+\])?\s*$")
    found = [
        f"{named(path)}:{number}"
        for path in product_files()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if bare.search(line)
    ]
    assert found == []


def test_no_stub_is_called_done() -> None:
    stub = re.compile(r"NotImplementedError|\bTODO\b|\bFIXME\b|\bXXX\b")
    assert [named(path) for path in product_files() if stub.search(path.read_text())] == []


@pytest.mark.parametrize("lock", sorted((ROOT / "locks").glob("*.txt")), ids=lambda path: path.name)
def test_locks_pin_every_package_by_hash_and_name_no_address(lock: Path) -> None:
    text = lock.read_text().replace("\\\n", " ")
    requirements = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert requirements != []
    assert [line[:60] for line in requirements if "==" not in line or "--hash=sha256:" not in line] == []
    assert "://" not in text


def test_npm_locks_name_no_address() -> None:
    assert [
        named(path) for path in tracked("*package-lock.json") if '"resolved": "http' in path.read_text()
    ] == []
