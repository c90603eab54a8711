"""Documents, and the ledger of their stages."""

from uuid import uuid4

from db.engine import Database
from db.models import (
    DocumentStatus,
)
from db.queries import (
    documents,
    stages,
)
from tests.db import seed
from tests.db.seed import viewing


async def test_documents_are_counted_by_status(database: Database, api_database: Database) -> None:
    home = await seed.home(database)
    statuses = ["QUEUED", "QUEUED", "FAILED"]
    async with viewing(api_database, home.user_id) as session:
        rows = [seed.document(home, second=n, status=status) for n, status in enumerate(statuses)]
        await documents.insert_many(session, documents=rows)
    async with viewing(api_database, home.user_id) as session:
        assert await documents.counts_by_status(session, [home.project_id]) == {
            home.project_id: {DocumentStatus.QUEUED: 2, DocumentStatus.FAILED: 1}
        }
        assert set(await documents.by_ids(session, [rows[0].id, uuid4()])) == {rows[0].id}
        locked = await documents.lock(session, rows[0].id)
        assert locked is not None and locked.status is DocumentStatus.QUEUED
        assert await documents.lock(session, uuid4()) is None


async def test_a_finished_stage_is_not_started_again_and_an_unfinished_one_is(database: Database) -> None:
    home = await seed.home(database)
    row = seed.document(home)
    await seed.add(database, row)
    parse, embed = DocumentStatus.PARTITIONING, DocumentStatus.VECTORIZATION
    async with database.sessions.begin() as session:
        version = await stages.working_version(session, row)
        await stages.start(session, version=version, stage=parse, attempt=1)
        await stages.finish(session, version_id=version.id, stage=parse, detail={"num_elements": 3})
        await stages.start(session, version=version, stage=embed, attempt=1)
    async with database.sessions.begin() as session:
        again = await stages.working_version(session, row)
        assert (again.id, again.number) == (version.id, 1)
        for stage in (parse, embed):
            await stages.start(session, version=again, stage=stage, attempt=2)
        found = await stages.of_version(session, version.id)
        assert {stage: (kept.attempt, kept.detail) for stage, kept in found.items()} == {
            parse: (1, {"num_elements": 3}),
            embed: (2, {}),
        }
        listed = await stages.of_documents(session, [row.id, home.project_id])
        assert {id: [kept.stage for kept in rows] for id, rows in listed.items()} == {
            row.id: [parse, embed],
            home.project_id: [],
        }
        assert await stages.current_version(session, row.id) is None
