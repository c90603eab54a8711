"""Judged sets in a folder: documents with questions (BEIR's layout), or PDFs with questions and pages."""

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from backend.errors import Invalid


class Kind(StrEnum):
    DOCUMENTS = "documents"
    """Judgments name documents."""
    PAGES = "pages"
    """Judgments name pages of documents."""


@dataclass(frozen=True, slots=True)
class File:
    """A document as it is uploaded; `key` is what the judgments call it."""

    key: str
    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `relevant` are the keys that answer it with their gains, `document` is the right one."""

    id: str
    text: str
    relevant: dict[str, float]
    document: str | None = None


@dataclass(frozen=True)
class Dataset:
    """A judged set; the key of page `n` of the document `key` is `key#n`."""

    name: str
    kind: Kind
    files: list[File]
    questions: list[Question]
    language: str = "en"

    @cached_property
    def sha256(self) -> str:
        """The same for the same documents, whatever is asked of them."""
        digest = hashlib.sha256()
        for file in self.files:
            digest.update(f"{file.name}\0{file.sha256}\n".encode())
        return digest.hexdigest()


def read(folder: Path, split: str | None = None) -> Dataset:
    """The set in `folder`. Raises Invalid with what is missing when it has neither layout."""
    if (folder / "corpus.jsonl").exists():
        return _documents(folder, split)
    if (folder / "questions.jsonl").exists():
        return _pages(folder)
    raise Invalid(
        f"{folder} has neither corpus.jsonl, queries.jsonl and qrels/ (BEIR's layout) "
        "nor questions.jsonl and pdfs/.",
        field="data",
    )


def page_key(document: str, page: int) -> str:
    return f"{document}#{page}"


def _documents(folder: Path, split: str | None) -> Dataset:
    """Every document of the corpus is one text file, its title in the first line."""
    files = [
        File(str(row["_id"]), f"{quote(str(row['_id']), safe=' ')}.txt", _text_of(row).encode())
        for row in _lines(folder / "corpus.jsonl")
    ]
    judgments = _judgments(folder, split)
    questions = [
        Question(str(row["_id"]), row["text"], judgments[str(row["_id"])])
        for row in _lines(folder / "queries.jsonl")
        if judgments.get(str(row["_id"]))
    ]
    name = folder.resolve().name
    language = name if len(name) == 2 else "en"  # parallel sets have a folder for each language
    return Dataset(_name_of(folder), Kind.DOCUMENTS, files, questions, language)


def _text_of(row: dict[str, Any]) -> str:
    return "\n\n".join(part for part in (row.get("title") or "", row["text"]) if part.strip())


def _judgments(folder: Path, split: str | None) -> dict[str, dict[str, float]]:
    """Gains above 0 by question and document, of the split `test` unless another one is named."""
    path = folder / "qrels" / f"{split or 'test'}.tsv"
    if not path.exists():
        found = ", ".join(sorted(each.stem for each in (folder / "qrels").glob("*.tsv"))) or "none"
        raise Invalid(f"There are no judgments at {path}; splits that are there: {found}.", field="split")
    judgments: dict[str, dict[str, float]] = {}
    with path.open(newline="") as opened:
        for row in csv.DictReader(opened, delimiter="\t"):
            if float(row["score"]) > 0:
                judgments.setdefault(row["query-id"], {})[row["corpus-id"]] = float(row["score"])
    return judgments


def _pages(folder: Path) -> Dataset:
    paths = sorted((folder / "pdfs").glob("*.pdf"))
    files = [File(path.stem, path.name, path.read_bytes()) for path in paths]
    questions = [
        Question(
            str(row.get("id", number)),
            row["question"],
            {page_key(row["doc"], int(each["page"])): 1.0 for each in row["evidence"]},
            row["doc"],
        )
        for number, row in enumerate(_lines(folder / "questions.jsonl"))
    ]
    missing = sorted({str(each.document) for each in questions} - {file.key for file in files})
    if missing:
        raise Invalid(f"{folder / 'pdfs'} lacks {missing[0]}.pdf, about which a question is.", field="data")
    return Dataset(_name_of(folder), Kind.PAGES, files, questions)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file; raises Invalid that names the line which is none."""
    if not path.exists():
        raise Invalid(f"{path} is missing.", field="data")
    with path.open(encoding="utf-8") as opened:
        for number, line in enumerate(opened, 1):
            if line.strip():
                try:
                    yield json.loads(line)
                except json.JSONDecodeError as error:
                    raise Invalid(f"Line {number} of {path} is not JSON.", field="data") from error


def _name_of(folder: Path) -> str:
    """The folder's name, with its parent's where the name is that of a language."""
    path = folder.resolve()
    return f"{path.parent.name}-{path.name}" if len(path.name) == 2 else path.name
