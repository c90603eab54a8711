"""Elements and chunks survive a trip through JSON, and know their own text, page and hash."""

import hashlib

import orjson
from hypothesis import given
from hypothesis import strategies as st

from backend.rag.elements import Box, Chunk, Element, ElementKind, Line, Region

fractions = st.floats(0, 1)
boxes = st.none() | st.builds(Box, fractions, fractions, fractions, fractions)
pages = st.none() | st.integers(1, 9999)
texts = st.text(st.characters(exclude_categories=["Cs"]))
lines = st.builds(Line, texts, pages, boxes)
elements = st.builds(
    Element,
    st.sampled_from(ElementKind),
    st.lists(lines).map(tuple),
    st.none() | st.integers(1, 9),
    st.none() | texts,
)
regions = st.builds(Region, st.integers(0, 9), st.integers(0, 9), pages, boxes)
chunks = st.builds(
    Chunk,
    position=st.integers(0, 9),
    text=texts,
    title_path=st.lists(texts).map(tuple),
    page_first=pages,
    page_last=pages,
    regions=st.lists(regions).map(tuple),
    kinds=st.lists(st.sampled_from(ElementKind), unique=True).map(tuple),
)


@given(elements)
def test_an_element_is_the_same_after_a_trip_through_json(element: Element) -> None:
    assert Element.from_json(orjson.loads(orjson.dumps(element.to_json()))) == element


@given(chunks)
def test_a_chunk_is_the_same_after_a_trip_through_json(chunk: Chunk) -> None:
    assert Chunk.from_json(orjson.loads(orjson.dumps(chunk.to_json()))) == chunk


def test_an_element_knows_its_text_and_the_page_it_starts_on() -> None:
    element = Element(ElementKind.PARAGRAPH, (Line("one", 3), Line("two", 4)))
    assert (element.text, element.page) == ("one\ntwo", 3)
    assert Element(ElementKind.IMAGE, ()).page is None


def test_a_chunk_is_known_by_the_hash_of_its_utf8_text() -> None:
    assert Chunk(0, "Größe").sha256 == hashlib.sha256("Größe".encode()).hexdigest()
