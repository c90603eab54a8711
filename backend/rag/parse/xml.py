"""XML from strangers: entities stay unexpanded, nothing outside the text is ever fetched."""

from collections.abc import Iterator, Mapping
from typing import Protocol, cast

from lxml import etree  # type: ignore[import-untyped]  # ships no types; Node says what we use

from backend.rag.parse.page import ParseError, Reason


class Node(Protocol):
    """An element of lxml's."""

    @property
    def tag(self) -> object: ...
    @property
    def text(self) -> str | None: ...
    @property
    def tail(self) -> str | None: ...
    @property
    def attrib(self) -> Mapping[str, str]: ...
    def __iter__(self) -> Iterator["Node"]: ...


def parse(data: bytes) -> Node:
    """The root element; raises ParseError(CORRUPT) where nothing can be made of it.

    Broken markup is mended where possible; deeper or longer than the parser's own safe limits is TOO_LARGE.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    # Mending must not pass off half a document as the whole.
    problems = {entry.type for entry in parser.error_log}
    if etree.ErrorTypes.ERR_NO_MEMORY in problems:
        raise MemoryError
    if etree.ErrorTypes.ERR_RESOURCE_LIMIT in problems:
        raise ParseError(Reason.TOO_LARGE)
    if root is None:
        raise ParseError(Reason.CORRUPT)
    return cast(Node, root)


def name(node: Node) -> str:
    """The tag without its namespace, so that strict and transitional documents read the same."""
    tag = node.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(node: Node | None, key: str) -> str | None:
    """An attribute's value by its name without namespace."""
    if node is None:
        return None
    return next((str(value) for at, value in node.attrib.items() if str(at).rpartition("}")[2] == key), None)


def children(node: Node | None, *names: str) -> Iterator[Node]:
    """Child elements, of these names if any are given."""
    for found in () if node is None else node:
        if not names or name(found) in names:
            yield found


def child(node: Node | None, *path: str) -> Node | None:
    """The first element down a path of names, None where it ends early."""
    for step in path:
        node = next(children(node, step), None)
    return node
