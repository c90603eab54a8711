"""Word's automatic numbers: what stands before a numbered paragraph, counted as Word counts."""

import re
from dataclasses import dataclass

from backend.rag.parse import xml

_NUM_LEVELS = 9
_PLACE = re.compile(r"%([1-9])")
_ROMAN = {
    **{1000: "m", 900: "cm", 500: "d", 400: "cd", 100: "c", 90: "xc", 50: "l", 40: "xl"},
    **{10: "x", 9: "ix", 5: "v", 4: "iv", 1: "i"},
}
_MAX_ROMAN = 4000
_MAX_LETTERS = 26 * 40


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    kind: str
    text: str
    is_legal: bool


_PLAIN = _Level(1, "decimal", "", False)


class Numbering:
    """Counters of one document; `label` must be asked for each numbered paragraph once, in their order."""

    def __init__(self, root: xml.Node | None) -> None:
        self._lists = {_id(node, "abstractNumId"): node for node in xml.children(root, "abstractNum")}
        links = {xml.attribute(xml.child(node, "styleLink"), "val"): node for node in self._lists.values()}
        for key, node in self._lists.items():  # some only name the style that has the list
            link = xml.attribute(xml.child(node, "numStyleLink"), "val")
            self._lists[key] = links.get(link, node) if link else node
        self._uses = {_id(node, "numId"): node for node in xml.children(root, "num")}
        self._levels: dict[str, list[_Level]] = {}
        self._counters: dict[str, list[int | None]] = {}

    def level_of_style(self, use: str, style: str) -> int:
        """The level of a list that is meant for paragraphs of this style; the first where none is."""
        for level in xml.children(self._lists.get(self._list_of(use)), "lvl"):
            if xml.attribute(xml.child(level, "pStyle"), "val") == style:
                return _number(xml.attribute(level, "ilvl"), 0)
        return 0

    def label(self, use: str, level: int) -> str:
        """“2.1.” or “(a)”, for the next paragraph at this level (from 0); empty for bullets."""
        if use not in self._uses or not 0 <= level < _NUM_LEVELS:
            return ""
        is_new, levels = use not in self._levels, self._levels_of(use)
        counters = self._counters.setdefault(self._list_of(use), [None] * _NUM_LEVELS)
        if is_new:
            for at in self._restarted(use):
                counters[at] = None
        own = counters[level]
        counters[level] = levels[level].start if own is None else own + 1
        counters[level + 1 :] = [None] * (_NUM_LEVELS - level - 1)
        for at in range(level):
            counters[at] = levels[at].start if counters[at] is None else counters[at]
        if levels[level].kind == "bullet":
            return ""
        return _PLACE.sub(
            lambda place: _shown(levels, counters, level, int(place[1]) - 1), levels[level].text
        )

    def _list_of(self, use: str) -> str:
        return xml.attribute(xml.child(self._uses.get(use), "abstractNumId"), "val") or ""

    def _levels_of(self, use: str) -> list[_Level]:
        if use not in self._levels:
            levels = [_PLAIN] * _NUM_LEVELS
            found = self._lists.get(self._list_of(use))
            overrides = xml.children(self._uses[use], "lvlOverride")
            own = (level for override in overrides for level in xml.children(override, "lvl"))
            for node in (*xml.children(found, "lvl"), *own):
                at = _number(xml.attribute(node, "ilvl"), 0)
                levels[min(at, _NUM_LEVELS - 1)] = _level(node)
            for override in xml.children(self._uses[use], "lvlOverride"):
                start = xml.child(override, "startOverride")
                at = min(_number(xml.attribute(override, "ilvl"), 0), _NUM_LEVELS - 1)
                if start is not None:
                    old = levels[at]
                    first = _number(xml.attribute(start, "val"), 1)
                    levels[at] = _Level(first, old.kind, old.text, old.is_legal)
            self._levels[use] = levels
        return self._levels[use]

    def _restarted(self, use: str) -> list[int]:
        overrides = xml.children(self._uses[use], "lvlOverride")
        starts = (each for each in overrides if xml.child(each, "startOverride") is not None)
        return [min(_number(xml.attribute(each, "ilvl"), 0), _NUM_LEVELS - 1) for each in starts]


def _id(node: xml.Node, name: str) -> str:
    return xml.attribute(node, name) or ""


def _number(value: str | None, default: int) -> int:
    return int(value) if value is not None and value.isdecimal() and len(value) < 6 else default


def _level(node: xml.Node) -> _Level:
    legal = xml.child(node, "isLgl")
    return _Level(
        start=_number(xml.attribute(xml.child(node, "start"), "val"), 1),
        kind=xml.attribute(xml.child(node, "numFmt"), "val") or "decimal",
        text=xml.attribute(xml.child(node, "lvlText"), "val") or "",
        is_legal=legal is not None and xml.attribute(legal, "val") not in ("0", "false"),
    )


def _shown(levels: list[_Level], counters: list[int | None], level: int, at: int) -> str:
    kind = "decimal" if levels[level].is_legal and at < level else levels[at].kind
    return _formatted(counters[at] or 0, kind)


def _formatted(number: int, kind: str) -> str:
    if kind == "none":
        return ""
    if kind == "decimalZero":
        return f"{number:02}"
    if kind.endswith("Letter") and 0 < number <= _MAX_LETTERS:
        text = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
    elif kind.endswith("Roman") and 0 < number < _MAX_ROMAN:
        text = _roman(number)
    else:
        text = str(number)
    return text.upper() if kind.startswith("upper") else text


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN.items():
        times, number = divmod(number, value)
        text += letters * times
    return text
