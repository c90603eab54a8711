"""PDFs: lines with boxes as displayed, titles, lists, running heads, and what cannot be read said plainly."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reportlab.lib.pagesizes import A4

from backend.rag.elements import ElementKind
from backend.rag.parse import Limits, ParseError, Reason, stream
from backend.rag.parse.formats import PDF
from tests.fixtures import samples

BODY = "This sentence is set in the size of the body and is long enough to count."
Write = Callable[..., Path]


def test_pages_come_one_by_one_with_their_numbers_and_the_total(pdf: Write, tools: Any) -> None:
    path = pdf(tools.text((72, 100, "first page")), tools.text((72, 100, "second page")))
    pages = list(stream(path, content_type=PDF, limits=Limits()))
    assert [(page.number, page.total) for page in pages] == [(1, 2), (2, 2)]
    assert [tools.brief(page.elements) for page in pages] == [
        [("PARAGRAPH", "first page")],
        [("PARAGRAPH", "second page")],
    ]


def test_a_lines_box_is_where_the_line_is_displayed(pdf: Write, tools: Any) -> None:
    width, height = A4
    (element,) = tools.read(pdf(tools.text((72, 200, "HHH"), size=20)), PDF)
    box = element.lines[0].box
    assert (element.lines[0].text, element.page) == ("HHH", 1)
    assert box.x0 == pytest.approx(72 / width, abs=0.01)
    assert box.y1 == pytest.approx(200 / height, abs=0.005)
    assert box.y0 == pytest.approx((200 - 0.72 * 20) / height, abs=0.005)
    assert box.x1 == pytest.approx((72 + 3 * 0.722 * 20) / width, abs=0.01)


def test_boxes_follow_the_rotation_of_the_page(pdf: Write, tools: Any) -> None:
    def draw(canvas: Any) -> None:
        canvas.setPageRotation(90)
        canvas.drawString(72, 300, "HH")

    (element,) = tools.read(pdf(draw), PDF)
    box = element.lines[0].box
    # The page lies on its side in the file: what goes up there goes right when displayed.
    assert box.x0 == pytest.approx(300 / A4[0], abs=0.005)
    assert box.x1 == pytest.approx((300 + 0.72 * 12) / A4[0], abs=0.005)
    assert box.y0 == pytest.approx(72 / A4[1], abs=0.005)


def test_larger_and_bold_lines_are_titles_by_rank(pdf: Write, tools: Any) -> None:
    draw = tools.both(
        tools.text((72, 150, "The document"), size=24),
        tools.text((72, 200, "A chapter"), size=16),
        tools.text((72, 230, "A section"), font="Helvetica-Bold"),
        tools.text(*[(72, 260 + 14 * n, BODY) for n in range(6)]),
    )
    elements = tools.read(pdf(draw), PDF)
    assert [(e.kind, e.level) for e in elements] == [
        (ElementKind.TITLE, 1),
        (ElementKind.TITLE, 2),
        (ElementKind.TITLE, 3),
        (ElementKind.PARAGRAPH, None),
    ]
    assert len(elements[-1].lines) == 6


def test_bullets_and_numbers_start_list_items(pdf: Write, tools: Any) -> None:
    rows = ["• apples and", "pears", "2. oranges", "(b) plums"]
    draw = tools.text(*[(72, 200 + 14 * n, row) for n, row in enumerate(rows)])
    assert tools.brief(tools.read(pdf(draw), PDF)) == [
        ("LIST_ITEM", "• apples and\npears"),
        ("LIST_ITEM", "2. oranges"),
        ("LIST_ITEM", "(b) plums"),
    ]


def test_a_word_cut_by_a_hyphen_is_whole_and_a_compound_keeps_its_hyphen(pdf: Write, tools: Any) -> None:
    rows = ["The docu-", "ment is long-", "lived and has a long-lived friend"]
    draw = tools.text(*[(72, 200 + 14 * n, row) for n, row in enumerate(rows)])
    (element,) = tools.read(pdf(draw), PDF)
    assert [line.text for line in element.lines] == [
        "The document",
        "is long-lived",
        "and has a long-lived friend",
    ]


def test_cells_on_one_baseline_are_one_line(pdf: Write, tools: Any) -> None:
    draw = tools.text((72, 200, "Revenue"), (300, 200, "1,200"), (400, 200, "1,100"))
    (element,) = tools.read(pdf(draw), PDF)
    assert [line.text for line in element.lines] == ["Revenue 1,200 1,100"]


def test_running_heads_and_page_numbers_are_headers_after_the_first_time(pdf: Write, tools: Any) -> None:
    pages = [
        tools.text((72, 40, "Annual report 2023"), (72, 200, f"{BODY} {n}"), (300, 820, str(n)))
        for n in range(1, 6)
    ]
    kinds = [tools.brief(page.elements) for page in stream(pdf(*pages), content_type=PDF, limits=Limits())]
    assert ("PARAGRAPH", "Annual report 2023") in kinds[0]
    for number, found in enumerate(kinds[1:], 2):
        assert found == [
            ("HEADER", "Annual report 2023"),
            ("HEADER", str(number)),
            ("PARAGRAPH", f"{BODY} {number}"),
        ]


def test_a_number_that_counts_pages_is_a_header_even_right_below_the_text(pdf: Write, tools: Any) -> None:
    pages = [tools.text((72, 200, BODY), (72, 230, number)) for number in ("7", "1999")]
    assert tools.brief(tools.read(pdf(*pages), PDF)) == [
        ("HEADER", "7"),
        ("PARAGRAPH", BODY),
        ("PARAGRAPH", f"{BODY}\n1999"),
    ]


def test_letters_set_apart_become_words_again(pdf: Write, tools: Any) -> None:
    def draw(canvas: Any) -> None:
        at = 72.0
        for letter in "WIDE WORDS HERE":
            if letter != " ":
                canvas.drawString(at, 600, letter)
            at += 16

    (element,) = tools.read(pdf(draw), PDF)
    assert element.text == "WIDE WORDS HERE"


@pytest.mark.parametrize("damage", [b"%PDF-1.7\n", b"%PDF-1.7\ntrailer <</Root 9 0 R>>"])
def test_a_damaged_file_is_corrupt(tmp_path: Path, tools: Any, damage: bytes) -> None:
    path = tmp_path / "document"
    path.write_bytes(damage)
    with pytest.raises(ParseError) as caught:
        tools.read(path, PDF)
    assert caught.value.reason is Reason.CORRUPT


def test_a_file_without_pages_is_corrupt(tmp_path: Path, tools: Any) -> None:
    path = tmp_path / "document"
    path.write_bytes(
        b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
        b"2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF"
    )
    with pytest.raises(ParseError) as caught:
        tools.read(path, PDF)
    assert caught.value.reason is Reason.CORRUPT


def test_a_password_is_asked_for_but_an_owners_lock_does_not_stop_reading(pdf: Write, tools: Any) -> None:
    with pytest.raises(ParseError) as caught:
        tools.read(pdf(tools.text((72, 100, "secret")), password="pw"), PDF)
    assert (caught.value.code, "password" in caught.value.message) == ("ENCRYPTED", True)
    assert tools.read(pdf(tools.text((72, 100, "open")), owner="pw"), PDF)[0].text == "open"


def test_pages_without_text_are_empty_and_the_message_names_ocr(pdf: Write, tools: Any) -> None:
    with pytest.raises(ParseError) as caught:
        tools.read(pdf(lambda canvas: canvas.rect(10, 10, 50, 50)), PDF)
    assert caught.value.reason is Reason.EMPTY
    assert "OCR" in caught.value.message


def test_more_pages_than_allowed_are_refused_before_the_first_is_read(pdf: Write, tools: Any) -> None:
    path = pdf(*[tools.text((72, 100, "page"))] * 3)
    with pytest.raises(ParseError) as caught:
        next(stream(path, content_type=PDF, limits=Limits(max_pages=2)))
    assert caught.value.reason is Reason.TOO_MANY_PAGES


def test_what_was_written_into_a_form_is_read_beside_what_asks_for_it(pdf: Write, tools: Any) -> None:
    def form(canvas: Any) -> None:
        for number, (label, value) in enumerate({"Name:": "Ada Lovelace", "Born:": "1815"}.items()):
            canvas.drawString(72, 700 - 40 * number, label)
            canvas.drawString(350, 700 - 40 * number, "!")
            field = {"x": 120, "y": 690 - 40 * number, "width": 200, "height": 24}
            canvas.acroForm.textfield(name=label, value=value, **field)

    found = tools.read(pdf(form, tools.text((72, 100, "No fields here."))), PDF)
    assert [(element.page, element.text) for element in found] == [
        (1, "Name: !\nAda Lovelace"),
        (1, "Born: !\n1815"),
        (2, "No fields here."),
    ]


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("/F2 16 Tf", f"/F2 {'9' * 45}.5 Tf"),
        ("1 0 0 1 50 520 Tm", f"1 0 0 {'9' * 45}.5 50 520 Tm"),
        ("90 0 0 90 50 120 cm", f"{'9' * 45}.5 0 0 90 50 120 cm"),
        ("90 0 0 90 50 120 cm", f"90 0 0 90 {'-' + '9' * 45}.5 120 cm"),
        ("595.2756 ]", f"{'9' * 45}.5 ]"),
        ("/Rect [ 50 250 140 268 ]", f"/Rect [ 50 {'9' * 45}.5 140 268 ]"),
    ],
)
def test_numbers_beyond_all_measure_cost_no_text(tmp_path: Path, tools: Any, said: str, instead: str) -> None:
    path = tmp_path / "document"
    data = samples.pdf()
    assert said.encode() in data
    path.write_bytes(data.replace(said.encode(), instead.encode()))
    assert "by day. Ünïcode" in "\n".join(element.text for element in tools.read(path, PDF))
