"""Chunks with their context: what is embedded and what words are found by, from the next version on."""

import httpx
from sqlmodel import select

from backend.services import projects
from db.models import Chunk, DocumentStatus
from tests.fixtures.house import House
from tests.fixtures.versions import act

TEXT = b"# Notes\n\n" + b"## Revenue\n\n" + b"It was twelve million. " * 40


async def wanted(house: House, is_wanted: bool) -> None:
    async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        await projects.update_settings(
            session,
            viewer=house.viewer,
            project_id=house.project_id,
            values={"contextual_chunks": is_wanted},
        )


async def embedded(model_control: httpx.AsyncClient) -> set[str]:
    """Every text that the server was given so far."""
    return set((await model_control.get("/control/stats")).json()["embeddings"]["texts"])


async def found_by(house: House, words: str) -> int:
    """How many chunks have all of these words."""
    statement = (
        "SELECT count(*) FROM opentrace.chunk_keywords WHERE lexemes @@ plainto_tsquery('english', $1)"
    )
    num: int = await house.worker.database.pool.fetchval(statement, words)
    return num


async def chunks_of(house: House) -> list[Chunk]:
    async with house.worker.database.sessions() as session:
        return list((await session.exec(select(Chunk).order_by(Chunk.position))).all())


async def test_a_change_applies_to_the_next_version_and_is_taken_back_by_one(
    house: House, model_control: httpx.AsyncClient
) -> None:
    document_id = await house.upload(TEXT, name="acme_report.md")
    assert await house.ingest()
    (plain,) = await chunks_of(house)
    assert (plain.context, await found_by(house, "acme report")) == (None, 0)
    before = await embedded(model_control)

    await wanted(house, True)
    assert [row.id for row in await chunks_of(house)] == [plain.id]
    await act(house, "reingest", document_id)
    assert await house.ingest()
    (row,) = await chunks_of(house)
    assert (row.text, row.title_path) == (plain.text, plain.title_path)
    assert row.context == "acme report\n" + " > ".join(row.title_path)
    assert await found_by(house, "acme report") == 1
    new = await embedded(model_control) - before
    # What the server counts are texts as it was given them, or hashes of them: one new one either way.
    assert len(new) == 1

    await wanted(house, False)
    await act(house, "reingest", document_id)
    assert await house.ingest()
    (row,) = await chunks_of(house)
    assert (row.context, await found_by(house, "acme report")) == (None, 0)
    # The text without its context is known from the first version, and not bought again.
    assert await embedded(model_control) == before | new
    stats = (await model_control.get("/control/stats")).json()
    assert sorted(stats["embeddings"]["texts"].values()) == [1, 1]


async def test_the_same_text_in_two_documents_is_two_texts_with_their_names(
    house: House, model_control: httpx.AsyncClient
) -> None:
    await wanted(house, True)
    for name in ("north.md", "south.md"):
        document_id = await house.upload(TEXT, name=name, allow_duplicate=True)
        assert await house.ingest()
        assert (await house.document(document_id)).status is DocumentStatus.COMPLETED
    assert len(await embedded(model_control)) == 2
    assert (await found_by(house, "north"), await found_by(house, "south")) == (1, 1)
