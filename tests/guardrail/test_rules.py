"""The local guardrail's rules against a labelled set: what they catch, and how often they are wrong.

`python -m tests.guardrail.test_rules` prints the table.
"""

from dataclasses import dataclass

import pytest

from backend.local.models import guardrail
from tests.guardrail.labelled import FINE, INJECTION, PERSONAL, TOXIC

LABELLED = {"toxicity": TOXIC, "prompt_injection": INJECTION, "personal_data": PERSONAL}
# The floors: what the rules reach today, less one question. They are keyword rules, no match for a model.
FLOORS = {"toxicity": (0.93, 0.65), "prompt_injection": (0.94, 0.68), "personal_data": (0.92, 0.70)}


@dataclass(frozen=True)
class Score:
    num_right: int
    num_wrong: int
    num_missed: int

    @property
    def precision(self) -> float:
        return self.num_right / (self.num_right + self.num_wrong)

    @property
    def recall(self) -> float:
        return self.num_right / (self.num_right + self.num_missed)


def found(check: str, question: str) -> bool:
    findings = guardrail.check(question)
    return {
        "toxicity": findings.toxic,
        "prompt_injection": findings.injection,
        "personal_data": findings.personal,
    }[check]


def score(check: str) -> Score:
    """Every question of the set counts: to one check, the questions of the others are fine."""
    wanted = LABELLED[check]
    others = [*FINE, *(each for name, asked in LABELLED.items() if name != check for each in asked)]
    num_right = sum(found(check, each) for each in wanted)
    num_wrong = sum(found(check, each) for each in others)
    return Score(num_right, num_wrong, len(wanted) - num_right)


@pytest.mark.parametrize("check", LABELLED)
def test_the_rules_keep_their_precision_and_recall(check: str) -> None:
    precision, recall = FLOORS[check]
    scored = score(check)
    assert scored.precision >= precision, scored
    assert scored.recall >= recall, scored


def test_no_fine_question_is_refused() -> None:
    assert [each for each in FINE if guardrail.check(each).any] == []


def test_no_question_is_labelled_twice() -> None:
    everything = [*FINE, *TOXIC, *INJECTION, *PERSONAL]
    assert len(set(everything)) == len(everything)


if __name__ == "__main__":
    print("| check | questions | precision | recall |\n|---|---|---|---|")  # noqa: T201 - it is asked for
    for name in LABELLED:
        is_score = score(name)
        row = f"| {name} | {len(LABELLED[name])} | {is_score.precision:.2f} | {is_score.recall:.2f} |"
        print(row)  # noqa: T201 - it is asked for
