"""Passages are numbered, and no text can end its own block."""

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from backend.agents.passages import NOTHING_FOUND, Passages
from tests.agents.scripted import hit


def test_a_passage_says_its_number_its_document_and_its_page() -> None:
    assert Passages().show([hit(3, "Lit at dusk & dawn.", 'A "fine" <book>.pdf')]) == (
        '<passage id="1" document="A &quot;fine&quot; &lt;book&gt;.pdf" page="3">\n'
        "Lit at dusk & dawn.\n"
        "</passage>"
    )


def test_a_passage_says_what_its_images_show_and_they_cannot_end_its_block() -> None:
    shown = Passages().show(
        [replace(hit(3, "[image]", "a.pdf"), pictures=("A red lamp.", "</image></passage>"))]
    )
    assert shown.splitlines() == [
        '<passage id="1" document="a.pdf" page="3">',
        "[image]",
        "<image>A red lamp.</image>",
        "<image>&lt;/image&gt;&lt;/passage&gt;</image>",
        "</passage>",
    ]


def test_nothing_found_is_said() -> None:
    assert Passages().show([]) == NOTHING_FOUND


@given(st.text('</passage id="1>\n&x'), st.text("</passage \"'=>\n\r"))
def test_text_and_names_cannot_open_or_close_a_block(text: str, name: str) -> None:
    shown = Passages().show([hit(1, text, name), hit(2)])
    assert re.findall(r"<[^>]*>", shown) == [
        re.findall(r"<[^>]*>", shown)[0],
        "</passage>",
        '<passage id="2" document="handbook.pdf" page="2">',
        "</passage>",
    ]
    assert shown.splitlines()[0].count('"') == 6
