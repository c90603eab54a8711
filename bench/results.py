"""What a run found: figures with their goals, as a Markdown table for people and as JSON for programs."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

FOLDER = Path(__file__).parent / "results"
PACKAGES = (
    *("strawberry-graphql", "graphql-core", "starlette", "uvicorn", "sqlalchemy", "sqlmodel", "asyncpg"),
    *("celery", "redis", "langgraph", "openai", "websockets"),
)


@dataclass(frozen=True)
class Figure:
    """One measured number. `goal` is the most it should be; None: it is shown for information."""

    benchmark: str
    name: str
    value: float
    unit: str
    goal: float | None = None
    num_samples: int = 0

    @property
    def is_met(self) -> bool | None:
        return None if self.goal is None else self.value <= self.goal


def machine() -> dict[str, object]:
    """Where this ran, without which no figure means anything."""
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "load": [round(load, 2) for load in os.getloadavg()],
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def table(figures: Sequence[Figure]) -> str:
    """The figures as Markdown."""
    lines = ["| benchmark | figure | value | goal | met | samples |", "|---|---|---:|---:|---|---:|"]
    for figure in figures:
        goal = "" if figure.goal is None else f"≤ {figure.goal:g} {figure.unit}".strip()
        met = {None: "", True: "yes", False: "no"}[figure.is_met]
        value = f"{figure.value:.3g} {figure.unit}".strip()
        lines.append(
            f"| {figure.benchmark} | {figure.name} | {value} | {goal} | {met} | {figure.num_samples} |"
        )
    return "\n".join(lines)


def save(figures: Sequence[Figure], where: dict[str, object]) -> Path:
    """Keep a run under `bench/results/`, named by its time."""
    FOLDER.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    path = FOLDER / f"{now:%Y%m%dT%H%M%SZ}.json"
    found = {
        "at": now.isoformat(),
        "machine": where,
        "figures": [{**asdict(figure), "is_met": figure.is_met} for figure in figures],
    }
    path.write_text(json.dumps(found, indent=1) + "\n")
    return path


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
