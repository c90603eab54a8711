"""Word's paragraph styles: which are headings and how deep, which are list items."""

import re
from dataclasses import dataclass

from backend.rag.parse import xml

_HEADING = re.compile(r"^(?:heading|überschrift|titre|título)\s*(\d)", re.IGNORECASE)
_BODY_LEVEL = 9
_MAX_PARENTS = 20
_NO_LIST = "0"


@dataclass(frozen=True, slots=True)
class Style:
    key: str
    name: str
    parent: str | None = None
    outline: int | None = None
    use: str | None = None
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Numbered:
    """Which list a paragraph is in, and at which level (from 0); None: at the one meant for `style`."""

    use: str
    level: int | None
    style: str


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
        use, _ = _numbering(properties)
        chain = self._chain(properties)
        for style in chain:
            use = style.use if use is None else use
        if use is None:
            return any(style.name.lower().startswith(("list bullet", "list number")) for style in chain)
        return use != _NO_LIST

    def numbered(self, properties: xml.Node | None) -> Numbered | None:
        """The list that the paragraph or its style is in, None outside of all."""
        use, level = _numbering(properties)
        key = xml.attribute(xml.child(properties, "pStyle"), "val") or ""
        for style in self._chain(properties):
            if use is None and style.use is not None:
                use, key = style.use, style.key
            level = style.level if level is None else level
        return None if use in (None, _NO_LIST) else Numbered(use or "", level, key)

    def _chain(self, properties: xml.Node | None) -> list[Style]:
        chain: list[Style] = []
        key = xml.attribute(xml.child(properties, "pStyle"), "val")
        while key is not None and len(chain) < _MAX_PARENTS:
            # A document without a styles part still names its styles.
            style = self._styles.get(key, Style(key, key))
            chain.append(style)
            key = style.parent
        return chain


def _style(node: xml.Node) -> Style:
    properties = xml.child(node, "pPr")
    use, level = _numbering(properties)
    return Style(
        key=xml.attribute(node, "styleId") or "",
        name=xml.attribute(xml.child(node, "name"), "val") or "",
        parent=xml.attribute(xml.child(node, "basedOn"), "val"),
        outline=_outline(properties),
        use=use,
        level=level,
    )


def _outline(properties: xml.Node | None) -> int | None:
    value = xml.attribute(xml.child(properties, "outlineLvl"), "val")
    return int(value) if value is not None and value.isdecimal() else None


def _numbering(properties: xml.Node | None) -> tuple[str | None, int | None]:
    """The list's id and the level, each None where nothing is said."""
    found = xml.child(properties, "numPr")
    level = xml.attribute(xml.child(found, "ilvl"), "val") or ""
    return xml.attribute(xml.child(found, "numId"), "val"), int(level) if level.isdecimal() else None
