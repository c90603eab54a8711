"""The second wall: what the API's role can reach when every check in front of it has been forgotten."""

import asyncpg
import pytest

from db.engine import Database
from db.models import (
    Table,
)
from tests.db import seed
from tests.db.furnished import furnished

HIDDEN = {
    *("cached_embeddings", "chunks", "chunk_vectors", "staged_chunks", "staged_vectors"),
    *("chunk_keywords", "lexeme_counts", "lexeme_changes", "chores", "summaries", "memories"),
    "vector_indexes",
}
VISIBLE = {table.name for table in Table.metadata.tables.values()} - HIDDEN

_FUSED = "ARRAY['text'], array_fill(1::real, ARRAY[8]), true, 'CONVEX', 0.5, 0.5, -1, 100"
_NEAREST = (
    "ARRAY(SELECT c.id FROM opentrace.search_basic($1, $4, array_fill(1::real, ARRAY[8]), -1, 1) AS c (id))"
)

# Each function that the API's role may call, and a call that could tell a stranger something.
CALLS = {
    "viewer_id": "SELECT 1 WHERE false",
    "key_id": "SELECT 1 WHERE false",
    "key_reaches": "SELECT 1 WHERE false",
    # Both are asked before anybody is known: one by a hash of 256 random bits, the other by ids alone.
    "use_key": "SELECT 1 WHERE false",
    "ended_access": "SELECT 1 WHERE false",
    "is_member": "SELECT 1 WHERE opentrace.is_member($1)",
    "may_found": "SELECT 1 WHERE opentrace.may_found($1)",
    "ensure_user": "SELECT 1 WHERE false",
    # The API passes on what the issuer has signed; neither function tells anything.
    "know_user": "SELECT 1 WHERE false",
    "delete_user": "SELECT 1 WHERE false",
    "place_of_document": "SELECT 1 WHERE opentrace.place_of_document($2) IS NOT NULL",
    "message_path": "SELECT * FROM opentrace.message_path($3, 10)",
    "conversation_end": "SELECT 1 WHERE opentrace.conversation_end($5) IS NOT NULL",
    "matching_messages": "SELECT opentrace.matching_messages($1, 'why')",
    "chunks_of_document": "SELECT * FROM opentrace.chunks_of_document($6, -1, 10)",
    "num_chunks_of_document": "SELECT 1 WHERE opentrace.num_chunks_of_document($6) > 0",
    "search_basic": "SELECT * FROM opentrace.search_basic($1, $4, array_fill(1::real, ARRAY[8]), -1, 100)",
    "search_basic_as": "SELECT * FROM opentrace.search_basic_as(opentrace.viewer_id(), $1, $4,"
    " array_fill(1::real, ARRAY[8]), -1, 100)",
    "search_fused": f"SELECT * FROM opentrace.search_fused($1, $4, {_FUSED})",
    "search_fused_as": f"SELECT * FROM opentrace.search_fused_as(opentrace.viewer_id(), $1, $4, {_FUSED})",
    "search_reach": "SELECT * FROM opentrace.search_reach($1, $4, NULL)",
    "search_reach_as": "SELECT * FROM opentrace.search_reach_as(opentrace.viewer_id(), $1, $4, NULL)",
    "chunks_beside": f"SELECT * FROM opentrace.chunks_beside($1, {_NEAREST}, 3)",
    "chunks_beside_as": f"SELECT * FROM opentrace.chunks_beside_as(opentrace.viewer_id(), $1, {_NEAREST}, 3)",
    "project_as": "SELECT * FROM opentrace.project_as(opentrace.viewer_id(), $1)",
    "documents_as": "SELECT * FROM opentrace.documents_as(opentrace.viewer_id(), $1, NULL, NULL, 10)",
    "project_and_documents_as": "SELECT * FROM opentrace.project_and_documents_as("
    "opentrace.viewer_id(), $1, NULL, NULL, 10)",
    "delete_document": "SELECT * FROM opentrace.delete_document($2)",
    "delete_chat": "SELECT * FROM opentrace.delete_chat($5)",
    "delete_project": "SELECT * FROM opentrace.delete_project($1)",
}

