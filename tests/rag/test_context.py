"""A chunk's context is one line for its document and one for its titles."""

import pytest

from backend.rag import context


@pytest.mark.parametrize(
    ("name", "path", "said"),
    [
        ("3M_2018_10K.pdf", ["Notes", "Revenue"], "3M 2018 10K\nNotes > Revenue"),
        ("handbook.docx", [], "handbook"),
        ("Release v1.2", ["Part"], "Release v1.2\nPart"),
        (".pdf", [], ".pdf"),
        ("a" * 1000, ["b" * 1000], "a" * 400 + "\n" + "b" * 400),
    ],
)
def test_the_context_names_document_and_titles(name: str, path: list[str], said: str) -> None:
    assert context.of(name, path) == said
