"""Plain fields are read sooner, and nobody can tell: data, its order and errors are as in the general way."""

from datetime import UTC, datetime
from enum import Enum
from types import SimpleNamespace
from typing import Annotated, Any

import orjson
import pytest
import strawberry
from graphql import GraphQLError
from hypothesis import given, settings
from hypothesis import strategies as st
from strawberry.extensions import FieldExtension, SchemaExtension
from strawberry.scalars import JSON
from strawberry.types import ExecutionContext

from backend.transport.execution import PlainFirst


@strawberry.enum
class Colour(Enum):
    RED = "r"
    GREEN = "g"


class Louder(FieldExtension):
    async def resolve_async(self, next_: Any, source: Any, info: Any, **named: Any) -> Any:
        return f"{await next_(source, info, **named)}!"


@strawberry.interface
class Thing:
    id: strawberry.ID


@strawberry.type
class Lamp(Thing):
    name: str
    note: str | None
    size: int
    weight: float | None
    is_lit: bool
    made_at: datetime
    colour: Colour
    shade: Colour | None
    data: JSON
    tags: list[str]
    child: Annotated["Lamp", strawberry.lazy(__name__)] | None
    children: list[Annotated["Lamp", strawberry.lazy(__name__)]]
    thing: Thing | None

    @strawberry.field
    def loud(self, times: int = 1) -> str:
        return "loud" * times

    @strawberry.field
    async def late(self) -> str:
        return "late"

    @strawberry.field
    def broken(self) -> str:
        raise ValueError("broken")

    @strawberry.field(extensions=[Louder()])
    async def louder(self) -> str:
        return "louder"

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:
        return isinstance(value, SimpleNamespace)


@strawberry.type
class Query:
    @strawberry.field
    def lamp(self) -> Lamp:
        return self.lamp  # type: ignore[return-value] # the root is a stand-in that holds the lamp


class Quiet(strawberry.Schema):
    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        pass


GENERAL = Quiet(Query)
PLAIN = Quiet(Query, execution_context_class=PlainFirst)
GOOD: dict[str, Any] = {
    "id": "1",
    "name": "lamp",
    "note": None,
    "size": 3,
    "weight": 1.5,
    "is_lit": True,
    "made_at": datetime(2026, 1, 2, 3, 4, 5, 6, UTC),
    "colour": Colour.RED,
    "shade": None,
    "data": {"a": [1]},
    "tags": ["a", "b"],
    "child": None,
    "children": [],
    "thing": None,
}
LEAVES = ("id", "name", "note", "size", "weight", "isLit", "madeAt", "colour", "shade", "data", "tags")
OTHERS = ("__typename", "loud", "twice: loud(times: 2)", "late", "broken", "louder")
ODD = (
    None,
    "x",
    "",
    0,
    1,
    True,
    1e400,
    2**40,
    2.5,
    Colour.GREEN,
    "r",
    "RED",
    ValueError("odd"),
    object(),
    [1],
)


def lamp(**values: Any) -> SimpleNamespace:
    return SimpleNamespace(**(GOOD | values))


names = st.sampled_from(
    ["name", "size", "colour", "shade", "weight", "note", "made_at", "is_lit", "id", "tags"]
)
leaf_lamps = st.dictionaries(names, st.sampled_from(ODD), max_size=2).map(lambda values: lamp(**values))
lamps = st.recursive(
    leaf_lamps,
    lambda inner: st.builds(
        lambda child, children, thing: lamp(child=child, children=children, thing=thing),
        st.none() | inner,
        st.lists(inner, max_size=3),
        st.none() | inner,
    ),
    max_leaves=6,
)


def field(name: str, alias: str, directive: str) -> str:
    """The alias belongs to the field, so that two fields never want the same name in one answer."""
    renamed = f"{name.strip('_')}{alias}: {name}" if alias and ":" not in name else name
    return f"{renamed} {directive}"


