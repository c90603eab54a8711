"""Chats are written down and looked through by the person whose they are, and by nobody else."""

import json

import pytest

from backend.errors import Invalid, NotFound
from backend.services.messages import export, read
from tests.stage import PASSAGES, QUESTION, Stage


async def markdown(stage: Stage) -> export.File:
    async with stage.transactions.unit_of_work(stage.viewer.user_id) as session:
        return await export.markdown(session, viewer=stage.viewer, chat_id=stage.chat_id)


async def found(stage: Stage, query: str, **page: str) -> list[str]:
    async with stage.transactions.unit_of_work(stage.viewer.user_id) as session:
        read_page = await read.matching(
            session, viewer=stage.viewer, project_id=stage.project_id, query=query, first=10, **page
        )
    return [message.content for message in read_page.rows]


async def test_a_chat_is_exported_as_markdown_with_its_sources(stage: Stage) -> None:
    row = await stage.answered()
    file = await markdown(stage)
    assert (file.name, file.content_type) == ("New-chat.md", "text/markdown")
    parts = file.content.split("\n\n")
    assert parts[0] == "# New chat"
    assert parts[1].startswith("## Question, ") and parts[2] == QUESTION
    assert parts[3] == f"## Answer, {row.created_at:%Y-%m-%d %H:%M} UTC"
    assert parts[-2:] == ["Sources:", f"* [1] handbook.pdf, page 1 (verified): “{PASSAGES[0]}”\n"]


async def test_only_the_preferred_answers_are_exported(stage: Stage) -> None:
    first = await stage.answered()
    await stage.regenerate(first.id)
    assert await stage.work()
    assert (await markdown(stage)).content.count("## Answer") == 1


async def test_a_chat_is_exported_as_json(stage: Stage) -> None:
    await stage.answered()
    async with stage.transactions.unit_of_work(stage.viewer.user_id) as session:
        file = await export.json(session, viewer=stage.viewer, chat_id=stage.chat_id)
    whole = json.loads(file.content)
    question, answer = whole["messages"]
    assert (question["role"], question["content"], question["citations"]) == ("USER", QUESTION, [])
    assert (answer["status"], answer["citations"][0]["quote"]) == ("COMPLETED", PASSAGES[0])
    assert file.name == "New-chat.json"


async def test_an_empty_chat_is_a_title(api_stage: Stage) -> None:
    assert (await markdown(api_stage)).content == "# New chat\n"


async def test_messages_are_found_by_their_words_in_ones_own_chats_only(api_stage: Stage) -> None:
    await api_stage.ask("Who climbs the steps?")
    await api_stage.ask("When is the lamp lit?")
    other = await api_stage.beside(is_member=True)
    await other.ask("Is the lamp lit?")
    assert await found(api_stage, "lamp") == ["When is the lamp lit?"]
    assert await found(api_stage, '"lamp lit"') == ["When is the lamp lit?"]
    assert await found(api_stage, '"lit lamp"') == []
    assert await found(api_stage, "-lamp steps") == ["Who climbs the steps?"]
    assert await found(other, "steps") == []


@pytest.mark.parametrize("query", ["", " \n", "\0", "x" * 201])
async def test_a_query_without_words_or_with_too_many_is_refused(api_stage: Stage, query: str) -> None:
    with pytest.raises(Invalid) as caught:
        await found(api_stage, query)
    assert caught.value.field == "query"


async def test_a_stranger_exports_nothing_and_finds_nothing(api_stage: Stage) -> None:
    await api_stage.ask()
    stranger = await api_stage.beside()
    for role in stranger.both_roles:
        acting = stranger.changed(
            transactions=role, chat_id=api_stage.chat_id, project_id=api_stage.project_id
        )
        with pytest.raises(NotFound):
            await markdown(acting)
        with pytest.raises(NotFound):
            await found(acting, "lamp")
