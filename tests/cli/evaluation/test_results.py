"""Results are kept whole, compared question by question, and shown on a page that needs nothing else."""

import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner

from backend.cli import commands
from backend.cli.client import Client
from backend.cli.evaluation import compare, data, page, results
from backend.cli.evaluation.baseline import Baseline
from backend.cli.evaluation.data import Kind, Question
from backend.cli.evaluation.intake import Taken
from backend.cli.evaluation.results import JSON, Searched
from backend.cli.evaluation.search import Answered, Searching
from backend.cli.evaluation.settings import Settings
from backend.errors import Invalid
from tests.cli.evaluation import judged

QUESTIONS = [Question(str(number), f"What is {number}?", {f"d{number}": 1.0}) for number in range(4)]
GOOD = [["d0"], ["x", "d1"], ["d2"], ["x"]]
POOR = [["x", "d0"], ["x", "d1"], ["x", "y", "z", "d2"], ["x"]]


def run(name: str, rankings: list[list[str]]) -> JSON:
    answered = [
        Answered(question, ranking, float(number))
        for number, (question, ranking) in enumerate(zip(QUESTIONS, rankings, strict=True), 1)
    ]
    return results.run_of(Searched(name, {"ragStrategy": name}, answered), Kind.DOCUMENTS)


def result(folder: Path, *runs: JSON) -> JSON:
    dataset = data.read(judged.write_documents(folder))
    return results.result_of(dataset, runs, {"seed": 0})


def test_a_run_has_means_latencies_and_every_question() -> None:
    found = run("BASIC", GOOD)
    assert found["measures"]["MRR@10"] == (1 + 1 / 2 + 1 + 0) / 4
    assert found["measures"]["nDCG@10"] == pytest.approx((1 + 1 / math.log2(3) + 1 + 0) / 4)
    assert (found["measures"]["recall@10"], found["measures"]["recall@100"]) == (0.75, 0.75)
    assert found["latency_ms"] == {"p50": 2.0, "p95": 4.0}
    assert found["questions"]["1"] == {
        "nDCG@10": round(1 / math.log2(3), 6),
        "recall@10": 1.0,
        "recall@100": 1.0,
        "MRR@10": 0.5,
        "ranking": ["x", "d1"],
    }


def test_a_difference_has_the_error_of_its_pairs() -> None:
    found = {each.measure: each for each in compare.of_runs(run("A", POOR), run("B", GOOD))}
    rank = found["MRR@10"]
    assert (rank.run, rank.before, rank.after) == ("A → B", 0.3125, 0.625)
    changes = [0.5, 0.0, 0.75, 0.0]
    spread = math.sqrt(sum((change - 0.3125) ** 2 for change in changes) / 3)
    assert rank.error == pytest.approx(spread / 2)
    assert rank.is_clear is False
    assert found["recall@10"].after - found["recall@10"].before == 0


def test_results_are_read_back_and_those_of_other_documents_are_not_compared(tmp_path: Path) -> None:
    kept = result(tmp_path / "water", run("BASIC", GOOD))
    path = results.save(kept, tmp_path / "out")
    assert path.name.startswith("water-") and results.is_result(path)
    assert results.read(path) == kept
    other = {**kept, "data": {**kept["data"], "sha256": "0" * 64}}
    with pytest.raises(Invalid, match="different documents"):
        compare.differences(kept, other)
    (tmp_path / "settings.json").write_text('{"fusion": "RRF"}')
    with pytest.raises(Invalid, match="no result of an evaluation"):
        results.read(tmp_path / "settings.json")


def test_the_page_needs_nothing_from_elsewhere_and_escapes_what_it_shows(tmp_path: Path) -> None:
    found = result(tmp_path / "water", run("<BASIC>", GOOD), run("HYBRID", POOR))
    html = page.page(found, list(compare.of_runs(*found["runs"])))
    assert "http" not in html and "<script" not in html and "src=" not in html
    assert "<BASIC>" not in html and "&lt;BASIC&gt;" in html
    assert html.count("<svg") == 2 and html.count("<polyline") == 2
    assert "<td>0.6250</td>" in html


def test_two_earlier_results_are_compared_without_any_product(tmp_path: Path) -> None:
    names = []
    for number, rankings in enumerate((POOR, GOOD)):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(result(tmp_path / f"water{number}", run("BASIC", rankings))))
        names.append(str(path))
    out = tmp_path / "out"
    found = CliRunner().invoke(commands.main, ["eval", "--compare", *names, "--out", str(out)])
    assert found.exit_code == 0, found.output
    assert "MRR@10" in found.output and "+0.3125" in found.output
    assert "Compared" in (out / "0-to-1.html").read_text()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "Say which folder has the set: opentrace eval FOLDER."),
        (["--compare", "a.json", "b.json", "."], "which is no setting of a search"),
    ],
)
def test_what_cannot_be_measured_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text('{"temperature": 1}')
    found = CliRunner().invoke(commands.main, ["eval", *words])
    assert (found.exit_code, sentence in found.output) == (1, True), found.output


def test_the_right_document_alone_is_searched_by_a_filter(tmp_path: Path) -> None:
    dataset = data.read(judged.write_pages(tmp_path / "port"))
    taken = Taken("project-id", {"harbour": "harbour-id", "tower": "tower-id"}, {})
    searching = Searching(Client("http://nowhere", str), dataset, taken)
    wanted = {"projectId": "project-id", "query": "When is the lamp lit?", "first": 100, "fusion": "RRF"}
    asked = dataset.questions[0], Settings("RRF", {"fusion": "RRF"})
    assert searching.input_of(*asked) == wanted
    alone = {"filters": {"documentIds": ["tower-id"]}}
    assert searching.input_of(*asked, in_document=True) == wanted | alone


def test_the_baseline_ranks_documents_and_pages_by_their_words(tmp_path: Path) -> None:
    documents = Baseline.of(data.read(judged.write_documents(tmp_path / "water"))).all()
    assert [each.ranking for each in documents] == [["d1"], ["d2", "d4"]]
    pages = Baseline.of(data.read(judged.write_pages(tmp_path / "port")))
    assert [each.ranking for each in pages.all()] == [["tower#2"], ["harbour#1"]]
    assert [each.ranking for each in pages.all(in_document=True)] == [["tower#2"], ["harbour#1"]]
