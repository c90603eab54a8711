"""Chunks by title: nothing lost, nothing too long, every line traceable to its place."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.rag import chunk
from backend.rag.elements import Box, Chunk, Element, ElementKind, Image, Line, Region

words = st.text(st.sampled_from("abc é世. !?\n"), min_size=0, max_size=120)
lines = st.builds(Line, words, st.none() | st.integers(1, 5), st.none() | st.just(Box(0, 0, 1, 1)))
elements = st.lists(
    st.builds(
        Element,
        st.sampled_from(ElementKind),
        st.lists(lines, max_size=6).map(tuple),
        st.none() | st.integers(1, 4),
    ),
    max_size=12,
)
sizes = st.tuples(st.integers(1, 200), st.integers(0, 200), st.integers(0, 200)).map(
    lambda s: {"soft": s[0], "hard": s[0] + s[1], "merge_below": s[2]}
)


def paragraph(text: str, page: int | None = None) -> Element:
    return Element(ElementKind.PARAGRAPH, (Line(text, page),))


def title(text: str, level: int = 1) -> Element:
    return Element(ElementKind.TITLE, (Line(text),), level)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@given(elements, sizes)
def test_every_line_appears_once_and_in_order(found: list[Element], size: dict[str, int]) -> None:
    chunks = list(chunk.by_title(found, **size))
    kept = [element for element in found if element.kind is not ElementKind.HEADER]
    wanted = squeezed("".join(element.text for element in kept))
    assert squeezed("".join(each.text for each in chunks)) == wanted
    in_regions = [each.text[r.start : r.end] for each in chunks for r in each.regions]
    assert squeezed("".join(in_regions)) == wanted


@given(elements, sizes)
def test_no_chunk_is_empty_or_longer_than_the_hard_maximum(
    found: list[Element], size: dict[str, int]
) -> None:
    chunks = list(chunk.by_title(found, **size))
    assert all(0 < len(each.text) <= size["hard"] and each.text.strip() for each in chunks)
    assert [each.position for each in chunks] == list(range(len(chunks)))


@given(elements)
def test_every_region_holds_exactly_its_line_with_page_and_box(found: list[Element]) -> None:
    kept = [
        line
        for element in found
        if element.kind is not ElementKind.HEADER
        for line in element.lines
        if line.text.strip()
    ]
    chunks = list(chunk.by_title(found))
    placed = [(each.text[r.start : r.end], r.page, r.box) for each in chunks for r in each.regions]
    assert placed == [(line.text, line.page, line.box) for line in kept]


@given(elements, sizes)
def test_regions_do_not_overlap_and_pages_span_them(found: list[Element], size: dict[str, int]) -> None:
    for each in chunk.by_title(found, **size):
        spans = [(region.start, region.end) for region in each.regions]
        flat = [position for span in spans for position in span]
        assert flat == sorted(flat)
        pages = [region.page for region in each.regions if region.page is not None]
        assert (each.page_first, each.page_last) == (min(pages, default=None), max(pages, default=None))


@given(elements, sizes)
def test_equal_elements_give_equal_chunks(found: list[Element], size: dict[str, int]) -> None:
    assert list(chunk.by_title(found, **size)) == list(chunk.by_title(iter(found), **size))


def test_a_title_starts_a_chunk_and_is_remembered_with_those_above_it() -> None:
    body = "x" * 600
    found = [title("One"), title("Deep", 2), paragraph(body), title("Two"), paragraph(body)]
    chunks = list(chunk.by_title(found))
    assert [each.text for each in chunks] == [f"One\nDeep\n{body}", f"Two\n{body}"]
    assert [each.title_path for each in chunks] == [("One", "Deep"), ("Two",)]
    assert chunks[0].kinds == (ElementKind.TITLE, ElementKind.PARAGRAPH)


def test_elements_fill_a_chunk_up_to_the_soft_maximum() -> None:
    chunks = list(chunk.by_title([paragraph("x" * 1000)] * 5))
    assert [len(each.text) for each in chunks] == [2002, 2002, 1000]


def test_an_element_between_soft_and_hard_stays_whole_and_a_longer_one_is_cut_at_sentences() -> None:
    whole = "y" * 2900
    assert [each.text for each in chunk.by_title([paragraph(whole)])] == [whole]
    sentences = "This is a sentence. " * 300
    chunks = list(chunk.by_title([paragraph(sentences)]))
    assert all(each.text.endswith(".") and len(each.text) <= 2400 for each in chunks)


def test_a_title_stays_with_the_start_of_a_text_that_must_be_cut() -> None:
    chunks = list(chunk.by_title([title("Head"), paragraph("word " * 599 + "last")]))
    assert chunks[0].text.startswith("Head\nword word")
    assert chunks[1].title_path == ("Head",)


def test_a_small_chunk_joins_the_next_and_keeps_the_titles_they_share() -> None:
    found = [title("Top"), title("A", 2), paragraph("a" * 100), title("B", 2), paragraph("b" * 600)]
    chunks = list(chunk.by_title(found))
    assert [each.title_path for each in chunks] == [("Top",)]


def test_a_small_tail_joins_the_chunk_before_it_only_within_its_section() -> None:
    large, small = paragraph("x" * 900), paragraph("tail")
    assert len(list(chunk.by_title([title("A"), large, title("A1", 2), small]))) == 1
    assert len(list(chunk.by_title([title("A"), large, title("B"), small]))) == 2


def test_running_heads_are_left_out() -> None:
    head = Element(ElementKind.HEADER, (Line("Annual report", 1),))
    assert [each.text for each in chunk.by_title([head, paragraph("text", 1)])] == ["text"]


def test_list_items_stand_on_lines_of_their_own_and_regions_find_them() -> None:
    items = [Element(ElementKind.LIST_ITEM, (Line(text, 2),)) for text in ("• a", "• b")]
    expected = Chunk(
        position=0,
        text="• a\n• b",
        page_first=2,
        page_last=2,
        regions=(Region(0, 3, 2), Region(4, 7, 2)),
        kinds=(ElementKind.LIST_ITEM,),
    )
    assert list(chunk.by_title(items)) == [expected]


def test_sizes_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="soft <= hard"):
        list(chunk.by_title([], soft=10, hard=5))


def test_every_part_of_a_long_table_starts_with_its_header() -> None:
    head = Line("Name | Amount", 3, Box(0, 0, 1, 0.1))
    rows = tuple(Line(f"row {number} | {number * 7}", 3) for number in range(60))
    found = Element(ElementKind.TABLE, (head, *rows), num_header_lines=1)
    chunks = list(chunk.by_title([found], soft=200, hard=250, merge_below=0))
    assert len(chunks) > 3
    assert all(each.text.startswith("Name | Amount\nrow ") and len(each.text) <= 200 for each in chunks)
    assert all(each.regions[0] == Region(0, 13, 3, head.box) for each in chunks)
    body = [line for each in chunks for line in each.text.split("\n") if line != head.text]
    assert body == [line.text for line in rows]


@given(elements, sizes, st.integers(0, 3))
def test_a_header_of_any_length_loses_no_row_and_breaks_no_limit(
    found: list[Element], size: dict[str, int], num: int
) -> None:
    tables = [Element(ElementKind.TABLE, element.lines, num_header_lines=num) for element in found]
    chunks = list(chunk.by_title(tables, **size))
    assert all(0 < len(each.text) <= size["hard"] for each in chunks)
    text = squeezed("".join(each.text for each in chunks))
    bodies = (line.text for each in tables for line in each.lines[num:])
    assert all(squeezed(body) in text for body in bodies if len(body) <= size["soft"] // 2)


def image(alt: str = "", page: int | None = None, seed: str = "a") -> Element:
    kept = Image(seed * 64, "image/png", 10, 20, 30)
    return Element(ElementKind.IMAGE, (Line(alt, page, Box(0, 0, 1, 1)),), image=kept)


def test_an_image_belongs_to_the_text_before_it_and_its_words_to_the_text() -> None:
    found = list(
        chunk.by_title(
            [
                title("One"),
                paragraph("a" * 600, 1),
                image("A chart", page=2),
                title("Two"),
                paragraph("b" * 600, 3),
                image(page=3, seed="b"),
            ]
        )
    )
    assert [each.text for each in found] == [f"One\n{'a' * 600}\n\nA chart", f"Two\n{'b' * 600}"]
    placed = [(each.image.sha256[0], each.alt, each.page) for one in found for each in one.images]
    assert placed == [("a", "A chart", 2), ("b", "", 3)]
    assert all(ElementKind.IMAGE in one.kinds for one in found)
    assert (found[0].page_first, found[0].page_last) == (1, 2)
    assert Chunk.from_json(found[0].to_json()) == found[0]


def test_an_image_before_all_text_belongs_to_the_first() -> None:
    [found] = chunk.by_title([image(), paragraph("Text.")])
    assert (found.text, len(found.images)) == ("Text.", 1)


def test_images_alone_are_lines_of_their_own_with_their_places() -> None:
    [found] = chunk.by_title([image(page=1), image(page=2)])
    assert (found.text, found.page_first, found.page_last) == ("[image]\n[image]", 1, 2)
    assert [(region.page, region.box) for region in found.regions] == [
        (1, Box(0, 0, 1, 1)),
        (2, Box(0, 0, 1, 1)),
    ]


def test_a_chunk_has_at_most_eight_images() -> None:
    found = list(chunk.by_title([paragraph("Text."), *(image() for _ in range(20))]))
    assert [len(each.images) for each in found] == [8, 8, 4]
