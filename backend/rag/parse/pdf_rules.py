"""The ruled lines of a PDF page: strokes and thin filled bars that run level or upright."""

from collections.abc import Iterator
from ctypes import byref, c_float, c_int
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pypdfium2.raw as raw

_MAX_THICK = 2.5
_MIN_LENGTH = 3.0
_NEAR = 2.5
_MAX_RULES = 3000
_MAX_OBJECTS = 20_000
_MAX_SEGMENTS = 4000
_MAX_DEPTH = 3

Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]
_IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)
_BAR = 5
"""Segments of a rectangle at most."""
_BOUNDS = (c_float(), c_float(), c_float(), c_float())


@dataclass(frozen=True, slots=True)
class Rule:
    """A line at `at` from `start` to `end`, in points as displayed, origin top-left."""

    at: float
    start: float
    end: float


@dataclass(slots=True)
class Rules:
    level: list[Rule] = field(default_factory=list)
    upright: list[Rule] = field(default_factory=list)

    @property
    def is_too_many(self) -> bool:
        return len(self.level) + len(self.upright) > _MAX_RULES


def read(page: Any, display: Matrix) -> Rules | None:
    """The page's rules as the matrix displays them, pieces of one line joined.

    None for a page with too few for a table, or too many: drawings have thousands of strokes, which would
    take long and are no tables.
    """
    rules = Rules()
    num_objects = raw.FPDFPage_CountObjects(page)
    if num_objects > _MAX_OBJECTS:
        return None
    for number in range(num_objects):
        _object(raw.FPDFPage_GetObject(page, number), display, rules, 0)
        if rules.is_too_many:
            return None
    if len(rules.level) < 3 or len(rules.upright) < 3:
        return None
    return Rules(_joined(rules.level), _joined(rules.upright))


def _object(item: Any, outer: Matrix, rules: Rules, depth: int) -> None:
    kind = raw.FPDFPageObj_GetType(item)
    if kind == raw.FPDF_PAGEOBJ_PATH:
        _path(item, outer, rules)
    elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _MAX_DEPTH:
        matrix = product(matrix_of(item), outer)
        for number in range(min(raw.FPDFFormObj_CountObjects(item), _MAX_OBJECTS)):
            _object(raw.FPDFFormObj_GetObject(item, number), matrix, rules, depth + 1)
            if rules.is_too_many:
                return


def _path(item: Any, outer: Matrix, rules: Rules) -> None:
    """A single bar is told by its bounds alone; that spares most pages most of the work."""
    left, bottom, right, top = _BOUNDS
    num = raw.FPDFPath_CountSegments(item)
    if num > _MAX_SEGMENTS or not raw.FPDFPageObj_GetBounds(item, *map(byref, _BOUNDS)):
        return
    is_thin = min(right.value - left.value, top.value - bottom.value) <= _MAX_THICK
    if num <= _BAR and is_thin:
        _add(rules, mapped(left.value, bottom.value, outer), mapped(right.value, top.value, outer))
        return
    fill, stroke = c_int(), c_int()
    raw.FPDFPath_GetDrawMode(item, byref(fill), byref(stroke))
    if num <= _BAR and not stroke.value:
        return
    for points in _subpaths(item, num, product(matrix_of(item), outer)):
        if stroke.value:
            for one, other in pairwise(points):
                _add(rules, one, other)
        elif fill.value:
            _add(rules, *_corners(points))


def _subpaths(item: Any, num: int, matrix: Matrix) -> Iterator[list[Point]]:
    """Corners of every straight part; a curve ends one part and starts the next."""
    points: list[Point] = []
    x, y = c_float(), c_float()
    for number in range(num):
        segment = raw.FPDFPath_GetPathSegment(item, number)
        kind = raw.FPDFPathSegment_GetType(segment)
        raw.FPDFPathSegment_GetPoint(segment, byref(x), byref(y))
        if kind != raw.FPDF_SEGMENT_LINETO and points:
            yield points
            points = []
        points.append(mapped(x.value, y.value, matrix))
        if raw.FPDFPathSegment_GetClose(segment):
            points.append(points[0])
    if points:
        yield points


def _add(rules: Rules, one: Point, other: Point) -> None:
    (x0, x1), (y0, y1) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    if y1 - y0 <= _MAX_THICK and x1 - x0 >= _MIN_LENGTH:
        rules.level.append(Rule((y0 + y1) / 2, x0, x1))
    elif x1 - x0 <= _MAX_THICK and y1 - y0 >= _MIN_LENGTH:
        rules.upright.append(Rule((x0 + x1) / 2, y0, y1))


def _corners(points: list[Point]) -> tuple[Point, Point]:
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    return (min(xs), min(ys)), (max(xs), max(ys))


def _joined(rules: list[Rule]) -> list[Rule]:
    """Lines at nearly one place are at one place; those that touch or overlap there are one line."""
    found: list[Rule] = []
    for group in _near(sorted(rules, key=lambda rule: rule.at)):
        at = sum(rule.at for rule in group) / len(group)
        line: Rule | None = None
        for rule in sorted(group, key=lambda rule: rule.start):
            if line is not None and rule.start <= line.end + _NEAR:
                line = Rule(at, line.start, max(line.end, rule.end))
            else:
                if line is not None:
                    found.append(line)
                line = Rule(at, rule.start, rule.end)
        if line is not None:
            found.append(line)
    return found


def _near(rules: list[Rule]) -> Iterator[list[Rule]]:
    group: list[Rule] = []
    for rule in rules:
        if group and rule.at - group[0].at > _NEAR:
            yield group
            group = []
        group.append(rule)
    if group:
        yield group


def matrix_of(item: Any) -> Matrix:
    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(item, byref(found)):
        return _IDENTITY
    return found.a, found.b, found.c, found.d, found.e, found.f


def product(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def mapped(x: float, y: float, matrix: Matrix) -> Point:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
