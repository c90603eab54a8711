"""Word's formulas on one line, as they are typed: x^2, a_n, (a+b)/c, √(x), ∑_(n=1)^∞."""

from collections.abc import Callable

from backend.rag.parse import xml

_MAX_DEPTH = 60


def text(node: xml.Node | None, depth: int = 0) -> str:
    """The formula below this node; of what has no form of its own, the parts one after another."""
    if node is None or depth > _MAX_DEPTH:
        return ""
    name = xml.name(node)
    if name == "t":
        return node.text or ""
    form = _FORMS.get(name)
    if form is not None:
        return form(node, depth + 1)
    parts = (child for child in xml.children(node) if not xml.name(child).endswith("Pr"))
    return "".join(text(child, depth + 1) for child in parts)


def _part(node: xml.Node, name: str, depth: int) -> str:
    return text(xml.child(node, name), depth)


def _grouped(formula: str) -> str:
    """In brackets where it is more than one number, letter or name."""
    return formula if len(formula) < 2 or formula.isalnum() or _is_bracketed(formula) else f"({formula})"


def _is_bracketed(formula: str) -> bool:
    return formula[0] == "(" and formula.find(")") == len(formula) - 1


def _fraction(node: xml.Node, depth: int) -> str:
    top, bottom = (_grouped(_part(node, name, depth)) for name in ("num", "den"))
    return f"{top}/{bottom}"


def _scripts(node: xml.Node, depth: int) -> str:
    low, high = (_part(node, name, depth) for name in ("sub", "sup"))
    return _part(node, "e", depth) + _script("_", low) + _script("^", high)


def _script(mark: str, formula: str) -> str:
    return mark + _grouped(formula) if formula else ""


def _root(node: xml.Node, depth: int) -> str:
    return f"{_part(node, 'deg', depth)}√{_grouped(_part(node, 'e', depth))}"


def _sum(node: xml.Node, depth: int) -> str:
    sign = xml.attribute(xml.child(node, "naryPr", "chr"), "val") or "∫"
    low, high = (_part(node, name, depth) for name in ("sub", "sup"))
    return f"{sign}{_script('_', low)}{_script('^', high)} {_part(node, 'e', depth)}"


def _brackets(node: xml.Node, depth: int) -> str:
    properties = xml.child(node, "dPr")
    opening, closing, between = (
        default if (value := xml.attribute(xml.child(properties, name), "val")) is None else value
        for name, default in (("begChr", "("), ("endChr", ")"), ("sepChr", "|"))
    )
    return opening + between.join(text(part, depth) for part in xml.children(node, "e")) + closing


def _limit(node: xml.Node, depth: int) -> str:
    return _part(node, "e", depth) + _script("_", _part(node, "lim", depth))


def _function(node: xml.Node, depth: int) -> str:
    return f"{_part(node, 'fName', depth)} {_part(node, 'e', depth)}"


def _rows(node: xml.Node, depth: int) -> str:
    rows = [
        ", ".join(text(cell, depth) for cell in xml.children(row, "e")) for row in xml.children(node, "mr")
    ]
    return "; ".join(rows or [text(line, depth) for line in xml.children(node, "e")])


_FORMS: dict[str, Callable[[xml.Node, int], str]] = {
    "f": _fraction,
    "sSup": _scripts,
    "sSub": _scripts,
    "sSubSup": _scripts,
    "rad": _root,
    "nary": _sum,
    "d": _brackets,
    "limLow": _limit,
    "limUpp": _limit,
    "func": _function,
    "m": _rows,
    "eqArr": _rows,
}
