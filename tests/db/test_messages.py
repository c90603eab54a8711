"""Chats and messages: their order, the way back, ratings, citations and usage."""

from typing import Any
from uuid import uuid4

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from db.engine import Database
from db.models import (
    Chat,
    Citation,
    Message,
    MessageRole,
    Usage,
    UsageKind,
)
from db.queries import (
    chats,
    citations,
    messages,
    usage,
)
from db.queries.messages import Rating
from tests.db import seed
from tests.db.seed import START, Home, viewing


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
        end = await messages.end_of(session, question.chat_id)
        assert end == third.id


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


async def test_a_call_is_written_once_and_then_brought_up_to_date(database: Database) -> None:
    home = await seed.home(database)
    _, answer = await seed.conversation(database, home)
    call = Usage(user_id=home.user_id, message_id=answer.id, kind=UsageKind.CHAT, model="m")
    await usage.save(database, rows=[call])
    call.num_input_tokens, call.num_output_tokens = 7, 3
    await usage.save(database, rows=[call])
    async with database.sessions() as session:
        (kept,) = (await usage.of_messages(session, [answer.id]))[answer.id]
    assert (kept.id, kept.kind) == (call.id, UsageKind.CHAT)
    assert (kept.num_input_tokens, kept.num_output_tokens) == (7, 3)


async def test_chats_may_be_listed_for_one_person(database: Database) -> None:
    home = await seed.home(database)
    question, _ = await seed.conversation(database, home)
    async with database.sessions() as session:
        mine = await chats.page(session, home.project_id, first=5, created_by=home.user_id)
        others = await chats.page(session, home.project_id, first=5, created_by=await seed.user(database))
    assert ([row.id for row in mine.rows], mine.total_count) == ([question.chat_id], 1)
    assert ([row.id for row in others.rows], others.total_count) == ([], 0)


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


ANSWER = """
UPDATE opentrace.messages SET content = 'The keeper of the big lamp tends it.', finished_at = $2 WHERE id = $1
"""
MANY = """
INSERT INTO opentrace.messages SELECT (jsonb_populate_record(m, jsonb_build_object(
    'id', gen_random_uuid(), 'content', 'Lamp ' || number, 'finished_at', now()))).*
  FROM opentrace.messages m CROSS JOIN generate_series(1, 2000) AS number WHERE m.id = $1
"""


async def found(session: AsyncSession, home: Home, words: str) -> list[str]:
    page = await messages.matching(session, home.project_id, words, first=10, after=None)
    return [row.content for row in page.rows]


async def test_ones_own_whole_messages_are_found_by_their_words(
    database: Database, api_database: Database
) -> None:
    home = await seed.home(database)
    _, answer = await seed.conversation(database, home, "Who tends the lamp?")
    stranger = await seed.home(database)
    await seed.conversation(database, stranger, "Who tends the lamp there?")
    await database.pool.execute(ANSWER, answer.id, None)
    async with viewing(api_database, home.user_id) as session:
        assert await found(session, home, "lamp") == ["Who tends the lamp?"]
    await database.pool.execute(ANSWER, answer.id, START)
    async with viewing(api_database, home.user_id) as session:
        assert await found(session, home, "tends lamp") == [
            "The keeper of the big lamp tends it.",
            "Who tends the lamp?",
        ]
        assert await found(session, home, '"big lamp"') == ["The keeper of the big lamp tends it."]
        assert await found(session, home, "-keeper") == ["Who tends the lamp?"]
        for nothing in (f"={stranger.user_id}", f"={home.user_id}", "!!", "'"):
            assert await found(session, home, nothing) == []
        assert await found(session, stranger, "lamp") == []


async def test_messages_are_found_by_their_index(database: Database, api_database: Database) -> None:
    home = await seed.home(database)
    question, _ = await seed.conversation(database, home, "Where is the lamp?")
    await database.pool.execute(MANY, question.id)
    await database.pool.execute("ANALYZE opentrace.messages")
    async with viewing(api_database, home.user_id) as session:
        assert await found(session, home, "lamp 17") == ["Lamp 17"]
        scans = text("SELECT pg_stat_get_xact_numscans('opentrace.ix_messages_words'::regclass)")
        assert (await session.exec(scans)).scalar_one() >= 1
