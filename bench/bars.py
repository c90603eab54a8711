"""`python -m bench.bars RESULT.json PICTURE.svg`: what a search costs in each store, side by side."""

import json
import math
import re
import sys
from pathlib import Path

NAME = re.compile(
    r"(?P<store>.+), project of (?P<size>[\d,]+) among [\d,]+: (?P<what>p50|of the ten nearest)"
)
COLOURS = ("#0f766e", "#94a3b8", "#64748b")
LEFT, TOP, WIDTH, BAR, GAP = 190, 56, 400, 16, 22
LEAST = 0.1
"""Milliseconds at the left edge."""


Rows = dict[str, dict[str, dict[str, float]]]


def read(path: Path) -> Rows:
    """Milliseconds and share of the ten nearest, by the size of the project and by the store."""
    found: Rows = {}
    for figure in json.loads(path.read_text())["figures"]:
        if match := NAME.fullmatch(figure["name"]):
            row = found.setdefault(match["size"], {}).setdefault(match["store"], {})
            row[match["what"]] = figure["value"]
    return found


def draw(found: Rows) -> str:
    most = max(each["p50"] for row in found.values() for each in row.values())
    scale = WIDTH / math.log10(most / LEAST)
    parts, y = (
        [
            _text(
                LEFT - 178,
                24,
                "The ten nearest of one project among many: p50 (logarithmic), and how many are found",
                weight=600,
            )
        ],
        TOP,
    )
    for size, row in found.items():
        parts.append(_text(LEFT - 178, y - 6, f"project of {size} chunks", colour="#475569"))
        for colour, (store, each) in zip(COLOURS, row.items(), strict=True):
            value = each["p50"]
            width = scale * math.log10(value / LEAST)
            parts.append(
                _text(LEFT - 8, y + 12, store.replace("LangChain ", "").replace(", ", " + "), anchor="end")
            )
            parts.append(
                f'<rect x="{LEFT}" y="{y}" width="{width:.0f}" height="{BAR}" rx="2" fill="{colour}"/>'
            )
            parts.append(
                _text(LEFT + width + 6, y + 12, f"{value:.2g} ms, {each['of the ten nearest']:.0f} % found")
            )
            y += BAR + 4
        y += GAP
    size = f'width="{LEFT + WIDTH + 130}" height="{y}" viewBox="0 0 {LEFT + WIDTH + 130} {y}"'
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