_TABLES = """
SELECT c.relname FROM pg_class c
 WHERE c.relnamespace = 'opentrace'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""
_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


async def rows_seen(database: Database, viewer: object, statement: str, *values: object) -> int:
    """How many rows the statement gives this viewer; nothing that it does is kept."""
    async with database.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            if viewer is not None:
                await connection.execute("SELECT set_config('opentrace.viewer', $1, true)", str(viewer))
            return len(await connection.fetch(statement, *values))
        finally:
            await transaction.rollback()


async def test_a_stranger_sees_no_row_of_any_table(database: Database, api_database: Database) -> None:
    home, _ = await furnished(database)
    stranger = await seed.user(database)
    seen = {
        table: [
            await rows_seen(api_database, viewer, f"SELECT 1 FROM opentrace.{table}")
            for viewer in (stranger, None)
        ]
        for table in VISIBLE
    }
    # A stranger is a user too, and sees that row alone.
    assert seen == {table: [1 if table == "users" else 0, 0] for table in VISIBLE}
    owner = {
        table: await rows_seen(api_database, home.user_id, f"SELECT 1 FROM opentrace.{table}")
        for table in VISIBLE
    }
    assert [table for table, num in owner.items() if num == 0] == []


async def test_no_function_tells_a_stranger_anything(database: Database, api_database: Database) -> None:
    home, ids = await furnished(database)
    stranger = await seed.user(database)
    callable_now = await api_database.pool.fetch(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'opentrace'::regnamespace"
        " AND has_function_privilege(oid, 'EXECUTE')"
    )
    assert {row["proname"] for row in callable_now} == set(CALLS)
    told = {}
    for name, call in CALLS.items():
        if "$" not in call:
            continue
        statement, values = numbered(call, ids)
        told[name] = [
            await rows_seen(api_database, viewer, statement, *values)
            for viewer in (stranger, None, home.user_id)
        ]
    assert told == {
        "is_member": [0, 0, 1],
        "may_found": [0, 0, 0],
        "place_of_document": [0, 0, 1],
        "message_path": [0, 0, 1],
        "conversation_end": [0, 0, 1],
        "matching_messages": [0, 0, 1],
        "chunks_of_document": [0, 0, 3],
        "num_chunks_of_document": [0, 0, 1],
        "search_basic": [0, 0, 3],
        "search_basic_as": [0, 0, 3],
        "search_fused": [0, 0, 3],
        "search_fused_as": [0, 0, 3],
        "search_reach": [0, 0, 1],
        "search_reach_as": [0, 0, 1],
        "chunks_beside": [0, 0, 2],
        "chunks_beside_as": [0, 0, 2],
        "project_as": [0, 0, 1],
        "documents_as": [0, 0, 3],
        "project_and_documents_as": [0, 0, 4],
        "delete_document": [0, 0, 1],
        "delete_chat": [0, 0, 1],
        "delete_project": [0, 0, 1],
    }


def numbered(call: str, ids: dict[str, object]) -> tuple[str, list[object]]:
    """The call with only the parameters that it uses, numbered from 1."""
    values: list[object] = []
    for number, value in enumerate(ids.values(), start=1):
        if f"${number}" in call:
            values.append(value)
            call = call.replace(f"${number}", f"@{len(values)}")
    return call.replace("@", "$"), values


async def test_the_api_has_no_right_on_chunk_tables_and_their_partitions(
    database: Database, api_database: Database
) -> None:
    tables = {row["relname"] for row in await database.pool.fetch(_TABLES)}
    granted = {
        table
        for table in tables
        for right in _RIGHTS
        if await database.pool.fetchval(
            "SELECT has_table_privilege('opentrace_api', $1, $2)", f"opentrace.{table}", right
        )
    }
    assert granted == VISIBLE
    assert len(tables) == len(VISIBLE) + len(HIDDEN) + 16 + 1
    for table in tables - VISIBLE:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await api_database.pool.fetch(f"SELECT * FROM opentrace.{table}")


async def test_every_table_that_the_api_reaches_is_behind_row_level_security(database: Database) -> None:
    secured = await database.pool.fetch(
        "SELECT relname FROM pg_class"
        " WHERE relnamespace = 'opentrace'::regnamespace AND relrowsecurity AND relkind = 'r'"
    )
    assert {row["relname"] for row in secured} == VISIBLE


async def test_every_definer_function_pins_its_search_path(database: Database) -> None:
    loose = await database.pool.fetch(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'opentrace'::regnamespace AND prosecdef"
        " AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false)"
    )
    assert [row["proname"] for row in loose] == []


async def test_nobody_else_may_call_anything(database: Database) -> None:
    open_to_all = await database.pool.fetch(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'opentrace'::regnamespace"
        " AND (proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0))"
    )
    assert [row["proname"] for row in open_to_all] == []


REFUSED = {
    "join a project": "INSERT INTO opentrace.project_members (user_id, project_id, role, created_at)"
    " VALUES (opentrace.viewer_id(), $1, 'OWNER', now())",
    "make a project in another's name": "INSERT INTO opentrace.projects"
    " (id, created_by, name, description, created_at, updated_at)"
    " SELECT gen_random_uuid(), $7, 'x', '', now(), now()",
    "upload into a project": "INSERT INTO opentrace.documents"
    " (id, project_id, uploaded_by, name, content_type, size_bytes, sha256,"
    " storage_key, source, status, attempt, event_seq, num_tries, num_pages_parsed,"
    " num_chunks_embedded, version, created_at, updated_at)"
    " VALUES (gen_random_uuid(), $1, opentrace.viewer_id(), 'x', 'x', 1, repeat('0', 64), 'x', 'UPLOAD',"
    " 'UPLOADING', 0, 0, 0, 0, 0, 0, now(), now())",
    "chat about a project": "INSERT INTO opentrace.chats"
    " (id, project_id, created_by, title, created_at, updated_at)"
    " VALUES (gen_random_uuid(), $1, opentrace.viewer_id(), 'x', now(), now())",
    "speak in a chat": "INSERT INTO opentrace.messages"
    " (id, chat_id, project_id, created_by, role, content, status, attempt, event_seq, num_tries,"
    " created_at, updated_at) VALUES (gen_random_uuid(), $5, $1,"
    " opentrace.viewer_id(), 'USER', 'x', 'COMPLETED', 0, 0, 0, now(), now())",
    "charge a project": "INSERT INTO opentrace.usage (id, user_id, project_id, attempt, kind, model,"
    " num_input_tokens, num_output_tokens, created_at)"
    " VALUES (gen_random_uuid(), opentrace.viewer_id(), $1, 0, 'CHAT', 'x', 0, 0, now())",
    "move a document": "UPDATE opentrace.documents SET project_id = $1",
    "delete documents": "DELETE FROM opentrace.documents",
    "delete projects": "DELETE FROM opentrace.projects",
    "delete messages": "DELETE FROM opentrace.messages",
    "let oneself in": "UPDATE opentrace.project_members SET user_id = opentrace.viewer_id()",
}


@pytest.mark.parametrize("act", REFUSED)
async def test_a_stranger_cannot(act: str, database: Database, api_database: Database) -> None:
    home, ids = await furnished(database)
    stranger = await seed.user(database)
    statement, values = numbered(REFUSED[act], {**ids, "owner": home.user_id})
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await rows_seen(api_database, stranger, statement, *values)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE opentrace.projects SET name = 'x'",
        "UPDATE opentrace.documents SET name = 'x'",
        "UPDATE opentrace.chats SET title = 'x'",
        "UPDATE opentrace.messages SET content = 'x'",
        "UPDATE opentrace.feedback SET positive = false",
        "UPDATE opentrace.retrieval_settings SET num_chunks = 1",
        "DELETE FROM opentrace.feedback",
        "SELECT 1 FROM opentrace.documents FOR UPDATE",
    ],
)
async def test_a_change_without_a_filter_touches_none_of_anothers_rows(
    change: str, database: Database, api_database: Database
) -> None:
    home, _ = await furnished(database)
    stranger = await seed.user(database)
    returning = change if change.startswith("SELECT") else f"{change} RETURNING 1"
    assert await rows_seen(api_database, stranger, returning) == 0
    assert await rows_seen(api_database, home.user_id, returning) > 0
