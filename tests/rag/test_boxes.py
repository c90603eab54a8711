"""Boxes are those of the quoted words, or of the whole line where nothing says where in it they stand."""

import pytest

from backend.rag import boxes

LINE = "The lamp is lit at dusk by hand."


def box_of(text: str, words: str, region: list[float]) -> list[float]:
    start = text.index(words)
    page, (box,) = boxes.of(text, [[0, len(text), *region]], start, start + len(words))
    assert page == region[0]
    return box


def test_words_have_their_part_of_the_lines_box() -> None:
    region = [3, 0.1, 0.5, 0.4, 0.515]
    page, x0, y0, x1, y1 = box_of(LINE, "is lit at dusk", region)
    assert (page, y0, y1) == (3, 0.5, 0.515)
    assert (x0, x1) == (0.1965, 0.3128)
    assert box_of(LINE, "The lamp", region)[1] == 0.1
    assert box_of(LINE, "by hand.", region)[3] == 0.4
    assert box_of(LINE, LINE, region) == region


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("Sales | 12 | 34", [1, 0.1, 0.5, 0.2, 0.51]),
        ("Sales of lamps 34", [1, 0.1, 0.5, 0.9, 0.51]),
        ("Sales of lamps 34", [1, 0.1, 0.2, 0.115, 0.6]),
        ("\u05de\u05db\u05d9\u05e8\u05d5\u05ea of 34", [1, 0.1, 0.5, 0.2, 0.51]),
    ],
    ids=["a table's row", "wide gaps", "turned", "right to left"],
)
def test_a_line_whose_letters_are_not_side_by_side_is_shown_whole(text: str, region: list[float]) -> None:
    assert box_of(text, "34", region) == region


def test_lines_without_a_place_have_no_box_but_may_have_a_page() -> None:
    regions = [[0, 4, 2, None, None, None, None], [5, 9, None, None, None, None, None]]
    assert boxes.of("lamp\nlamp", regions, 0, 9) == (2, [])
    assert boxes.pages(regions, 0, 9) == {2}
    assert boxes.of("lamp\nlamp", regions, 5, 9) == (None, [])
