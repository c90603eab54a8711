"""Keyset pages: every row once, whatever comes in between; cursors that only we can make."""

import base64
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.engine import Database
from db.models import Document
from db.queries import documents, paging
from tests.db import seed


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_cursor_is_exact(at: datetime, id: UUID) -> None:
    cursor = paging.encode(at, id)
    assert paging.decode(cursor) == (at, id)
    assert cursor.isascii() and "=" not in cursor


def test_a_cursor_keeps_the_moment_of_another_time_zone() -> None:
    at = datetime(2026, 5, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert paging.decode(paging.encode(at, UUID(int=1))) == (at, UUID(int=1))


@pytest.mark.parametrize(
    "cursor",
    ["", "abc", "é", "%%%%", "MTI", "bnVsbA", "WzEsMl0", "WyIyMDI2LTAxLTAxIiwgIjEiXQ", "a" * 10_000, "\x00"],
)
def test_any_other_text_is_refused(cursor: str) -> None:
    with pytest.raises(ValueError, match="not one that this list"):
        paging.decode(cursor)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    cursor = base64.urlsafe_b64encode(orjson.dumps(["2026-01-01T00:00:00", str(uuid4())])).decode()
    with pytest.raises(ValueError, match="not one that this list"):
        paging.decode(cursor)


async def test_pages_hold_every_row_once_though_moments_are_equal_and_rows_arrive(database: Database) -> None:
    home = await seed.home(database)
    rows = [seed.document(home, second=n // 3) for n in range(10)]
    await seed.add(database, *rows)
    seen: list[Document] = []
    after: str | None = None
    sizes, nexts, previouses, totals = [], [], [], []
    for _ in range(4):
        async with database.sessions() as session:
            page = await documents.page(session, home.project_id, first=3, after=after)
        seen += page.rows
        after = page.cursors[-1]
        sizes.append(len(page.rows))
        nexts.append(page.has_next_page)
        previouses.append(page.has_previous_page)
        totals.append(page.total_count)
        await seed.add(database, seed.document(home, second=100 + len(seen)))
    expected = sorted(rows, key=lambda row: (row.created_at, row.id.int), reverse=True)
    assert [row.id for row in seen] == [row.id for row in expected]
    assert sizes == [3, 3, 3, 1]
    assert nexts == [True, True, True, False]
    assert previouses == [False, True, True, True]
    assert totals == [10, 11, 12, 13]


async def test_the_total_is_not_counted_when_nobody_asks(database: Database) -> None:
    home = await seed.home(database)
    async with database.sessions() as session:
        page = await documents.page(session, home.project_id, first=3, count=False)
    assert page == paging.Page([], False, False, None, [])
