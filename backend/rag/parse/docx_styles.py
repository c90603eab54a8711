"""Word's paragraph styles: which are headings and how deep, which are list items."""

import re
from dataclasses import dataclass

from backend.rag.parse import xml

_HEADING = re.compile(r"^(?:heading|überschrift|titre|título)\s*(\d)", re.IGNORECASE)
_BODY_LEVEL = 9
_MAX_PARENTS = 20


@dataclass(frozen=True, slots=True)
class Style:
    name: str
    parent: str | None
    outline: int | None
    is_numbered: bool | None


class Styles:
    """Looks styles up by id, following what they are based on; a missing part means no styles at all."""

    def __init__(self, root: xml.Node | None) -> None:
        self._styles = {
            xml.attribute(node, "styleId") or "": _style(node) for node in xml.children(root, "style")
        }

    def heading_level(self, properties: xml.Node | None) -> int | None:
        """The depth of a paragraph's title, counting from 1, None for text."""
        outline = _outline(properties)
        chain = self._chain(properties)
        for style in chain:
            outline = style.outline if outline is None else outline
        if outline is not None:
            return outline + 1 if outline < _BODY_LEVEL else None
        for style in chain:
            if style.name.lower() == "title":
                return 1
            match = _HEADING.match(style.name)
            if match:
                return max(1, int(match[1]))
        return None

    def is_item(self, properties: xml.Node | None) -> bool:
        """Whether the paragraph has a bullet or a number."""
        numbered = _is_numbered(properties)
        chain = self._chain(properties)
        for style in chain:
            numbered = style.is_numbered if numbered is None else numbered
        if numbered is None:
            return any(style.name.lower().startswith(("list bullet", "list number")) for style in chain)
        return numbered

    def _chain(self, properties: xml.Node | None) -> list[Style]:
        chain: list[Style] = []
        key = xml.attribute(xml.child(properties, "pStyle"), "val")
        while key is not None and len(chain) < _MAX_PARENTS:
            # A document without a styles part still names its styles.
            style = self._styles.get(key, Style(key, None, None, None))
            chain.append(style)
            key = style.parent
        return chain


def _style(node: xml.Node) -> Style:
    properties = xml.child(node, "pPr")
    return Style(
        name=xml.attribute(xml.child(node, "name"), "val") or "",
        parent=xml.attribute(xml.child(node, "basedOn"), "val"),
        outline=_outline(properties),
        is_numbered=_is_numbered(properties),
    )


def _outline(properties: xml.Node | None) -> int | None:
    value = xml.attribute(xml.child(properties, "outlineLvl"), "val")
    return int(value) if value is not None and value.isdecimal() else None


def _is_numbered(properties: xml.Node | None) -> bool | None:
    numbering = xml.child(properties, "numPr", "numId")
    return None if numbering is None else xml.attribute(numbering, "val") != "0"
