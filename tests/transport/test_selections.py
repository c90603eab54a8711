"""What is plain however deep is said at once, and nobody can tell: data, order and errors stay the same."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Annotated, Any, Generic, TypeVar

import orjson
import pytest
import strawberry
from graphql import OperationDefinitionNode, parse
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.transport.execution import PlainFirst
from backend.transport.limits import NUM_CACHED_DOCUMENTS
from backend.transport.selections import KnownPlans
from tests.transport.test_execution import Colour, Quiet, directives, field, outcome, resolved

__all__ = ["resolved"]
T = TypeVar("T")
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ODD = (
    *(None, "x", 1, 2.5, True, 2**40, Colour.GREEN, ValueError("odd"), object(), [1], AT, ()),
    SimpleNamespace(),
)


@strawberry.interface
class Thing:
    id: strawberry.ID


@strawberry.type
class Maker:
    name: str
    since: datetime | None


@strawberry.type
class Lamp(Thing):
    name: str
    note: str | None
    size: int
    colour: Colour
    made_at: datetime
    tags: list[str] | None
    maker: Maker | None
    rows: list[list[Annotated["Lamp", strawberry.lazy(__name__)]]]
    thing: Thing | None

    @strawberry.field
    def loud(self, times: int = 1) -> str:
        return "loud" * times

    @strawberry.field
    async def late(self) -> Maker:
        return self.maker  # type: ignore[return-value] # what is wrong must be said


@strawberry.type
class Edge(Generic[T]):
    node: T
    cursor: str


@strawberry.type
class Page(Generic[T]):
    edges: list[Edge[T]]
    size: int | None

    @strawberry.field
    async def total(self) -> int:
        return 7


@strawberry.type
class Query:
    @strawberry.field
    async def page(self) -> Page[Lamp] | None:
        return self.there  # type: ignore[attr-defined] # the root is a stand-in that holds it


GENERAL = Quiet(Query)
PLAIN = Quiet(Query, execution_context_class=PlainFirst)


def lamp(**values: Any) -> Lamp:
    good: dict[str, Any] = {
        **{"id": "1", "name": "lamp", "note": None, "size": 3, "colour": Colour.RED, "made_at": AT},
        **{"tags": ["a"], "maker": Maker(name="m", since=None), "rows": [], "thing": None},
    }
    return Lamp(**good | values)


def page(*lamps: Any, **values: Any) -> Page[Lamp]:
    made = Page(edges=[Edge(node=each, cursor="c") for each in lamps], size=len(lamps))
    vars(made).update(values)
    return made


odd = st.sampled_from(ODD)
makers = st.builds(Maker, name=st.just("m") | odd, since=st.just(AT) | odd)
values = st.fixed_dictionaries(
    {},
    optional={
        **{name: odd for name in ("id", "name", "note", "size", "colour", "made_at", "tags", "thing")},
        "maker": makers | odd,
        "rows": odd,
    },
).filter(lambda values: len(values) < 3)
lamps = st.recursive(
    st.builds(lamp) | st.builds(lambda values: lamp(**values), values),
    lambda inner: st.builds(
        lambda rows, thing: lamp(rows=rows, thing=thing),
        st.lists(st.lists(inner | odd, max_size=2), max_size=2),
        st.none() | inner,
    ),
    max_leaves=4,
)
good_lamps = st.lists(st.lists(st.builds(lamp), max_size=2), max_size=2).map(lambda rows: lamp(rows=rows))
good_pages = st.lists(good_lamps, max_size=4).map(lambda lamps: page(*lamps))
pages = st.one_of(
    st.lists(lamps | odd, max_size=4).map(lambda lamps: page(*lamps)),
    st.builds(lambda edges, size: page(edges=edges, size=size), odd, odd),
    odd,
)

plain = st.builds(
    field,
    st.sampled_from(["id", "name", "note", "size", "colour", "madeAt", "tags", "__typename"]),
    st.sampled_from(["", "", "A"]),
    st.just("") | st.just("") | directives,
)
others = st.sampled_from(
    [*[""] * 10, "loud", "twice: loud(times: 2)", "late { name }", "thing { id }", "thing { ...Some }"]
)
SOME = "fragment Some on Lamp { name maker { since } }"


def inside(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    heads = ("rows", "... on Lamp", "... on Thing", "...", "more: rows")
    texts = {"... on Thing": "id"}
    return st.builds(
        lambda head, text: f"{head} {{ {texts.get(head, text)} }}", st.sampled_from(heads), inner
    )


maker = st.sampled_from(["maker { name }", "maker { since name }", "maker { __typename } ...Some"])
leaves = st.lists(plain | plain | maker, min_size=1, max_size=5).map(" ".join)
nested = st.recursive(
    leaves,
    lambda inner: st.lists(leaves | inside(inner), min_size=1, max_size=3).map(" ".join),
    max_leaves=4,
)
selections = st.builds(lambda text, other: f"{text} {other}", nested, others)
around = st.sampled_from(
    [
        "edges { node { %s } }",
        "edges { cursor node { %s } } size",
        "edges { node { %s } node { id } } edges { cursor }",
        "all: edges { place: cursor lamp: node { %s } } __typename",
        "size ... { edges { node { %s } } }",
        "edges { node { ... on Lamp { %s } } } n: size",
        "n: size edges { node { %s } }",
        "total edges { node { %s } }",
    ]
)


def document(selection: str) -> str:
    """With the variables and the fragment that it uses, and no others."""
    used = [name for name in ("$yes", "$no") if name in selection]
    variables = f"({', '.join(f'{name}: Boolean!' for name in used)})" if used else ""
    return f"query {variables} {{ page {{ {selection} }} }} {SOME if '...Some' in selection else ''}"


documents = st.builds(lambda around, selection: document(around % selection), around, selections)


def test_random_documents_have_the_same_outcome_and_most_are_said_at_once(resolved: list[str]) -> None:
    at_once: list[bool] = []

    async def compare(query: str, *pages: Any) -> None:
        for there in pages:
            resolved.clear()
            root = SimpleNamespace(there=there)
            assert await outcome(PLAIN, query, root) == await outcome(GENERAL, query, root)
        at_once.append(resolved == ["page"])

    with asyncio.Runner() as runner:

        @settings(max_examples=400, deadline=None)
        @given(query=documents, odd=pages, good=good_pages)
        def same(query: str, odd: Any, good: Page[Lamp]) -> None:
            runner.run(compare(query, odd, good))

        same()
    assert sum(at_once) * 2 >= len(at_once)


async def test_a_page_is_said_at_once(resolved: list[str]) -> None:
    query = "{ page { edges { node { id colour maker { name since } tags rows { size } } } size } }"
    there = page(lamp(), lamp(maker=None, rows=[[lamp()], []]))
    data, errors = await outcome(PLAIN, query, SimpleNamespace(there=there))
    first = {"id": "1", "colour": "RED", "maker": {"name": "m", "since": None}, "tags": ["a"], "rows": []}
    second = {**first, "maker": None, "rows": [[{"size": 3}], []]}
    said = {"page": {"edges": [{"node": first}, {"node": second}], "size": 2}}
    assert (data, errors) == (orjson.dumps(said), [])
    assert resolved == ["page"]


async def test_one_switch_turns_it_off(resolved: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PlainFirst, "is_on", False)
    data, _ = await outcome(PLAIN, "{ page { size } }", SimpleNamespace(there=page(lamp())))
    assert data == b'{"page":{"size":1}}'
    assert resolved == ["page", "size"]


def test_plans_are_shared_by_all_who_send_the_operation_but_never_with_directives() -> None:
    known, schema = KnownPlans(), PLAIN._schema
    texts = ("{ page { size } }", "{ page @a { size } }")
    plain_one, varying = (parse(text).definitions[0] for text in texts)
    assert isinstance(plain_one, OperationDefinitionNode) and isinstance(varying, OperationDefinitionNode)
    assert known.of(plain_one, schema) is known.of(plain_one, schema)
    assert known.of(plain_one, schema) is not known.of(plain_one, GENERAL._schema)
    assert known.of(varying, schema) is not known.of(varying, schema)


def test_plans_are_kept_for_no_more_operations_than_documents_are() -> None:
    known, schema = KnownPlans(), PLAIN._schema
    many = [parse("{ page { size } }").definitions[0] for _ in range(NUM_CACHED_DOCUMENTS + 1)]
    plans = [known.of(each, schema) for each in many if isinstance(each, OperationDefinitionNode)]
    assert known.of(plans[-1].operation, schema) is plans[-1]
    assert known.of(plans[0].operation, schema) is not plans[0]
