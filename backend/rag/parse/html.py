"""HTML: the main text of a web page, or all of a plain document; nothing it refers to is fetched."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from backend.rag.elements import Element
from backend.rag.parse import decode, html_blocks, pictures
from backend.rag.parse.html_blocks import FindImage
from backend.rag.parse.page import Limits, Page, ParseError, Reason
from backend.rag.parse.pictures import Picture

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([a-zA-Z0-9_:.-]+)", re.IGNORECASE)
_FURNITURE = "nav, aside, footer, [role=navigation], [role=banner], [role=contentinfo]"
_MAX_MAIN = 4_000_000
_LEAST_SHARE = 0.3


def pages(path: Path, limits: Limits) -> Iterator[Page]:
    if path.stat().st_size > 4 * limits.max_characters:
        raise ParseError(Reason.TOO_LARGE)
    yield Page(None, tuple(elements(decoded(path.read_bytes()))))


def elements(source: str, find: FindImage = pictures.of_address) -> Iterator[Element]:
    """Titles, paragraphs, list items, tables and pictures in order.

    Pages with navigation and the like are reduced to their main text, unless that would lose most of it. No
    picture is fetched: there are those that stand in the page itself, or are known to `find`.
    """
    tree = LexborHTMLParser(source)
    is_page = tree.css_first(_FURNITURE) is not None
    for node in tree.css(_FURNITURE):
        node.decompose()
    everything = list(html_blocks.elements(tree, find))
    main = _main_text(source) if is_page and len(source) <= _MAX_MAIN else []
    # Text that is no less than everything was not told from the rest, and has lost its structure.
    is_main = _LEAST_SHARE * _size(everything) <= _size(main) < _size(everything)
    yield from _with_pictures(main, everything) if is_main else everything


def _with_pictures(main: list[Element], everything: list[Element]) -> Iterator[Element]:
    """The main text, with each picture after the text that it follows on the whole page."""
    places = {element.text: number for number, element in enumerate(main)}
    following: dict[int, list[Element]] = {}
    at = -1
    for element in everything:
        if isinstance(element, Picture):
            following.setdefault(at, []).append(element)
        else:
            at = places.get(element.text, at)
    for number, element in enumerate(main):
        yield element
        yield from following.get(number, ())


def decoded(data: bytes) -> str:
    """The text of the bytes: by their mark, as UTF-8, as declared, else as their letters make likely."""
    name = decode.encoding_by_mark(data) or decode.encoding_by_zeros(data)
    if name:
        return data.decode(name, "replace")
    for candidate in ("utf-8", _declared(data)):
        try:
            if candidate:
                return data.decode(candidate)
        except UnicodeDecodeError:
            continue
    import charset_normalizer  # only for the few pages that lie about their encoding

    best = charset_normalizer.from_bytes(data).best()
    return str(best) if best else decode.latin(data)


def _declared(data: bytes) -> str | None:
    match = _CHARSET.search(data[:4096])
    try:
        name = codecs.lookup(match[1].decode("ascii")).name if match else None
    except LookupError:
        return None
    # The bytes held no zeros, so a declared UTF-16 is not true; browsers read Latin-1 as Windows-1252.
    return "cp1252" if name in ("iso8859-1", "ascii") else None if name and "utf-16" in name else name


def _main_text(source: str) -> list[Element]:
    import trafilatura  # takes longer to load than most files take to read

    found = trafilatura.extract(
        source, output_format="html", include_tables=True, include_comments=False, favor_recall=True
    )
    return list(html_blocks.elements(LexborHTMLParser(found))) if found else []


def _size(elements: list[Element]) -> int:
    texts = (element for element in elements if not isinstance(element, Picture))
    return sum(len(line.text) for element in texts for line in element.lines)
