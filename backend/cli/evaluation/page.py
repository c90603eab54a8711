"""Results as one page that needs nothing else: tables and plots as SVG inside it."""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from backend.cli.evaluation.compare import Difference
from backend.cli.evaluation.results import JSON

_COLOURS = ("#2563eb", "#d97706", "#059669", "#dc2626", "#7c3aed", "#0891b2", "#525252")
_DEPTH = 10
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; color: #1f2937 }
table { border-collapse: collapse; margin: 1rem 0 } td, th { padding: .25rem .7rem; text-align: right }
td:first-child, th:first-child { text-align: left } tr + tr { border-top: 1px solid #e5e7eb }
svg { max-width: 100% } text { font: 12px system-ui, sans-serif; fill: #374151 } pre { overflow: auto }
"""


def save(result: JSON, path: Path, differences: Sequence[Difference] = ()) -> Path:
    """Write the page to `path`."""
    path.write_text(page(result, differences), encoding="utf-8")
    return path


def page(result: JSON, differences: Sequence[Difference] = ()) -> str:
    data, runs = result["data"], result["runs"]
    title = escape(f"{data['name']}: {data['num_questions']} questions, {data['num_documents']} documents")
    names = list(dict.fromkeys(name for run in runs for name in run["measures"]))
    rows = [
        [run["name"], *(_number(run["measures"].get(name)) for name in names), *_latencies(run)]
        for run in runs
    ]
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{_STYLE}</style>",
        f"<h1>{title}</h1>",
        _table(["", *names, "p50 ms", "p95 ms"], rows),
        f"<h2>Questions answered within a rank</h2>{_curves(runs)}",
        f"<h2>Measures</h2>{_bars(runs, names)}",
        _compared(differences),
        f"<h2>How it was measured</h2><pre>{escape(_about(result))}</pre></html>",
    ]
    return "\n".join(parts)


def _compared(differences: Sequence[Difference]) -> str:
    if not differences:
        return ""
    rows = [
        [
            *(f"{each.run}: {each.measure}", f"{each.before:.4f}", f"{each.after:.4f}"),
            *(f"{each.after - each.before:+.4f} ± {each.error:.4f}", "yes" if each.is_clear else ""),
        ]
        for each in differences
    ]
    return "<h2>Compared</h2>" + _table(["", "A", "B", "difference", "clear"], rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    cells = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{cells}</tr>{body}</table>"


def _curves(runs: Sequence[JSON]) -> str:
    """The share of questions with something relevant at rank k or before, for k from 1 to 10."""
    lines = []
    for run, colour in zip(runs, _cycle(), strict=False):
        points = " ".join(
            f"{60 + 60 * (k - 1)},{_y(_share_within(run, k)):.1f}" for k in range(1, _DEPTH + 1)
        )
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
    ticks = "".join(f'<text x="{57 + 60 * (k - 1)}" y="238">{k}</text>' for k in range(1, _DEPTH + 1))
    return f'<svg viewBox="0 0 760 260" width="760">{_grid(640)}{"".join(lines)}{ticks}</svg>{_legend(runs)}'


def _bars(runs: Sequence[JSON], names: Sequence[str]) -> str:
    """A group of bars for each measure that is a share and that every run has."""
    names = [name for name in names if all(0 <= run["measures"].get(name, -1) <= 1 for run in runs)]
    wide = max(8, min(24, 600 // max(1, len(runs) * len(names))))
    bars, labels = [], []
    for group, name in enumerate(names):
        left = 60 + group * (wide * len(runs) + 24)
        for number, (run, colour) in enumerate(zip(runs, _cycle(), strict=False)):
            top = _y(run["measures"][name])
            place = f'x="{left + number * wide}" y="{top:.1f}" width="{wide - 2}" height="{_y(0) - top:.1f}"'
            bars.append(f'<rect {place} fill="{colour}"><title>{run["measures"][name]:.4f}</title></rect>')
        labels.append(f'<text x="{left}" y="{238 + 14 * (group % 2)}">{escape(name)}</text>')
    width = 244 + len(names) * (wide * len(runs) + 24)
    drawn = _grid(width - 160) + "".join(bars + labels)
    return f'<svg viewBox="0 0 {width} 260" width="{width}">{drawn}</svg>'


def _grid(width: int) -> str:
    return "".join(
        f'<line x1="50" x2="{width}" y1="{_y(share):.1f}" y2="{_y(share):.1f}" stroke="#e5e7eb"/>'
        f'<text x="20" y="{_y(share) + 4:.1f}">{share:g}</text>'
        for share in (0, 0.25, 0.5, 0.75, 1)
    )


def _legend(runs: Sequence[JSON]) -> str:
    named = zip(runs, _cycle(), strict=False)
    return "".join(
        f'<div><span style="color:{colour}">■</span> {escape(run["name"])}</div>' for run, colour in named
    )


def _share_within(run: JSON, depth: int) -> float:
    """By MRR@10, which every run keeps: a reciprocal rank of at least 1/k."""
    found = [float(each["MRR@10"]) >= 1 / depth - 1e-5 for each in run["questions"].values()]
    return sum(found) / max(1, len(found))


def _about(result: JSON) -> str:
    lines = [f"{key}: {value}" for key, value in result.items() if key not in ("runs", "data", "format")]
    lines += [f"{run['name']}: {run['settings']}" for run in result["runs"]]
    return "\n".join((f"documents: {result['data']['sha256']}", *lines))


def _latencies(run: JSON) -> tuple[str, str]:
    return f"{run['latency_ms']['p50']:.1f}", f"{run['latency_ms']['p95']:.1f}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _y(share: float) -> float:
    return 220 - 200 * share


def _cycle() -> list[str]:
    return list(_COLOURS) * 3
