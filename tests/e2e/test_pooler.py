"""The whole product behind a PgBouncer that hands out two connections, one transaction at a time."""

import asyncio
from random import Random

from backend.local.sample import PDF, QUESTION
from backend.settings import DatabaseSettings, Settings
from db import engine, migrate
from db.engine import Database
from db.queries import search
from db.queries.search import Cut, Scope
from tests.db import seed
from tests.e2e.product import Product, ask, follow_answer, follow_document, new_project, text_of, upload
from tests.fixtures import asking
from tests.fixtures.poolers import NUM_SERVER_CONNECTIONS, PgBouncer, Pooled
from tests.fixtures.served import Served, serving
from tests.services.test_vector_indexes import READY, large, names, tend

NUM_VIEWS, AT_ONCE = 100, 12
PROJECTS = "{ projects(first: 50) { edges { node { name } } } }"
PROJECT = "query ($id: ID!) { project(id: $id) { name } }"
VIEWER = (
    "SELECT pg_backend_pid(), current_setting('opentrace.viewer', true),"
    " current_setting('opentrace.key', true)"
)


async def test_documents_and_answers_pass_through_a_transaction_pooler(
    product: Product, pooled: Pooled
) -> None:
    """Two documents and two questions at once, so that processes change connections in between."""
    product.env |= {
        "OPENTRACE_DATABASE__URL": pooled.url,
        "OPENTRACE_DATABASE__API_URL": pooled.api_url,
        "OPENTRACE_DATABASE__TRANSACTION_POOLER": "true",
    }
    api = await product.start_api()
    await product.start_worker("ingestion")
    await product.start_worker("answers")
    began = await pooled.num_transactions()
    projects = [await new_project(api, name) for name in ("Lighthouse", "Harbour")]
    documents = [await upload(api, project, PDF) for project in projects]
    for events in await asyncio.gather(*(follow_document(api, document) for document in documents)):
        assert events[-1]["__typename"] == "DocumentCompleted"
        assert events[-1]["document"] == {"numPages": 4, "numChunks": 3}
    answers = [await ask(api, project, QUESTION) for project in projects]
    for events in await asyncio.gather(*(follow_answer(api, answer) for answer in answers)):
        assert events[-1]["__typename"] == "MessageCompleted"
        assert events[-1]["message"]["citations"][0]["status"] == "VERIFIED"
        assert "every 90 days" in text_of(events)
    assert await pooled.num_transactions() - began > 100
    assert await pooled.num_server_connections() <= 2 * NUM_SERVER_CONNECTIONS


async def test_nothing_of_one_viewer_is_left_for_the_next_on_a_pooled_connection(
    runtime_settings: Settings, pooled: Pooled, served: Served
) -> None:
    """Alice, Bob and a narrow key of Alice's take turns at random on two connections of the server."""
    harbour = await asking.new_project(served, "alice", "Harbour")
    await asking.new_project(served, "alice", "Lighthouse")
    await asking.new_project(served, "bob", "Mountain")
    key = await asking.new_key(served, projectIds=[harbour])
    expected = {"alice": {"Harbour", "Lighthouse"}, "bob": {"Mountain"}, key["secret"]: {"Harbour"}}
    through = DatabaseSettings.model_validate(
        {"url": pooled.url, "api_url": pooled.api_url, "pool_size": 10, "transaction_pooler": True}
    )
    settings = runtime_settings.model_copy(update={"database": through})
    people = Random(0).choices(list(expected), k=NUM_VIEWS)
    async with serving(settings, served.issuer) as behind:
        turns = asyncio.Semaphore(AT_ONCE)
        found = await asyncio.gather(*(seen(behind, turns, person, harbour) for person in people))
    for person, (projects, name) in zip(people, found, strict=True):
        assert (person, projects) == (person, expected[person])
        assert name == (None if person == "bob" else "Harbour")
    assert set(await left_behind(pooled)) == {("", "")}


async def test_a_large_project_is_indexed_through_the_pooler_too(pooled: Pooled, database: Database) -> None:
    opened = await engine.open(pooled.url, pool_size=5, transaction_pooler=True)
    home = await large(opened)
    assert await tend(opened) == READY
    assert list((await names(database)).values()) == [True]
    scope = Scope(home.user_id, home.project_id, home.generation_id)
    assert len(await search.basic(opened, scope=scope, query=seed.vectors(1)[0], cut=Cut(-1, 9))) == 9
    await engine.close(opened)


async def test_a_migration_leaves_no_statement_on_the_connection_that_it_borrowed(
    pgbouncer: PgBouncer, empty_database: str
) -> None:
    """The names that one process gives to its statements are those of the next one's too."""
    through = pgbouncer.through(empty_database)
    await migrate.upgrade(through)
    opened = await engine.open(through, pool_size=1, transaction_pooler=True)
    kept = await engine.fetch(opened, "SELECT name FROM pg_prepared_statements WHERE name <> ''")
    await engine.close(opened)
    assert kept == []


async def seen(
    served: Served, turns: asyncio.Semaphore, person: str, project: str
) -> tuple[set[str], str | None]:
    """Names of the projects that somebody lists, and what they see of one of them."""
    async with turns:
        listed = await served.ask(PROJECTS, person=person)
        one = (await served.ask(PROJECT, {"id": project}, person=person))["project"]
    return {edge["node"]["name"] for edge in listed["projects"]["edges"]}, one and one["name"]


async def left_behind(pooled: Pooled) -> list[tuple[str, str]]:
    """What the API's connections to the server still say of their viewers, outside of any transaction."""
    opened = await engine.open(pooled.api_url, pool_size=8, transaction_pooler=True)
    rows = await asyncio.gather(*(engine.fetch(opened, VIEWER) for _ in range(50)))
    await engine.close(opened)
    assert len({row[0] for (row,) in rows}) == NUM_SERVER_CONNECTIONS
    return [(viewer or "", key or "") for ((_, viewer, key),) in rows]
