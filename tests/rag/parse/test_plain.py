"""Markdown and plain text: blocks, encodings, no control characters."""

from pathlib import Path
from typing import Any

import pytest

from backend.rag.parse import Limits, ParseError, Reason
from backend.rag.parse.formats import MARKDOWN, TEXT

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]


def write(folder: Path, data: str | bytes) -> Path:
    path = folder / "document"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_markdown_blocks_come_in_order(tmp_path: Path, tools: Any) -> None:
    source = """---
author: Ada
---
# Top *title*

A [link](https://example.org) and `code`
over two lines.

- one
- two

  more of two

| a | b |
|---|---|
| 1 | <2> |

```
x = 1
    y
```

<div>raw <b>html</b></div>
"""
    elements = tools.read(write(tmp_path, source), MARKDOWN)
    assert tools.brief(elements) == [
        ("PARAGRAPH", "author: Ada"),
        ("TITLE", "Top title"),
        ("PARAGRAPH", "A link and code\nover two lines."),
        ("LIST_ITEM", "one"),
        ("LIST_ITEM", "two"),
        ("LIST_ITEM", "more of two"),
        ("TABLE", "a | b\n1 | <2>"),
        ("PARAGRAPH", "x = 1\n    y"),
        ("PARAGRAPH", "raw html"),
    ]
    assert elements[1].level == 1
    assert (
        elements[6].html
        == "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>&lt;2&gt;</td></tr></table>"
    )


def test_blank_lines_separate_paragraphs_of_plain_text(tmp_path: Path, tools: Any) -> None:
    path = write(tmp_path, "one\r\ntwo\r\n \r\n\r\n  three")
    assert tools.brief(tools.read(path, TEXT)) == [("PARAGRAPH", "one\ntwo"), ("PARAGRAPH", "  three")]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_plain_text_is_decoded(tmp_path: Path, tools: Any, encoding: str) -> None:
    text = "A plain sentence about Käse, long enough to tell."
    assert [e.text for e in tools.read(write(tmp_path, text.encode(encoding)), TEXT)] == [text]


def test_bytes_of_no_encoding_are_read_as_latin_1(tmp_path: Path, tools: Any) -> None:
    assert tools.read(write(tmp_path, b"caf\xe9 \x81 x"), TEXT)[0].text == "café  x"


def test_control_characters_and_lone_surrogates_do_not_get_through(tmp_path: Path, tools: Any) -> None:
    path = write(tmp_path, b"a\x00b\x07c\xc2\xadd\tend")
    assert tools.read(path, TEXT)[0].text == "abcd    end"


def test_a_file_of_blanks_is_empty(tmp_path: Path, tools: Any) -> None:
    with pytest.raises(ParseError) as caught:
        tools.read(write(tmp_path, " \n\n\t \n"), TEXT)
    assert caught.value.reason is Reason.EMPTY


def test_a_text_beyond_the_limit_is_refused(tmp_path: Path, tools: Any) -> None:
    with pytest.raises(ParseError) as caught:
        tools.read(write(tmp_path, "x " * 100), TEXT, Limits(max_characters=50))
    assert caught.value.reason is Reason.TOO_LARGE
