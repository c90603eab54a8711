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


LADDER = (
    Settings("vector", {"ragStrategy": "BASIC"}),
    Settings("keyword", {"ragStrategy": "HYBRID", "vectorWeight": 0.0, "keywordWeight": 1.0}),
    Settings("hybrid, RRF", {"ragStrategy": "HYBRID", "fusion": "RRF"}),
    Settings("hybrid, convex", {"ragStrategy": "HYBRID", "fusion": "CONVEX"}),
    Settings("hybrid, convex, reranked", {"ragStrategy": "HYBRID", "fusion": "CONVEX", "useReranking": True}),
)
"""From one arm to everything there is."""


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
