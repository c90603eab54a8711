"""What many objects of one page need is loaded for all of them at once."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any, cast

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from backend.resolvers.loaders import MAKERS, build
from backend.schema.context import Context, Loaders
from tests.fixtures import asking
from tests.fixtures.served import Served

PAGE = """query ($project: ID!, $chat: ID!, $first: Int!) {
  project(id: $project) {
    documents(first: $first) { edges { node {
      name stages { stage } replacement { name } remaining { seconds } project { name }
    } } }
    chats(first: $first) { edges { node { title usage { numCalls } project { name } } } }
    crawls(first: $first) { edges { node { url counts { added } project { name } } } }
  }
  chat(id: $chat) {
    messages(first: $first) { edges { node {
      content citations { marker } feedback { positive } children { id } siblings { id }
      preferredChild { id } usage { numCalls } retrievalRuns { query } chat { title } parent { id }
    } } }
  }
}"""


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is said to the database through SQLAlchemy within the block, by the API in this process."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "set_config" not in statement:
            said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_a_longer_page_makes_no_more_statements(served: Served) -> None:
    project = await asking.new_project(served)
    chat = await asking.new_chat(served, project)
    for number in range(6):
        await asking.new_document(served, project, sha256=f"{number:064x}")
        await asking.new_crawl(served, project, f"https://example.com/{number}/")
        await asking.new_answer(served, chat)
        await asking.new_chat(served, project)
    said: dict[int, list[str]] = {}
    for first in (2, 6):
        with statements() as said[first]:
            data = await served.ask(PAGE, {"project": project, "chat": chat, "first": first})
        lists = [*data["project"].values(), *data["chat"].values()]
        assert [len(each["edges"]) for each in lists] == [first] * 4
    assert len(said[2]) > 5
    assert {each: number for each, number in more(said[2], said[6]).items() if number >= 6 - 2} == {}


def more(before: list[str], after: list[str]) -> Counter[str]:
    """The statements that came more often, and how much; batches may be cut in two by chance."""
    few, many = (Counter(re.sub(r"[$]\d+::\w+(, )?", "", each) for each in said) for said in (before, after))
    return many - few


def test_there_is_a_loader_for_each_that_the_schema_knows() -> None:
    assert MAKERS.keys() == {each.name for each in fields(Loaders)}
    with pytest.raises(AttributeError):
        _ = build(cast(Context, None)).nothing  # type: ignore[attr-defined]
