"""Events of a subscription are said at once, and nobody can tell: data, order and errors stay the same."""

import gc
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Annotated, Any

import orjson
import strawberry
from graphql.execution.collect_fields import FieldDetails
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.transport.execution import PlainFirst
from tests.transport.test_execution import Colour, Query, Quiet, directives, field, resolved

__all__ = ["resolved"]


@strawberry.type
class Lit:
    lamp_id: strawberry.ID
    at: datetime
    note: str | None
    colour: Colour


@strawberry.type
class Moved:
    at: datetime
    size: int

    @strawberry.field
    async def late(self) -> str:
        return "late"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def events(self) -> AsyncGenerator[Annotated[Lit | Moved, strawberry.union("Happened")], None]:
        for event in self.events:  # type: ignore[attr-defined] # the root is a stand-in that holds the events
            yield event


TOLD_GENERAL = Quiet(Query, subscription=Subscription)
TOLD = Quiet(Query, subscription=Subscription, execution_context_class=PlainFirst)
AT = datetime(2026, 1, 2, tzinfo=UTC)
odd = st.sampled_from([AT, None, "x", 1, Colour.GREEN, ValueError("odd")])
lits = st.builds(
    Lit,
    lamp_id=st.just("1"),
    at=st.just(AT) | odd,
    note=st.sampled_from([None, "n"]) | odd,
    colour=st.just(Colour.RED) | odd,
)
happened = st.lists(lits | st.builds(Moved, at=st.just(AT) | odd, size=st.just(3) | odd), max_size=8)
lit_fields = st.lists(
    st.builds(
        field, st.sampled_from(["lampId", "at", "note", "colour", "__typename"]), st.just(""), directives
    ),
    min_size=1,
    max_size=5,
).map(" ".join)
moved_fields = st.sampled_from(["at", "size", "at size", "late", "size late", "__typename"])


async def told(schema: strawberry.Schema, query: str, events: list[Any]) -> list[tuple[bytes, list[Any]]]:
    source = await schema.subscribe(
        query, {"yes": True, "no": False}, root_value=SimpleNamespace(events=events)
    )
    return [
        (orjson.dumps(result.data, default=repr), [error.formatted for error in result.errors or []])
        async for result in source
    ]


@settings(max_examples=200, deadline=None)
@given(lit=lit_fields, moved=moved_fields, events=happened)
async def test_random_events_have_the_same_outcome(lit: str, moved: str, events: list[Any]) -> None:
    query = (
        f"subscription ($yes: Boolean!, $no: Boolean!) {{ all: events {{ ... on Lit {{ {lit} }} ... on Moved "
        f"{{ {moved} x: size @include(if: $no) y: at @include(if: $yes) }} }} }}"
    )
    assert await told(TOLD, query, events) == await told(TOLD_GENERAL, query, events)


async def test_the_events_of_a_class_are_said_at_once_after_its_first(resolved: list[str]) -> None:
    lit = Lit(lamp_id=strawberry.ID("1"), at=AT, note=None, colour=Colour.RED)
    moved = Moved(at=AT, size=3)
    query = "subscription { events { __typename ... on Lit { lampId colour } ... on Moved { size late } } }"
    found = await told(TOLD, query, [lit, lit, moved, lit, moved])
    lit_said = {"events": {"__typename": "Lit", "lampId": "1", "colour": "RED"}}
    moved_said = {"events": {"__typename": "Moved", "size": 3, "late": "late"}}
    expected = [lit_said, lit_said, moved_said, lit_said, moved_said]
    assert found == [(orjson.dumps(said), []) for said in expected]
    assert resolved == ["events", "events", "late", "events", "late"]


async def test_nothing_is_kept_of_an_event_that_was_said(resolved: list[str]) -> None:
    query = "subscription { events { ... on Moved { size late } } }"
    root = SimpleNamespace(events=[Moved(at=AT, size=3)] * 12)
    source = await TOLD.subscribe(query, root_value=root)
    num_kept = []
    async for _ in source:
        gc.collect()
        num_kept.append(sum(type(each) is FieldDetails for each in gc.get_objects()))
    assert len(set(num_kept[5:])) == 1
