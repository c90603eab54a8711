"""Glances: the same rows as a session reads, in one round trip, for members alone and whoever connects."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from db.engine import Database
from db.models import Document, DocumentStatus, Project
from db.queries import documents, glances, projects
from tests.db import seed
from tests.db.seed import viewing


@pytest.fixture(params=["owner", "api"])
def either(request: pytest.FixtureRequest, database: Database, api_database: Database) -> Database:
    """The database as the owner's role, whom no policy holds back, and as the API's."""
    return database if request.param == "owner" else api_database


def columns(row: Document | Project) -> dict[str, Any]:
    """All values of a row; those of an enum are told from their words."""
    table = Document if hasattr(row, "sha256") else Project
    return {name: (type(value := getattr(row, name)), value) for name in table.model_fields}


async def filled(database: Database) -> seed.Home:
    home = await seed.home(database)
    rows = [seed.document(home, second=n // 2) for n in range(5)]
    rows[1].status, rows[1].failure_code, rows[2].num_pages = DocumentStatus.FAILED, "PARSE_FAILED", 7
    rows[3].estimate = {"seconds": 2.5, "low": 1.0, "high": 4.0, "at": "2026-01-01T00:00:00+00:00"}
    await seed.add(database, *rows)
    return home


async def test_a_page_is_the_same_as_a_session_reads_it(database: Database, either: Database) -> None:
    home = await filled(database)
    after, num_seen = None, 0
    while True:
        async with viewing(either, home.user_id) as session:
            read = await documents.page(session, home.project_id, first=2, after=after, count=False)
        seen = await glances.documents(
            either, viewer_id=home.user_id, project_id=home.project_id, first=2, after=after
        )
        assert [columns(row) for row in seen.rows] == [columns(row) for row in read.rows]
        assert [row.is_stalled for row in seen.rows] == [row.is_stalled for row in read.rows]
        assert [type(row.status) for row in seen.rows] == [DocumentStatus] * len(seen.rows)
        assert (seen.cursors, seen.has_next_page, seen.has_previous_page, seen.total_count) == (
            read.cursors,
            read.has_next_page,
            read.has_previous_page,
            None,
        )
        num_seen += len(seen.rows)
        if not seen.has_next_page:
            break
        after = seen.cursors[-1]
    assert num_seen == 5


async def test_a_project_is_the_same_as_a_session_reads_it(database: Database, either: Database) -> None:
    home = await seed.home(database)
    async with viewing(either, home.user_id) as session:
        read = await projects.get(session, home.project_id)
    seen = await glances.project(either, viewer_id=home.user_id, project_id=home.project_id)
    assert seen is not None and read is not None
    assert columns(seen) == columns(read)


async def test_both_are_seen_at_once(database: Database, either: Database) -> None:
    home = await filled(database)
    asked = {"viewer_id": home.user_id, "project_id": home.project_id}
    project = await glances.project(either, **asked)
    assert project is not None
    after = None
    for num_seen in (3, 2):
        page = await glances.documents(either, **asked, first=3, after=after)
        found = await glances.project_and_documents(either, **asked, first=3, after=after)
        assert found is not None and columns(found[0]) == columns(project)
        assert [columns(row) for row in found[1].rows] == [columns(row) for row in page.rows]
        assert replace(found[1], rows=[]) == replace(page, rows=[])
        assert len(page.rows) == num_seen
        after = page.cursors[-1]


async def test_a_project_without_documents_is_seen_alone(database: Database, either: Database) -> None:
    home = await seed.home(database)
    found = await glances.project_and_documents(
        either, viewer_id=home.user_id, project_id=home.project_id, first=3, after=None
    )
    assert found is not None
    assert (found[0].id, found[1].rows) == (home.project_id, [])


async def test_a_stranger_sees_nothing(database: Database, either: Database) -> None:
    home = await filled(database)
    for stranger in (await seed.user(database), uuid4()):
        assert await glances.project(either, viewer_id=stranger, project_id=home.project_id) is None
        page = await glances.documents(
            either, viewer_id=stranger, project_id=home.project_id, first=10, after=None
        )
        assert (page.rows, page.has_next_page) == ([], False)
        assert None is await glances.project_and_documents(
            either, viewer_id=stranger, project_id=home.project_id, first=10, after=None
        )


async def test_the_viewer_of_one_glance_is_not_that_of_the_next_statement(
    database: Database, api_database: Database
) -> None:
    home = await filled(database)
    async with api_database.pool.acquire() as connection:
        found = await connection.fetch(
            "SELECT * FROM opentrace.project_as($1, $2)", home.user_id, home.project_id
        )
        assert len(found) == 1
        assert await connection.fetchval("SELECT opentrace.viewer_id()") is None
        assert await connection.fetchval("SELECT count(*) FROM opentrace.documents") == 0


async def test_documents_are_counted_for_each_project(database: Database, api_database: Database) -> None:
    home, other = await filled(database), await filled(database)
    async with viewing(api_database, home.user_id) as session:
        assert await documents.num_of_projects(session, [home.project_id, other.project_id]) == {
            home.project_id: 5,
            other.project_id: 0,
        }
