"""HTML: main text with its titles, lists and tables, in whatever encoding it really is."""

from pathlib import Path
from typing import Any

import pytest

from backend.rag.parse.formats import HTML

ARTICLE = "<p>" + "This is the article that people came for, and it says quite a lot. " * 8 + "</p>"


@pytest.fixture
def page(tmp_path: Path, tools: Any) -> Any:
    def read(source: str | bytes) -> list[Any]:
        path = tmp_path / "document"
        path.write_bytes(source.encode() if isinstance(source, str) else source)
        return list(tools.read(path, HTML))

    return read


def test_blocks_come_in_order_with_their_kinds(page: Any, tools: Any) -> None:
    source = """<html><head><title>no</title><style>p{}</style></head><body><h2>Head <b>line</b></h2>
    <p>One <i>two</i>
    three<br>four</p>loose<ul><li>item<ul><li>inner</li></ul></li></ul>
    <table><tr><th>a</th><th colspan=2>b</th></tr><tr><td>1</td><td>2 &lt;</td><td>3</td></tr></table>
    <pre>x = 1
  y</pre><script>bad()</script></body></html>"""
    elements = page(source)
    assert tools.brief(elements) == [
        ("TITLE", "Head line"),
        ("PARAGRAPH", "One two three\nfour"),
        ("PARAGRAPH", "loose"),
        ("LIST_ITEM", "item"),
        ("LIST_ITEM", "inner"),
        ("TABLE", "a | b\n1 | 2 < | 3"),
        ("PARAGRAPH", "x = 1\n  y"),
    ]
    assert elements[0].level == 2
    assert elements[5].html == (
        '<table><tr><th>a</th><th colspan="2">b</th></tr><tr><td>1</td><td>2 &lt;</td><td>3</td></tr></table>'
    )


def test_a_web_page_is_reduced_to_its_main_text(page: Any) -> None:
    source = f"""<html><body><nav><ul><li><a href=/>Home</a></li></ul></nav>
    <main><article><h1>News</h1>{ARTICLE}</article></main><footer>Imprint</footer></body></html>"""
    text = "\n".join(element.text for element in page(source))
    assert "people came for" in text
    assert "Home" not in text
    assert "Imprint" not in text


def test_a_table_that_only_arranges_a_page_is_walked_through(page: Any, tools: Any) -> None:
    source = "<table><tr><td><h1>Title</h1><p>Text</p></td><td><p>Side</p></td></tr></table>"
    assert tools.brief(page(source)) == [("TITLE", "Title"), ("PARAGRAPH", "Text"), ("PARAGRAPH", "Side")]


@pytest.mark.parametrize(
    "source",
    [
        "<p>Größe</p>".encode(),
        "<p>Größe</p>".encode("utf-16"),
        "<p>Größe</p>".encode("utf-8-sig"),
        b"<meta charset=iso-8859-1>" + "<p>Größe</p>".encode("latin-1"),
        b"<meta charset=nonsense>" + "<p>Größe</p>".encode(),
        b"<meta charset=utf-16>" + "<p>Größe</p>".encode(),
    ],
)
def test_the_encoding_is_found_out(page: Any, source: bytes) -> None:
    assert [element.text for element in page(source)] == ["Größe"]


def test_markup_nested_without_end_is_read_without_its_structure(page: Any) -> None:
    text = "".join(element.text for element in page("<div>" * 20_000 + "deep"))
    assert text == "deep"
