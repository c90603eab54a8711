"""Chats are seen, renamed and deleted by the member who began them, and by nobody else."""

from uuid import uuid4

import pytest

from backend.errors import Invalid, NotFound
from backend.services import chats
from db.models import Chat, Message
from tests.stage import Stage


async def test_a_chat_begins_with_a_plain_title(api_stage: Stage) -> None:
    async with api_stage.transactions.unit_of_work(api_stage.viewer.user_id) as session:
        chat = await chats.create(session, viewer=api_stage.viewer, project_id=api_stage.project_id)
        named = await chats.create(
            session, viewer=api_stage.viewer, project_id=api_stage.project_id, title="  The\n lamp "
        )
    assert (chat.title, named.title) == ("New chat", "The lamp")


@pytest.mark.parametrize("title", ["", " \n", "t" * 201])
async def test_a_bad_title_is_refused(api_stage: Stage, title: str) -> None:
    async with api_stage.transactions.unit_of_work(api_stage.viewer.user_id) as session:
        with pytest.raises(Invalid) as caught:
            await chats.rename(session, viewer=api_stage.viewer, chat_id=api_stage.chat_id, title=title)
    assert caught.value.field == "title"


async def test_a_renamed_chat_keeps_its_place(api_stage: Stage) -> None:
    async with api_stage.transactions.unit_of_work(api_stage.viewer.user_id) as session:
        before = await chats.get(session, viewer=api_stage.viewer, chat_id=api_stage.chat_id)
        place = before.updated_at
        after = await chats.rename(
            session, viewer=api_stage.viewer, chat_id=api_stage.chat_id, title="The lamp"
        )
    assert (after.title, after.updated_at) == ("The lamp", place)


async def test_deleting_a_chat_takes_its_messages_with_it(api_stage: Stage) -> None:
    answer = (await api_stage.ask()).answer
    assert await api_stage.changed(transactions=api_stage.both_roles[1]).work()
    receipt = await chats.delete(api_stage.transactions, viewer=api_stage.viewer, chat_id=api_stage.chat_id)
    assert (receipt.removed.num_chats, receipt.removed.num_messages, receipt.num_streams) == (1, 2, 1)
    assert await api_stage.events(answer.id) == []
    async with api_stage.database.sessions() as session:
        assert await session.get(Chat, api_stage.chat_id) is None
        assert await session.get(Message, answer.id) is None


async def test_a_strangers_chat_and_project_do_not_exist(api_stage: Stage) -> None:
    stranger = await api_stage.beside()
    viewer, project_id, chat_id = stranger.viewer, api_stage.project_id, api_stage.chat_id
    for transactions in stranger.both_roles:
        async with transactions.unit_of_work(viewer.user_id) as session:
            with pytest.raises(NotFound):
                await chats.create(session, viewer=viewer, project_id=project_id)
            with pytest.raises(NotFound):
                await chats.page(session, viewer=viewer, project_id=project_id, first=1)
            with pytest.raises(NotFound):
                await chats.get(session, viewer=viewer, chat_id=chat_id)
            with pytest.raises(NotFound):
                await chats.rename(session, viewer=viewer, chat_id=chat_id, title="Mine")
            with pytest.raises(NotFound):
                await chats.get(session, viewer=viewer, chat_id=uuid4())
        with pytest.raises(NotFound):
            await chats.delete(transactions, viewer=viewer, chat_id=chat_id)
    async with api_stage.database.sessions() as session:
        assert (await session.get_one(Chat, chat_id)).title == "New chat"


async def test_a_member_does_not_see_the_chats_of_another_member(api_stage: Stage) -> None:
    colleague = await api_stage.beside(is_member=True)
    for transactions in colleague.both_roles:
        async with transactions.unit_of_work(colleague.viewer.user_id) as session:
            page = await chats.page(
                session, viewer=colleague.viewer, project_id=api_stage.project_id, first=10
            )
            with pytest.raises(NotFound):
                await chats.get(session, viewer=colleague.viewer, chat_id=api_stage.chat_id)
        assert ([chat.id for chat in page.rows], page.total_count) == ([colleague.chat_id], 1)
