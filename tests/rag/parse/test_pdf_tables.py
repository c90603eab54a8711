"""Ruled tables of PDFs: cells, header and place of each row, and no letter lost or read twice."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from backend.rag.elements import Box, ElementKind
from backend.rag.parse.formats import PDF

Write = Callable[..., Path]
Grid = Sequence[Sequence[str]]
GRID = (("Region", "2023"), ("North", "12"), ("South", "7"))
LEFT, TOP, WIDTH, HEIGHT = 100, 200, 120, 20


def corner(row: int, column: int) -> tuple[float, float]:
    return LEFT + column * WIDTH, A4[1] - TOP - row * HEIGHT


def stroked(canvas: Canvas, rows: int, columns: int) -> None:
    for row in range(rows + 1):
        canvas.line(*corner(row, 0), *corner(row, columns))
    for column in range(columns + 1):
        canvas.line(*corner(0, column), *corner(rows, column))


def filled(canvas: Canvas, rows: int, columns: int) -> None:
    for row in range(rows + 1):
        canvas.rect(*corner(row, 0), columns * WIDTH, 0.5, stroke=0, fill=1)
    for column in range(columns + 1):
        canvas.rect(*corner(rows, column), 0.5, rows * HEIGHT, stroke=0, fill=1)


def boxes(canvas: Canvas, rows: int, columns: int) -> None:
    for row in range(rows):
        for column in range(columns):
            canvas.rect(*corner(row + 1, column), WIDTH, HEIGHT)


def level_only(canvas: Canvas, rows: int, columns: int) -> None:
    for row in range(rows + 1):
        canvas.line(*corner(row, 0), *corner(row, columns))


def ruled(grid: Grid, rules: Callable[[Canvas, int, int], None] = stroked) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(LEFT, A4[1] - 150, "Text above the table, as long as a line of text is.")
        rules(canvas, len(grid), len(grid[0]))
        for row, texts in enumerate(grid):
            for column, text in enumerate(texts):
                x, y = corner(row + 1, column)
                canvas.drawString(x + 5, y + 6, text)
        canvas.drawString(LEFT, A4[1] - 400, "Text below the table, as long as a line of text is.")

    return draw


@pytest.mark.parametrize("rules", [stroked, filled, boxes])
def test_a_ruled_table_is_one_element_between_the_texts(pdf: Write, tools: Any, rules: Any) -> None:
    found = tools.read(pdf(ruled(GRID, rules)), PDF)
    assert tools.brief(found) == [
        ("PARAGRAPH", "Text above the table, as long as a line of text is."),
        ("TABLE", "Region | 2023\nNorth | 12\nSouth | 7"),
        ("PARAGRAPH", "Text below the table, as long as a line of text is."),
    ]
    assert found[1].html == (
        "<table><tr><th>Region</th><th>2023</th></tr><tr><td>North</td><td>12</td></tr>"
        "<tr><td>South</td><td>7</td></tr></table>"
    )
    assert found[1].num_header_lines == 1


def test_a_rows_box_is_the_row_as_displayed(pdf: Write, tools: Any) -> None:
    line = tools.read(pdf(ruled(GRID)), PDF)[1].lines[1]
    width, height = A4
    expected = Box(LEFT / width, (TOP + HEIGHT) / height, (LEFT + 2 * WIDTH) / width, 240 / height)
    assert line.page == 1
    assert line.box.to_json() == pytest.approx(expected.to_json(), abs=0.002)


def test_a_table_on_a_turned_page_reads_as_it_is_displayed(pdf: Write, tools: Any) -> None:
    def turned(canvas: Canvas) -> None:
        canvas.setPageRotation(90)
        canvas.rotate(90)
        canvas.translate(0, -A4[1])
        ruled(GRID)(canvas)

    [found] = [e for e in tools.read(pdf(turned), PDF) if e.kind is ElementKind.TABLE]
    assert found.text == "Region | 2023\nNorth | 12\nSouth | 7"


def test_a_cell_over_two_columns_says_so(pdf: Write, tools: Any) -> None:
    def rules(canvas: Canvas, rows: int, columns: int) -> None:
        level_only(canvas, rows, columns)
        for column in (0, columns):
            canvas.line(*corner(0, column), *corner(rows, column))
        canvas.line(*corner(1, 1), *corner(rows, 1))

    grid = (("Sales by region", ""), ("North", "12"), ("South", "7"))
    [found] = [e for e in tools.read(pdf(ruled(grid, rules)), PDF) if e.kind is ElementKind.TABLE]
    assert found.html.startswith('<table><tr><td colspan="2">Sales by region</td></tr><tr><td>North</td>')


@pytest.mark.parametrize(
    ("grid", "rules"),
    [
        (GRID, level_only),
        ((("Only one column",), ("of text",), ("in frames",)), stroked),
        ((("Region", ""), ("", ""), ("", "")), stroked),
        (
            (
                ("This text is much too long for the cell and runs out of the table's last column", ""),
                ("North", "12"),
                ("South", "7"),
            ),
            stroked,
        ),
    ],
)
def test_what_is_no_table_for_certain_stays_text_and_loses_nothing(
    pdf: Write, tools: Any, grid: Grid, rules: Any
) -> None:
    found = tools.read(pdf(ruled(grid, rules)), PDF)
    assert all(element.kind is not ElementKind.TABLE for element in found)
    words = " ".join(element.text for element in found).split()
    assert all(word in words for texts in grid for text in texts for word in text.split())
