"""The SDL as the tools of others see it: relay-compiler, graphql-eslint and graphql-inspector."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from backend.cli.schema import RELEASED, SDL
from tests.fixtures import asking
from tests.fixtures.served import Served
from tests.fixtures.suites import finished, run

LINT_LEFT = {
    ("relay-edge-types", "AuditEntryEdge"): "an entry of the log is read in its place, never by itself",
    ("relay-edge-types", "CrawlPageEdge"): "a page of a crawl has no life beside the crawl",
    (
        "relay-edge-types",
        "DocumentChunkEdge",
    ): "chunks are made anew with each version, so their ids do not last",
    ("relay-arguments", "SearchMessagesPayload"): "its page is asked for in the search's one input",
}
"""What graphql-eslint may say, by rule and type, and why it is left so."""


async def test_the_sdl_is_clean_for_graphql_eslint(suites: Path) -> None:
    complaints = await run("node", "lint.mjs", str(SDL))
    assert {(each["rule"], each["where"]) for each in complaints} == set(LINT_LEFT), complaints
    assert len(complaints) == len(LINT_LEFT)


async def test_graphql_eslint_sees_what_is_bad_style(suites: Path, tmp_path: Path) -> None:
    bad = tmp_path / "schema.graphql"
    bad.write_text('"""All"""\ntype Query {\n  """Some"""\n  getThing(input: Int): String\n}\n')
    complaints = await run("node", "lint.mjs", str(bad))
    assert {each["rule"] for each in complaints} == {
        "naming-convention",
        "relay-page-info",
        "require-description",
    }


async def diff(old: Path, new: Path) -> tuple[int | None, str]:
    """What graphql-inspector says of two schemas; what was deprecated in the old one may be gone."""
    code, out, _ = await finished(
        *("node_modules/.bin/graphql-inspector", "diff", str(old), str(new)),
        *("--rule", "suppressRemovalOfDeprecatedField"),
    )
    return code, out


async def test_nothing_that_was_released_breaks_unless_it_was_deprecated_in_the_release(suites: Path) -> None:
    code, told = await diff(RELEASED, SDL)
    assert code == 0, (
        f"{told}\nDeprecate it in one release and remove it in a later one (docs/guides/schema-changes.md)."
    )


FIELD = '  """The page\'s day, where the search knew it."""\n  publishedOn: Date\n'
BREAKS = {
    "a field that is gone": (FIELD, "", "Field publishedOn was removed"),
    "another type": ("publishedOn: Date\n", "publishedOn: String\n", "changed type from Date to String"),
    "what was sure is not": ("  sizeBytes: Int!\n", "  sizeBytes: Int\n", "changed type from Int! to Int"),
    "a value that is gone": (
        '  """For programs: every message with its status, model and citations."""\n  JSON\n',
        "",
        "Enum value JSON was removed",
    ),
    "one more thing to give": (
        "\ninput CrawlInput {\n",
        "\ninput CrawlInput {\n  at: Int!\n",
        "Input field at",
    ),
    "a failure fewer": (" | TooLargeError\n", "\n", "Member TooLargeError was removed"),
}


@pytest.mark.parametrize(("old", "new", "told"), BREAKS.values(), ids=BREAKS)
async def test_an_unannounced_break_fails(
    suites: Path, tmp_path: Path, old: str, new: str, told: str
) -> None:
    text = SDL.read_text()
    assert old in text
    broken = tmp_path / "broken.graphql"
    broken.write_text(text.replace(old, new))
    code, said = await diff(SDL, broken)
    assert (code, told in said) == (1, True), said


async def test_what_was_deprecated_in_a_release_may_go_in_the_next(suites: Path, tmp_path: Path) -> None:
    text = SDL.read_text()
    deprecated, removed = tmp_path / "deprecated.graphql", tmp_path / "removed.graphql"
    deprecated.write_text(text.replace(FIELD, FIELD.rstrip() + ' @deprecated(reason: "Use `title`.")\n'))
    removed.write_text(text.replace(FIELD, ""))
    assert (await diff(SDL, deprecated))[0] == 0
    assert (await diff(deprecated, removed))[0] == 0


async def compiled(folder: Path, sdl: str) -> tuple[int | None, str, dict[str, str]]:
    """What relay-compiler comes to with our operations: exit code, its words, each operation by its name."""
    shutil.copytree(Path(__file__).parents[1] / "suites/relay", folder / "operations")
    (folder / "schema.graphql").write_text(sdl)
    (folder / "compiled").mkdir()
    (folder / "persisted.json").write_text("{}")
    config = {
        "src": "operations",
        "schema": "schema.graphql",
        "language": "typescript",
        "artifactDirectory": "compiled",
        "persistConfig": {"file": "persisted.json"},
    }
    (folder / "relay.config.json").write_text(json.dumps(config))
    compiler = str(Path(__file__).parents[1] / "suites/node_modules/.bin/relay-compiler")
    code, out, err = await finished(compiler, "relay.config.json", cwd=folder)
    texts = json.loads((folder / "persisted.json").read_text()).values()
    return code, out + err, {text.split("(", 1)[0].split()[1]: text for text in texts}


async def test_what_relay_compiler_makes_of_our_operations_runs_on_the_server(
    served: Served, suites: Path, tmp_path: Path
) -> None:
    code, said, operations = await compiled(tmp_path, SDL.read_text())
    assert (code, len(operations)) == (0, 15), said
    project = await asking.new_project(served)
    other = await asking.new_project(served, name="Harbour")
    chat = await asking.new_chat(served, project)
    given: dict[str, dict[str, Any]] = {
        "projectsQuery": {"first": 1},
        "projectsRowRefetchQuery": {"id": project},
        "projectsCreateMutation": {"name": "Mill"},
        "projectsDeleteMutation": {"id": other},
        "documentsQuery": {"id": project},
        "documentsPagingQuery": {"id": project, "first": 100},
        "documentsUploadMutation": {"project": project, "files": []},
        "answersQuery": {"id": chat},
        "answersPagingQuery": {"id": chat},
        "answersSendMutation": {"chat": chat, "content": "How bright is it?"},
        "projectsPagingQuery": {},
        "documentsRowRefetchQuery": {"id": project},
        "answersMessageRefetchQuery": {"id": chat},
    }
    answers = {name: await served.ask(operations[name], given[name]) for name in given}
    assert answers["projectsCreateMutation"]["createProject"]["project"]["name"] == "Mill"
    assert answers["projectsDeleteMutation"]["deleteProject"]["deletedId"] == other
    assert answers["answersSendMutation"]["sendMessage"]["__typename"] == "SendMessagePayload"
    assert [edge["node"]["name"] for edge in answers["projectsPagingQuery"]["projects"]["edges"]] == [
        "Mill",
        "Lighthouse",
    ]
    assert answers["answersPagingQuery"]["node"]["title"] == "Lamps"
    assert {name for name in operations if name not in given} == {
        "documentsSubscription",
        "answersSubscription",
    }


async def test_relay_compiler_sees_a_list_that_cannot_be_paged(suites: Path, tmp_path: Path) -> None:
    sdl = SDL.read_text().replace("  pageInfo: PageInfo!\n", "  pageNumber: Int!\n")
    code, said, _ = await compiled(tmp_path, sdl)
    assert code != 0
    assert "pageInfo" in said
