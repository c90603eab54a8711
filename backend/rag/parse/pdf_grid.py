"""Ruled lines into grids: the smallest rectangles between crossing lines, grouped where they touch."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable

from backend.rag.parse.pdf_rules import Rule, Rules

_NEAR = 2.5
_MAX_CROSSINGS = 6000

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom in points as displayed."""

_Crossing = tuple[float, float]
_Lines = tuple[int, int]


def find(rules: Rules) -> list[list[Rect]]:
    """The cells of every grid with at least four; lines that close no rectangle count for nothing."""
    crossings = _crossings(rules)
    if not 9 <= len(crossings) <= _MAX_CROSSINGS:
        return []
    return [group for group in _groups(_cells(crossings)) if len(group) >= 4]


def _crossings(rules: Rules) -> dict[_Crossing, _Lines]:
    """Where two lines meet: the number of the upright and of the level line that pass there."""
    level = sorted(enumerate(rules.level), key=lambda each: each[1].at)
    heights = [rule.at for _, rule in level]
    found: dict[_Crossing, _Lines] = {}
    for upright, rule in enumerate(rules.upright):
        low, high = bisect_left(heights, rule.start - _NEAR), bisect_right(heights, rule.end + _NEAR)
        for number, other in level[low:high]:
            if _reaches(other, rule.at):
                found[rule.at, other.at] = (upright, number)
        if len(found) > _MAX_CROSSINGS:
            break
    return found


def _reaches(rule: Rule, at: float) -> bool:
    return rule.start - _NEAR <= at <= rule.end + _NEAR


def _cells(crossings: dict[_Crossing, _Lines]) -> list[Rect]:
    columns, rows = defaultdict(list), defaultdict(list)
    for x, y in sorted(crossings):
        columns[crossings[x, y][0]].append(y)
        rows[crossings[x, y][1]].append(x)
    cells = []
    for (x, y), (upright, level) in crossings.items():
        below = columns[upright][bisect_right(columns[upright], y) :]
        right = rows[level][bisect_right(rows[level], x) :]
        cell = _smallest(x, y, below, right, crossings)
        if cell is not None:
            cells.append(cell)
    return cells


def _smallest(
    x: float, y: float, below: list[float], right: list[float], crossings: dict[_Crossing, _Lines]
) -> Rect | None:
    """The rectangle whose upper left corner is here and whose other corners lie on its own lines."""
    for bottom in below:
        _, level = crossings[x, bottom]
        for side in right:
            upright, _ = crossings[side, y]
            if crossings.get((side, bottom)) == (upright, level):
                return x, y, side, bottom
    return None


def _groups(cells: Iterable[Rect]) -> list[list[Rect]]:
    """Cells that share corners, directly or through others, are of one grid."""
    parents: dict[_Crossing, _Crossing] = {}

    def root(point: _Crossing) -> _Crossing:
        while (parent := parents.setdefault(point, point)) != point:
            parents[point] = parents[parent]
            point = parent
        return point

    kept = list(cells)
    for x0, y0, x1, y1 in kept:
        for corner in ((x1, y0), (x0, y1), (x1, y1)):
            parents[root(corner)] = root((x0, y0))
    groups = defaultdict(list)
    for cell in kept:
        groups[root((cell[0], cell[1]))].append(cell)
    return list(groups.values())
