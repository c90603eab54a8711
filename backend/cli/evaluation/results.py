"""What a run found: measures of each way of searching, kept as JSON so that it can be compared later."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from backend.cli.evaluation import metrics
from backend.cli.evaluation.answers import Cited
from backend.cli.evaluation.data import Dataset, Kind
from backend.cli.evaluation.search import Answered
from backend.errors import Invalid

JSON = dict[str, Any]
FORMAT = 1

_PACKAGES = (
    "opentrace",
    "strawberry-graphql",
    "sqlalchemy",
    "asyncpg",
    "numpy",
    "onnxruntime",
    "bm25s",
    "pystemmer",
)
_MEASURES = {
    Kind.DOCUMENTS: {
        "nDCG@10": (metrics.ndcg, 10),
        "recall@10": (metrics.recall, 10),
        "recall@100": (metrics.recall, 100),
        "MRR@10": (metrics.reciprocal_rank, 10),
    },
    Kind.PAGES: {
        "hit@1": (metrics.hit, 1),
        "hit@5": (metrics.hit, 5),
        "hit@10": (metrics.hit, 10),
        "MRR@10": (metrics.reciprocal_rank, 10),
    },
}
GIVEN = ", document given"
"""What the measures are called where only the right document was searched."""


@dataclass(frozen=True, slots=True)
class Searched:
    """Every question asked in one way; `given` is the same with the right document given, for pages."""

    name: str
    settings: JSON
    answered: Sequence[Answered]
    given: Sequence[Answered] = ()
    cited: Sequence[Cited] = ()


def run_of(searched: Searched, kind: Kind) -> JSON:
    """One way of searching as it is kept: means, latencies, and each question's own figures and ranking."""
    answered = searched.answered
    means = {name: metrics.mean([value(each) for each in answered]) for name, value in _values(kind).items()}
    for name, value in _values(kind).items() if searched.given else ():
        means[name + GIVEN] = metrics.mean([value(each) for each in searched.given])
    times = [each.milliseconds for each in answered]
    return {
        "name": searched.name,
        "settings": searched.settings,
        "measures": means | _of_answers(searched.cited),
        "latency_ms": {f"p{share}": round(metrics.percentile(times, share / 100), 2) for share in (50, 95)},
        "questions": {
            each.question.id: {
                **{name: round(value(each), 6) for name, value in _values(kind).items()},
                "ranking": each.ranking[:10],
            }
            for each in answered
        },
    }


def result_of(dataset: Dataset, runs: Sequence[JSON], about: JSON) -> JSON:
    """A whole result: what was measured, where, with which versions, and every run."""
    return {
        "format": FORMAT,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "data": {
            "name": dataset.name,
            "kind": dataset.kind,
            "sha256": dataset.sha256,
            "num_documents": len(dataset.files),
            "num_questions": len(dataset.questions),
        },
        **about,
        "machine": {
            "cores": os.cpu_count(),
            "load": [round(load, 2) for load in os.getloadavg()],
            "system": f"{platform.system()} {platform.release()}",
            "python": platform.python_version(),
        },
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
        "runs": list(runs),
    }


def read(path: Path) -> JSON:
    """An earlier result. Raises Invalid when the file is none."""
    try:
        found: JSON = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise Invalid(f"{path} is no JSON file that can be read.", field="compare") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise Invalid(f"{path} is no result of an evaluation of this version.", field="compare")
    return found


def is_result(path: Path) -> bool:
    """Whether a file is an earlier result, and not settings to search with."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and "runs" in found


def save(result: JSON, folder: Path) -> Path:
    """Keep a result in `folder`, named by its set and its time."""
    folder.mkdir(parents=True, exist_ok=True)
    moment = datetime.fromisoformat(result["at"])
    path = folder / f"{result['data']['name']}-{moment:%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    return path


def _values(kind: Kind) -> dict[str, Any]:
    def value(measure: Any, depth: int) -> Any:
        return lambda each: measure(each.ranking, each.question.relevant, depth)

    return {name: value(measure, depth) for name, (measure, depth) in _MEASURES[kind].items()}


def _of_answers(cited: Sequence[Cited]) -> dict[str, float]:
    if not cited:
        return {}
    rates = [each.verification_rate for each in cited if each.verification_rate is not None]
    return {
        "answers that cite right": metrics.mean([float(each.is_right) for each in cited]),
        "quotes verified": metrics.mean(rates),
        "unsupported sentences an answer": metrics.mean([each.num_unsupported for each in cited]),
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
