"""A change of the embedding model is told to the project's followers, from any cursor on."""

from contextlib import aclosing
from typing import Any

from backend.events import Cursor, Event
from tests.fixtures.house import House
from tests.services.generations.switching import NARROW, act, change, changed, taken_in, told, watch, work


def brief(event: Event) -> tuple[str, Any, Any, Any]:
    row = event.data["model_change"]
    return event.kind, row["model"], row["status"], row["num_embedded"]


async def test_a_follower_sees_it_begin_come_further_and_end(house: House) -> None:
    await taken_in(house, 6)
    async with aclosing(watch(house)) as events:
        snapshot = await told(events)
        assert snapshot.data["model_change"] is None
        await change(house)
        begun = await told(events)
        assert brief(begun) == ("EmbeddingModelProgressed", NARROW, "BUILDING", 0)
        seen = [snapshot, begun]
        assert await work(house)
        while seen[-1].data["model_change"]["status"] == "BUILDING":
            seen.append(await told(events))
    assert brief(seen[-1]) == ("EmbeddingModelProgressed", NARROW, "ACTIVE", 6)
    cursors = [event.cursor.seq for event in seen]
    assert cursors == sorted(set(cursors))
    numbers = [event.data["model_change"]["num_embedded"] for event in seen[1:]]
    assert numbers == sorted(numbers)


async def test_whoever_was_away_is_told_once_as_it_is(house: House) -> None:
    await taken_in(house, 6)
    await change(house)
    async with aclosing(watch(house)) as events:
        away = (await told(events)).cursor
    assert await work(house)
    async with aclosing(watch(house, away)) as events:
        assert brief(await told(events)) == ("EmbeddingModelProgressed", NARROW, "ACTIVE", 6)
    async with aclosing(watch(house)) as events:
        snapshot = await told(events)
    assert brief(snapshot) == ("ProjectSnapshot", NARROW, "ACTIVE", 6)
    # Three batches' worth at most, the beginning and the switch: each took the project's next number.
    assert away < snapshot.cursor <= Cursor(0, away.seq + 3)


async def test_going_back_is_told_as_the_last_change(house: House) -> None:
    await taken_in(house, 2)
    await changed(house)
    await act(house, "roll_back")
    async with aclosing(watch(house)) as events:
        snapshot = await told(events)
        assert snapshot.data["model_change"]["status"] == "BUILDING"
        await act(house, "cancel")
        assert (await told(events)).data["model_change"]["status"] == "CANCELLED"
