"""Pages of a document's published chunks, in their order."""

import pytest

from db.engine import Database
from db.queries import document_chunks
from db.viewer import set_viewer
from tests.db import seed
from tests.db.test_search_fused import TEXTS, VECTORS, publish


async def test_pages_follow_the_document_without_gap_or_double(
    api_database: Database, database: Database
) -> None:
    home = await seed.home(database)
    place = await publish(database, home, TEXTS, VECTORS)
    await publish(database, home, ("of another document",), VECTORS)
    texts, after = [], None
    async with api_database.sessions.begin() as session:
        await set_viewer(session, home.user_id)
        for _ in range(3):
            page = await document_chunks.page(session, place.document_id, first=2, after=after)
            assert (page.total_count, page.has_previous_page) == (5, after is not None)
            texts.append([row.text for row in page.rows])
            after = page.cursors[-1]
    assert texts == [["red boat", "blue boat"], ["green hill", "red red sea"], ["white wall"]]
    assert page.has_next_page is False


async def test_an_empty_document_is_an_empty_page(api_database: Database, database: Database) -> None:
    home = await seed.home(database)
    place = await seed.target(database, home)
    async with api_database.sessions.begin() as session:
        await set_viewer(session, home.user_id)
        page = await document_chunks.page(session, place.document_id, first=2, after=None)
    assert (page.rows, page.total_count, page.has_next_page) == ([], 0, False)


@pytest.mark.parametrize("cursor", ["", "??", "Y2h1bmsgLTE", "Y2h1bmsgOTk5OTk5OTk5OTk5", "cGFnZSAx", "ä"])
def test_another_lists_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(ValueError, match="not one that this list has given out"):
        document_chunks.decode(cursor)
