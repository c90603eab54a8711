"""Whatever fits the schema is answered or refused; nothing of it is an unexpected error."""

import asyncio

from tests.fixtures import asking
from tests.fixtures.fuzzing import Fuzz
from tests.fixtures.served import Served


async def test_operations_that_are_made_up_from_the_schema_meet_no_unexpected_error(served: Served) -> None:
    project = await asking.new_project(served)
    chat = await asking.new_chat(served, project)
    ids = [
        project,
        chat,
        await asking.new_answer(served, chat),
        await asking.new_document(served, project),
        await asking.new_crawl(served, project),
        (await asking.new_key(served))["id"],
    ]
    fuzz = Fuzz(served.url, served.bearer("alice"), ids)
    await asyncio.to_thread(fuzz.run, 4)
    assert fuzz.failures == []
    assert fuzz.outcomes["something"] > 50, fuzz.outcomes
    assert fuzz.outcomes.keys() >= {"expected failure", "nothing", "INVALID"}, fuzz.outcomes