directives = st.sampled_from(["", "", "", "@skip(if: true)", "@include(if: $yes)", "@include(if: $no)"])
fields = st.builds(field, st.sampled_from(LEAVES + OTHERS), st.sampled_from(["", "", "A", "B"]), directives)


def inside(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    heads = ("child", "children", "... on Lamp", "... on Thing @include(if: $yes)", "...")
    return st.builds(lambda head, text: f"{head} {{ {text} }}", st.sampled_from(heads), inner) | st.builds(
        lambda text: f"thing {{ __typename id ... on Lamp {{ {text} }} }}", inner
    )


selections = st.recursive(
    st.lists(fields | st.just("...Some"), min_size=1, max_size=6).map(" ".join),
    lambda inner: st.lists(fields | inside(inner), min_size=1, max_size=4).map(" ".join),
    max_leaves=6,
)


async def outcome(schema: strawberry.Schema, query: str, root: Any) -> tuple[bytes, list[Any]]:
    result = await schema.execute(query, {"yes": True, "no": False}, root_value=root)
    return orjson.dumps(result.data, default=repr), [error.formatted for error in result.errors or []]


@settings(max_examples=400, deadline=None)
@given(selection=selections, some=st.lists(fields, min_size=1, max_size=4).map(" ".join), root=lamps)
async def test_random_documents_have_the_same_outcome(
    selection: str, some: str, root: SimpleNamespace
) -> None:
    query = (
        f"query ($yes: Boolean!, $no: Boolean!) {{ lamp {{ {selection} ...Some @include(if: $yes) "
        f"x: id @include(if: $no) }} }} fragment Some on Lamp {{ {some} }}"
    )
    there = SimpleNamespace(lamp=root)
    assert await outcome(PLAIN, query, there) == await outcome(GENERAL, query, there)


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize("name", sorted(set(GOOD) - {"child", "children", "thing"}))
async def test_every_odd_value_of_every_field_has_the_same_outcome(name: str, value: Any) -> None:
    query = f"query ($no: Boolean!) {{ lamp {{ {' '.join(LEAVES)} late a: name @skip(if: $no) }} }}"
    there = SimpleNamespace(lamp=lamp(**{name: value}))
    assert await outcome(PLAIN, query, there) == await outcome(GENERAL, query, there)


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The fields that were resolved in the general way."""
    seen: list[str] = []
    execute_field = PlainFirst.execute_field

    def watched(self: PlainFirst, parent: Any, source: Any, details: Any, *rest: Any) -> Any:
        seen.append(details[0].node.name.value)
        return execute_field(self, parent, source, details, *rest)

    monkeypatch.setattr(PlainFirst, "execute_field", watched)
    return seen


async def test_plain_fields_are_not_resolved_one_by_one(resolved: list[str]) -> None:
    root = SimpleNamespace(lamp=lamp(children=[lamp(), lamp()]))
    query = "{ lamp { id name colour late children { id size madeAt shade __typename } } }"
    data, errors = await outcome(PLAIN, query, root)
    child = {"id": "1", "size": 3, "madeAt": "2026-01-02T03:04:05.000006+00:00", "shade": None}
    said = {"id": "1", "name": "lamp", "colour": "RED", "late": "late"}
    children = [{**child, "__typename": "Lamp"}] * 2
    assert (data, errors) == (orjson.dumps({"lamp": {**said, "children": children}}), [])
    assert resolved == ["lamp", "late", "children"]


class Watcher(SchemaExtension):
    def resolve(self, next_: Any, source: Any, info: Any, **named: Any) -> Any:
        value = next_(source, info, **named)
        return value.upper() if isinstance(value, str) else value


async def test_extensions_that_watch_fields_see_plain_ones_too() -> None:
    watched = Quiet(Query, extensions=[Watcher], execution_context_class=PlainFirst)
    data, _ = await outcome(watched, "{ lamp { name } }", SimpleNamespace(lamp=lamp()))
    assert data == b'{"lamp":{"name":"LAMP"}}'
