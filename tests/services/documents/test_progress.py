"""One number that only grows."""

from uuid import uuid4

from backend.services.documents import progress
from db.models import Document, DocumentStatus


def document(**columns: object) -> Document:
    return Document(
        project_id=uuid4(),
        uploaded_by=uuid4(),
        name="a",
        content_type="text/plain",
        size_bytes=1,
        sha256="a" * 64,
        storage_key="a",
        **columns,
    )


def test_nothing_done_is_nothing() -> None:
    assert progress.of(document()) == 0


def test_pages_weigh_30_percent_and_models_65() -> None:
    assert progress.of(document(num_pages=10, num_pages_parsed=5)) == 0.15
    done = document(num_pages=10, num_pages_parsed=10, num_chunks=4, num_chunks_embedded=1)
    assert progress.of(done) == 0.4625
    done.num_chunks_embedded = 4
    assert progress.of(done) == 0.95


def test_a_summary_weighs_as_much_as_ten_embeddings() -> None:
    done = document(num_pages=1, num_pages_parsed=1, num_chunks=10, num_summaries=1)
    assert progress.of(done) == 0.3
    done.num_summaries_made = 1
    assert progress.of(done) == 0.625
    done.num_chunks_embedded = 10
    assert progress.of(done) == 0.95


def test_a_format_without_pages_has_read_all_or_nothing() -> None:
    assert progress.of(document(num_pages=None, num_pages_parsed=1)) == 0.3


def test_only_a_completed_document_is_whole() -> None:
    done = document(num_pages=1, num_pages_parsed=1, num_chunks=1, num_chunks_embedded=1)
    assert progress.of(done) == 0.95
    done.status = DocumentStatus.COMPLETED
    assert progress.of(done) == 1
