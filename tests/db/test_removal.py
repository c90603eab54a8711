"""Deleting takes all that is under a row, and says how much that was."""

import pytest

from db.engine import Database
from db.models import (
    Document,
)
from db.queries import (
    removal,
)
from tests.db import seed
from tests.db.seed import viewing


@pytest.mark.parametrize("role", ["owner", "api"])
async def test_deleting_a_document_says_what_went(
    role: str, database: Database, api_database: Database
) -> None:
    home, stranger = await seed.home(database), await seed.user(database)
    kept = await seed.published(database, home, seed.vectors(2), second=1)
    gone = await seed.published(database, home, seed.vectors(3), second=2)
    chosen = database if role == "owner" else api_database
    async with viewing(chosen, stranger) as session:
        assert await removal.delete_document(session, document_id=gone.document_id) is None
    async with viewing(chosen, home.user_id) as session:
        assert await removal.delete_document(session, document_id=gone.document_id) == removal.Removed(
            # The document and its version; three chunks, each with a vector and its words.
            num_rows=1 + 1 + 3 * 3,
            num_documents=1,
            num_chats=0,
            num_messages=0,
            num_chunks=3,
            num_vectors=3,
            document_ids=[gone.document_id],
            message_ids=[],
        )
        assert await removal.delete_document(session, document_id=gone.document_id) is None
    assert await database.pool.fetchval("SELECT count(*) FROM opentrace.chunk_vectors") == 2
    async with database.sessions() as session:
        assert await session.get(Document, kept.document_id) is not None


async def test_deleting_a_chat_and_a_project_says_what_went(
    database: Database, api_database: Database
) -> None:
    home = await seed.home(database)
    question, answer = await seed.conversation(database, home)
    messages = await seed.conversation(database, home)
    documents = [await seed.published(database, home, seed.vectors(2), second=second) for second in (1, 2)]
    async with viewing(api_database, home.user_id) as session:
        chat = await removal.delete_chat(session, chat_id=question.chat_id)
    assert chat is not None and (chat.num_chats, chat.num_messages, chat.num_rows) == (1, 2, 3)
    assert set(chat.message_ids) == {question.id, answer.id}
    async with viewing(api_database, home.user_id) as session:
        gone = await removal.delete_project(session, project_id=home.project_id)
    assert gone is not None
    assert (gone.num_documents, gone.num_chats, gone.num_messages) == (2, 1, 2)
    assert (gone.num_chunks, gone.num_vectors) == (4, 4)
    assert set(gone.document_ids) == {each.document_id for each in documents}
    assert set(gone.message_ids) == {each.id for each in messages}
    # The project, its member, settings and generation; two documents with a version each; four chunks, each
    # with a vector and its words; a chat of two messages, and what is left of the other one.
    assert gone.num_rows == 4 + 2 * 2 + 4 * 3 + 1 + 2 + 1
    for table in ("projects", "documents", "chunks", "chunk_vectors", "messages", "document_versions"):
        assert await database.pool.fetchval(f"SELECT count(*) FROM opentrace.{table}") == 0
