"""`python -m bench.bars RESULT.json PICTURE.svg`: what a search costs in each store, side by side."""

import json
import math
import re
import sys
from pathlib import Path

NAME = re.compile(r"(?P<store>.+), project of (?P<size>[\d,]+) among (?P<all>[\d,]+): p50")
COLOURS = ("#0f766e", "#94a3b8", "#64748b")
LEFT, TOP, WIDTH, BAR, GAP = 190, 56, 480, 16, 22
LEAST = 0.1
"""Milliseconds at the left edge."""


def read(path: Path) -> dict[str, dict[str, float]]:
    """Milliseconds by the size of the project, and by the store."""
    found: dict[str, dict[str, float]] = {}
    for figure in json.loads(path.read_text())["figures"]:
        if match := NAME.fullmatch(figure["name"]):
            found.setdefault(match["size"], {})[match["store"]] = figure["value"]
    return found


def draw(found: dict[str, dict[str, float]]) -> str:
    most = max(value for row in found.values() for value in row.values())
    scale = WIDTH / math.log10(most / LEAST)
    parts, y = (
        [_text(LEFT - 178, 24, "One search in one project among many, p50, ms (logarithmic)", weight=600)],
        TOP,
    )
    for size, row in found.items():
        parts.append(_text(LEFT - 178, y - 6, f"project of {size} chunks", colour="#475569"))
        for colour, (store, value) in zip(COLOURS, row.items(), strict=True):
            width = scale * math.log10(value / LEAST)
            parts.append(
                _text(LEFT - 8, y + 12, store.replace("LangChain ", "").replace(", ", " + "), anchor="end")
            )
            parts.append(
                f'<rect x="{LEFT}" y="{y}" width="{width:.0f}" height="{BAR}" rx="2" fill="{colour}"/>'
            )
            parts.append(_text(LEFT + width + 6, y + 12, f"{value:.3g}"))
            y += BAR + 4
        y += GAP
    size = f'width="{LEFT + WIDTH + 60}" height="{y}" viewBox="0 0 {LEFT + WIDTH + 60} {y}"'
    ground = '<rect width="100%" height="100%" fill="#ffffff"/>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">'
    return "\n".join([head, ground, *parts, "</svg>"]) + "\n"


def _text(
    x: float, y: float, words: str, *, anchor: str = "start", colour: str = "#0f172a", weight: int = 400
) -> str:
    style = f'text-anchor="{anchor}" fill="{colour}" font-weight="{weight}"'
    return f'<text x="{x:.0f}" y="{y}" {style}>{words}</text>'


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(draw(read(Path(sys.argv[1]))))
