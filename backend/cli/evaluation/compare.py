"""Two runs of one set side by side: which is better, by how much, and whether that is more than chance."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from backend.cli.evaluation.metrics import mean
from backend.cli.evaluation.results import JSON
from backend.errors import Invalid


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of two runs; `error` is the standard error of the mean difference between questions."""

    run: str
    measure: str
    before: float
    after: float
    error: float

    @property
    def is_clear(self) -> bool:
        """Whether it is more than twice its standard error."""
        return abs(self.after - self.before) > 2 * self.error


def differences(before: JSON, after: JSON) -> list[Difference]:
    """Run by run where names are the same, else the first of each. Raises Invalid for different sets."""
    if before["data"]["sha256"] != after["data"]["sha256"]:
        raise Invalid("The two results are of different documents.", field="compare")
    earlier = {run["name"]: run for run in before["runs"]}
    pairs = [(earlier[run["name"]], run) for run in after["runs"] if run["name"] in earlier]
    pairs = pairs or [(before["runs"][0], after["runs"][0])]
    return [found for one, other in pairs for found in of_runs(one, other)]


def of_runs(before: JSON, after: JSON) -> Iterator[Difference]:
    """Every measure that is kept by question, over the questions that both were asked."""
    name = before["name"] if before["name"] == after["name"] else f"{before['name']} → {after['name']}"
    asked = [key for key in before["questions"] if key in after["questions"]]
    if not asked:
        raise Invalid("The two results have no question in common.", field="compare")
    for measure in before["questions"][asked[0]]:
        if measure != "ranking":
            pairs = [(before["questions"][key][measure], after["questions"][key][measure]) for key in asked]
            changes = [other - one for one, other in pairs]
            yield Difference(
                name,
                measure,
                mean([one for one, _ in pairs]),
                mean([other for _, other in pairs]),
                _error(changes),
            )


def _error(changes: list[float]) -> float:
    if len(changes) < 2:
        return math.inf
    middle = mean(changes)
    variance = math.fsum((change - middle) ** 2 for change in changes) / (len(changes) - 1)
    return math.sqrt(variance / len(changes))
