"""The plain queries, as the API's role runs them behind row-level security."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from db.engine import Database
from db.models import (
    Chat,
    Citation,
    Document,
    DocumentStatus,
    IdempotencyKey,
    MemberRole,
    Message,
    MessageRole,
    RagStrategy,
    Usage,
    UsageKind,
)
from db.queries import (
    chats,
    citations,
    documents,
    idempotency,
    messages,
    projects,
    removal,
    stages,
    usage,
    users,
)
from db.queries.messages import Rating
from db.queries.projects import NewProject
from db.viewer import set_viewer
from tests.db import seed


@asynccontextmanager
async def viewing(database: Database, user_id: UUID) -> AsyncIterator[AsyncSession]:
    async with database.sessions.begin() as session:
        await set_viewer(session, user_id)
        yield session


async def test_a_person_is_made_once_and_then_kept_in_step(api_database: Database) -> None:
    async def sign_in(email: str | None, name: str | None) -> UUID:
        async with api_database.sessions.begin() as session:
            return await users.ensure(session, subject="clerk|1", email=email, name=name)

    made = await asyncio.gather(*(sign_in("a@example.org", None) for _ in range(5)))
    assert len(set(made)) == 1
    assert await sign_in(None, "Ada") == made[0]
    async with viewing(api_database, made[0]) as session:
        user = await users.get(session, made[0])
    assert user is not None
    assert (user.email, user.name) == ("a@example.org", "Ada")
    assert isinstance(made[0], UUID)


async def test_the_api_makes_a_project_whole(database: Database, api_database: Database) -> None:
    user_id = await seed.user(database)
    async with viewing(api_database, user_id) as session:
        made = await projects.insert(session, project=NewProject(user_id, "Reports", "All", "model-x", 384))
    async with viewing(api_database, user_id) as session:
        assert await projects.get(session, made.id) == made
        assert await projects.role_of(session, project_id=made.id, user_id=user_id) is MemberRole.OWNER
        settings = (await projects.settings_of(session, [made.id]))[made.id]
        generation = await projects.active_generation(session, made.id)
    assert (settings.rag_strategy, settings.num_chunks) == (RagStrategy.BASIC, 5)
    assert isinstance(settings.rag_strategy, RagStrategy)
    assert generation is not None
    assert (generation.model, generation.dimensions) == ("model-x", 384)


async def test_projects_are_listed_for_their_members_alone(
    database: Database, api_database: Database
) -> None:
    home, stranger = await seed.home(database), await seed.home(database)
    async with viewing(api_database, home.user_id) as session:
        page = await projects.page(session, first=10)
    assert ([row.id for row in page.rows], page.total_count) == ([home.project_id], 1)
    async with database.sessions() as session:
        page = await projects.page(session, first=10, member_id=stranger.user_id)
        assert [row.id for row in page.rows] == [stranger.project_id]
        assert (await projects.page(session, first=10)).total_count == 2


async def test_changes_come_back_as_rows_and_a_stranger_changes_nothing(
    database: Database, api_database: Database
) -> None:
    home, stranger = await seed.home(database), await seed.user(database)
    async with viewing(api_database, home.user_id) as session:
        before = await projects.get(session, home.project_id)
        after = await projects.update(session, home.project_id, values={"name": "New"})
        assert after is before and after is not None and after.name == "New"
        changed = await projects.update_settings(session, home.project_id, values={"num_chunks": 9})
        assert changed is not None and changed.num_chunks == 9
    async with viewing(api_database, stranger) as session:
        assert await projects.update(session, home.project_id, values={"name": "x"}) is None
        assert await projects.update_settings(session, home.project_id, values={"num_chunks": 1}) is None
        assert await projects.get(session, home.project_id) is None


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
        version = await stages.working_version(session, row.id)
        await stages.start(session, version=version, stage=parse, attempt=1)
        await stages.finish(session, version_id=version.id, stage=parse, detail={"num_elements": 3})
        await stages.start(session, version=version, stage=embed, attempt=1)
    async with database.sessions.begin() as session:
        again = await stages.working_version(session, row.id)
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


async def test_chats_move_up_when_they_are_used(database: Database, api_database: Database) -> None:
    home = await seed.home(database)
    async with viewing(api_database, home.user_id) as session:
        first = await chats.insert(session, chat=Chat(project_id=home.project_id, created_by=home.user_id))
        second = await chats.insert(session, chat=Chat(project_id=home.project_id, created_by=home.user_id))
    async with viewing(api_database, home.user_id) as session:
        await chats.touch(session, first.id)
        renamed = await chats.rename(session, second.id, title="Numbers")
        assert renamed is not None and renamed.title == "Numbers"
        page = await chats.page(session, home.project_id, first=5)
    assert [row.id for row in page.rows] == [first.id, second.id]


async def test_history_is_the_way_to_a_message_and_stays_in_its_chat(database: Database) -> None:
    home = await seed.home(database)
    foreign, _ = await seed.conversation(database, home, "Secret?")
    question, answer = await seed.conversation(database, home)
    shared: dict[str, Any] = {
        "chat_id": question.chat_id,
        "project_id": home.project_id,
        "created_by": home.user_id,
    }
    third = Message(**shared, parent_id=answer.id, role=MessageRole.USER, content="And?")
    odd = Message(**shared, parent_id=foreign.id, role=MessageRole.USER, content="?")
    await seed.add(database, third, odd)
    async with database.sessions() as session:
        assert [row.id for row in await messages.history(session, third.id, limit=10)] == [
            question.id,
            answer.id,
        ]
        assert [row.id for row in await messages.history(session, third.id, limit=1)] == [answer.id]
        assert await messages.history(session, third.id, limit=0) == []
        assert await messages.history(session, odd.id, limit=10) == []
        children = await messages.children_of(session, [question.id, third.id])
        assert {id: [row.id for row in rows] for id, rows in children.items()} == {
            question.id: [answer.id],
            third.id: [],
        }
        newest = await messages.newest(session, question.chat_id)
        assert newest is not None and newest.id in (third.id, odd.id)


async def test_the_api_sends_a_message(database: Database, api_database: Database) -> None:
    home = await seed.home(database)
    chat = Chat(project_id=home.project_id, created_by=home.user_id)
    question, answer = seed.pair(chat)
    async with viewing(api_database, home.user_id) as session:
        await chats.insert(session, chat=chat)
        await messages.insert_pair(session, question=question, answer=answer)
    async with viewing(api_database, home.user_id) as session:
        page = await messages.page(session, chat.id, first=5)
    assert [row.id for row in page.rows] == [answer.id, question.id]


async def test_the_last_rating_counts(database: Database, api_database: Database) -> None:
    home = await seed.home(database)
    _, answer = await seed.conversation(database, home)
    async with viewing(api_database, home.user_id) as session:
        for rating in (Rating(True), Rating(False, "WRONG", "No.")):
            await messages.save_feedback(session, message_id=answer.id, user_id=home.user_id, rating=rating)
        found = await messages.feedback_of(session, [answer.id], user_id=home.user_id)
    kept = found[answer.id]
    assert (kept.positive, kept.reason, kept.comment) == (False, "WRONG", "No.")


async def test_citations_are_replaced_and_come_in_order(database: Database, api_database: Database) -> None:
    home = await seed.home(database)
    question, answer = await seed.conversation(database, home)

    def cite(position: int) -> Citation:
        return Citation(
            message_id=answer.id,
            position=position,
            marker=position + 1,
            document_id=uuid4(),
            document_name="a.pdf",
            chunk_id=uuid4(),
            chunk_text="words",
            score=0.5,
        )

    async with database.sessions.begin() as session:
        await citations.replace(session, message_id=answer.id, citations=[cite(0)])
    async with database.sessions.begin() as session:
        await citations.replace(session, message_id=answer.id, citations=[cite(2), cite(0), cite(1)])
    async with viewing(api_database, home.user_id) as session:
        found = await citations.of_messages(session, [answer.id, question.id])
    assert {id: [row.position for row in rows] for id, rows in found.items()} == {
        answer.id: [0, 1, 2],
        question.id: [],
    }


async def test_usage_is_listed_by_message(database: Database, api_database: Database) -> None:
    home = await seed.home(database)
    _, answer = await seed.conversation(database, home)
    call = Usage(
        user_id=home.user_id, project_id=home.project_id, message_id=answer.id, kind=UsageKind.CHAT, model="m"
    )
    async with viewing(api_database, home.user_id) as session:
        await usage.insert(session, usage=call)
    async with viewing(api_database, home.user_id) as session:
        assert (await usage.of_messages(session, [answer.id]))[answer.id] == [call]


async def test_the_first_caller_with_a_key_decides_and_the_others_wait_for_it(
    database: Database, api_database: Database
) -> None:
    home = await seed.home(database)

    def entry(result_id: UUID) -> IdempotencyKey:
        return IdempotencyKey(
            user_id=home.user_id, mutation="send", key="k", request_sha256="a", result_id=result_id
        )

    async def repeat() -> IdempotencyKey | None:
        async with viewing(api_database, home.user_id) as session:
            return await idempotency.remember(session, entry=entry(uuid4()))

    first = uuid4()
    async with api_database.sessions() as session:
        await set_viewer(session, home.user_id)
        assert await idempotency.remember(session, entry=entry(first)) is None
        waiting = asyncio.create_task(repeat())
        await seed.until_somebody_waits_for_a_lock(database)
        await session.commit()
    found = await waiting
    assert found is not None and found.result_id == first


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
        assert await removal.delete_document(session, document_id=gone.document_id) == removal.Receipt(
            num_documents=1, num_chats=0, num_messages=0, num_chunks=3, num_vectors=3, storage_keys=["key-2"]
        )
        assert await removal.delete_document(session, document_id=gone.document_id) is None
    assert await database.pool.fetchval("SELECT count(*) FROM opentrace.chunk_vectors") == 2
    async with database.sessions() as session:
        assert await session.get(Document, kept.document_id) is not None


async def test_deleting_a_chat_and_a_project_says_what_went(
    database: Database, api_database: Database
) -> None:
    home = await seed.home(database)
    question, _ = await seed.conversation(database, home)
    await seed.conversation(database, home)
    for second in (1, 2):
        await seed.published(database, home, seed.vectors(2), second=second)
    async with viewing(api_database, home.user_id) as session:
        chat = await removal.delete_chat(session, chat_id=question.chat_id)
        assert chat is not None and (chat.num_chats, chat.num_messages) == (1, 2)
    async with viewing(api_database, home.user_id) as session:
        assert await removal.delete_project(session, project_id=home.project_id) == removal.Receipt(
            num_documents=2,
            num_chats=1,
            num_messages=2,
            num_chunks=4,
            num_vectors=4,
            storage_keys=["key-1", "key-2"],
        )
    for table in ("projects", "documents", "chunks", "chunk_vectors", "messages", "document_versions"):
        assert await database.pool.fetchval(f"SELECT count(*) FROM opentrace.{table}") == 0
