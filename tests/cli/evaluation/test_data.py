"""Sets of both layouts are read whole, and what is wrong with a folder is said in a sentence."""

from dataclasses import replace
from pathlib import Path

import pytest

from backend.cli.evaluation import data
from backend.cli.evaluation.data import Kind
from backend.cli.evaluation.run import Order, dataset_of
from backend.errors import Invalid
from tests.cli.evaluation import judged


def test_documents_are_text_files_with_their_title_first(tmp_path: Path) -> None:
    dataset = data.read(judged.write_documents(tmp_path / "water"))
    assert (dataset.name, dataset.kind, dataset.language) == ("water", Kind.DOCUMENTS, "en")
    assert [(file.key, file.name) for file in dataset.files][2] == ("d/3", "d%2F3.txt")
    assert dataset.files[0].content.decode() == f"Lamps\n\n{judged.CORPUS[0]['text']}"
    assert dataset.files[1].content == dataset.files[3].content


def test_only_judged_questions_are_asked_and_a_gain_of_nothing_is_no_judgment(tmp_path: Path) -> None:
    questions = data.read(judged.write_documents(tmp_path / "water")).questions
    assert [(each.id, each.relevant) for each in questions] == [
        ("q1", {"d1": 1.0}),
        ("q2", {"d2": 2.0, "d4": 1.0}),
    ]


def test_a_folder_named_by_a_language_is_in_it_and_has_its_parents_name(tmp_path: Path) -> None:
    dataset = data.read(judged.write_documents(tmp_path / "wells" / "es"))
    assert (dataset.name, dataset.language) == ("wells-es", "es")


def test_questions_of_pdfs_name_pages(tmp_path: Path) -> None:
    dataset = data.read(judged.write_pages(tmp_path / "port"))
    assert (dataset.kind, [file.key for file in dataset.files]) == (Kind.PAGES, ["harbour", "tower"])
    assert [(each.id, each.relevant, each.document) for each in dataset.questions] == [
        ("a", {"tower#2": 1.0}, "tower"),
        ("b", {"harbour#1": 1.0}, "harbour"),
    ]


def test_the_hash_is_that_of_the_documents_alone(tmp_path: Path) -> None:
    dataset = data.read(judged.write_documents(tmp_path / "water"))
    assert replace(dataset, questions=[]).sha256 == dataset.sha256
    assert replace(dataset, files=dataset.files[1:]).sha256 != dataset.sha256


def test_a_limit_draws_the_same_questions_for_the_same_seed(tmp_path: Path) -> None:
    folder = judged.write_documents(tmp_path / "water")
    drawn = {dataset_of(Order(folder, [], limit=1, seed=seed)).questions[0].id for seed in range(20)}
    assert drawn == {"q1", "q2"}
    assert {dataset_of(Order(folder, [], limit=1, seed=3)).questions[0].id for _ in range(5)} <= drawn
    assert len({dataset_of(Order(folder, [], limit=1, seed=3)).questions[0].id for _ in range(5)}) == 1


def test_what_a_folder_lacks_is_said(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"has neither corpus\.jsonl"):
        data.read(tmp_path)
    documents = judged.write_documents(tmp_path / "water", split="dev")
    with pytest.raises(Invalid, match=r"no judgments at .*test\.tsv; splits that are there: dev\."):
        data.read(documents)
    (documents / "corpus.jsonl").write_text('{"_id": "d1", "text": "a"}\n{"_id": \n')
    with pytest.raises(Invalid, match=r"Line 2 of .*corpus\.jsonl is not JSON\."):
        data.read(documents, "dev")
    pages = judged.write_pages(tmp_path / "port")
    (pages / "pdfs" / "tower.pdf").unlink()
    with pytest.raises(Invalid, match=r"lacks tower\.pdf, about which a question is\."):
        data.read(pages)
