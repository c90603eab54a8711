"""A project and the first page below it are one round trip; asked for otherwise, the answer is the same."""

from typing import Any

import pytest

from db import engine
from tests.fixtures import asking
from tests.fixtures.served import Served

NODES = "{ edges { cursor node { name } } pageInfo { hasNextPage endCursor } }"
BOTH = ["project_and_documents_as"]
AFTER = (
    "query ($id: ID!, $after: String) "
    f"{{ project(id: $id) {{ documents(first: 2, after: $after) {NODES} }} }}"
)
PAGE = (
    f"query ($id: ID!, $first: Int!) {{ project(id: $id) {{ ... {{ documents(first: $first) {NODES} }} }} }}"
)
ONE_BY_ONE = ["project_as", "documents_as"]


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The functions that are called by single statements."""
    made: list[str] = []
    fetch = engine.fetch

    async def noted(database: Any, statement: str, *values: Any) -> Any:
        made.append(statement.partition("opentrace.")[2].partition("(")[0])
        return await fetch(database, statement, *values)

    monkeypatch.setattr(engine, "fetch", noted)
    return made


async def filled(served: Served) -> str:
    project = await asking.new_project(served)
    for number in range(3):
        await asking.new_document(served, project, sha256=f"{number:064x}")
    return project


@pytest.mark.parametrize(
    ("variables", "asked", "first", "expected"),
    [
        ("", f"documents {NODES}", 20, BOTH),
        ("", f"documents(first: 2) {NODES}", 2, BOTH),
        ("", f"documents(after: null, first: 2) {NODES}", 2, BOTH),
        (", $num: Int! = 2, $after: String", f"documents(first: $num, after: $after) {NODES}", 2, BOTH),
        (", $after: String", f"documents(after: $after) {NODES}", 20, BOTH),
        (", $yes: Boolean = true", f"documents(first: 2) @include(if: $yes) {NODES}", 2, ONE_BY_ONE),
        ("", f"... {{ documents(first: 2) {NODES} }}", 2, ONE_BY_ONE),
        ("", f"documents(first: 2) {NODES} again: documents(first: 2) {{ totalCount }}", 2, ONE_BY_ONE),
    ],
)
async def test_however_it_is_asked_for_it_is_the_same_page(
    served: Served, trips: list[str], variables: str, asked: str, first: int, expected: list[str]
) -> None:
    project = await filled(served)
    data = await served.ask(
        f"query ($id: ID!{variables}) {{ project(id: $id) {{ id {asked} }} }}", {"id": project}
    )
    assert trips == expected
    page = await served.ask(PAGE, {"id": project, "first": first})
    assert data["project"]["id"] == project
    assert data["project"]["documents"] == page["project"]["documents"]
    assert len(page["project"]["documents"]["edges"]) == min(first, 3)


async def test_the_next_page_goes_on_after_the_cursor(served: Served, trips: list[str]) -> None:
    project = await filled(served)
    first = (await served.ask(AFTER, {"id": project}))["project"]["documents"]
    after = first["pageInfo"]["endCursor"]
    second = (await served.ask(AFTER, {"id": project, "after": after}))["project"]["documents"]
    assert trips == BOTH * 2
    assert len({edge["cursor"] for edge in first["edges"] + second["edges"]}) == 3
    assert second["pageInfo"]["hasNextPage"] is False


async def test_what_is_wrong_is_said_of_the_page_and_not_of_the_project(served: Served) -> None:
    project = await filled(served)
    [error] = await served.refused(AFTER, {"id": project, "after": "no cursor"})
    assert (error["path"], error["extensions"]["code"]) == (["project", "documents"], "INVALID")
    [error] = await served.refused(AFTER.replace("first: 2", "first: 1000"), {"id": project})
    assert (error["path"], error["extensions"]["code"]) == (["project", "documents"], "INVALID")


async def test_a_variable_that_is_null_where_none_may_be_is_refused_as_such(served: Served) -> None:
    project = await filled(served)
    query = f"query ($id: ID!, $num: Int) {{ project(id: $id) {{ documents(first: $num) {NODES} }} }}"
    [error] = await served.refused(query, {"id": project, "num": None})
    assert error["path"] == ["project", "documents"]
    assert "INTERNAL" not in str(error)


async def test_a_stranger_and_a_wrong_id_see_nothing(served: Served) -> None:
    project = await filled(served)
    query = f"query ($id: ID!) {{ project(id: $id) {{ id documents {NODES} }} }}"
    assert await served.ask(query, {"id": project}, person="bob") == {"project": None}
    for wrong in ("", "no id", "RG9jdW1lbnQ6MA"):
        assert await served.ask(query, {"id": wrong}) == {"project": None}


async def test_a_project_without_documents_has_an_empty_page(served: Served) -> None:
    project = await asking.new_project(served)
    data = await served.ask(
        f"query ($id: ID!) {{ project(id: $id) {{ documents {NODES} }} }}", {"id": project}
    )
    assert data["project"]["documents"] == {
        "edges": [],
        "pageInfo": {"hasNextPage": False, "endCursor": None},
    }
