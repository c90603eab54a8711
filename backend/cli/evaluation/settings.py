"""What is compared: named settings of `search`, from options, from a file, or the whole ladder."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backend.errors import Invalid

NAMES = (
    *("ragStrategy", "fusion", "vectorWeight", "keywordWeight", "useReranking"),
    *("similarityThreshold", "multiQueryCount"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Fields of `SearchInput` under a name; what is not given is the project's own."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)


def _hybrid(fusion: str, meaning: float, words: float, **further: Any) -> dict[str, Any]:
    weights = {"vectorWeight": meaning, "keywordWeight": words}
    return {"ragStrategy": "HYBRID", "fusion": fusion, **weights, "similarityThreshold": 0.0, **further}


LADDER = (
    Settings("vector", {"ragStrategy": "BASIC", "similarityThreshold": 0.0}),
    Settings("keyword", _hybrid("CONVEX", 0.0, 1.0)),
    Settings("RRF .7/.3", _hybrid("RRF", 0.7, 0.3)),
    Settings("RRF .5/.5", _hybrid("RRF", 0.5, 0.5)),
    Settings("convex .7/.3", _hybrid("CONVEX", 0.7, 0.3)),
    Settings("convex .5/.5", _hybrid("CONVEX", 0.5, 0.5)),
    Settings("convex .5/.5, reranked", _hybrid("CONVEX", 0.5, 0.5, useReranking=True)),
)
"""From one arm to everything there is; without a threshold, since rankings are compared."""


def of_options(given: Mapping[str, Any]) -> Settings:
    """Settings named by what was given; an option that is None was not."""
    values = {name: value for name, value in given.items() if value is not None}
    words = (str(value) if isinstance(value, str) else f"{name} {value}" for name, value in values.items())
    return Settings(", ".join(words) or "the project's own", values)


def of_file(path: Path) -> Settings:
    """Settings of a JSON file, `{"ragStrategy": "HYBRID", …}`. Raises Invalid for anything else."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise Invalid(f"{path} is no JSON file that can be read.", field="settings") from error
    unknown = sorted(set(found) - set(NAMES)) if isinstance(found, dict) else ["a list"]
    if unknown:
        raise Invalid(
            f"{path} has {unknown[0]}, which is no setting of a search: {', '.join(NAMES)}.", field="settings"
        )
    return Settings(path.stem, found)
