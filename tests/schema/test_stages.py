"""What a stage's ledger says, in the API's words."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from backend.schema.documents import Document
from backend.schema.stages import DocumentStage, DoneOfTotal, ElementCount, StageDetail
from db import models as rows
from db.models.documents import DocumentStatus
from tests.services.documents.test_progress import document

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NOTHING = StageDetail.of(DocumentStatus.CHUNKING, {})


def stage(stage: DocumentStatus, **columns: object) -> rows.DocumentStage:
    return rows.DocumentStage(
        version_id=uuid4(), stage=stage, document_id=uuid4(), attempt=1, started_at=NOW, **columns
    )


def test_a_file_that_was_read_tells_its_elements_and_pages() -> None:
    found = {
        "num_pages": 4,
        "elements": {"TITLE": 1, "IMAGE": 2},
        "language": "en",
        "num_ocr_pages": 1,
        "num_unread_pages": 0,
    }
    told = StageDetail.of(DocumentStatus.PARTITIONING, found)
    assert told.elements == [ElementCount(kind="TITLE", count=1), ElementCount(kind="IMAGE", count=2)]
    assert (told.num_pages, told.num_ocr_pages, told.num_unread_pages) == (4, 1, 0)
    assert (told.num_images, told.language, told.num_chunks, told.embeddings) == (2, "en", None, None)


def test_stages_that_pay_tell_what_they_bought_and_what_it_cost() -> None:
    spent = {"num_input_tokens": 90, "num_output_tokens": 9, "cost_usd": 0.25}
    told = StageDetail.of(DocumentStatus.SUMMARISING, {"num_summaries": 5, "num_without": 1, **spent})
    assert (told.summaries, told.num_without_summary) == (DoneOfTotal(done=6, total=6), 1)
    assert (told.num_input_tokens, told.num_output_tokens, told.cost_usd) == (90, 9, 0.25)
    told = StageDetail.of(DocumentStatus.VECTORIZATION, {"num_embedded": 7, **spent, "cost_usd": None})
    assert (told.embeddings, told.cost_usd) == (DoneOfTotal(done=7, total=7), None)


def test_chunks_that_call_for_a_summary_are_no_summaries_yet() -> None:
    told = StageDetail.of(DocumentStatus.CHUNKING, {"num_chunks": 3, "num_summaries": 2})
    assert (told.num_chunks, told.summaries) == (3, None)


def test_a_stage_that_runs_is_told_by_the_document() -> None:
    row = document(num_pages=9, num_chunks=8, num_chunks_embedded=3, num_summaries=4, num_summaries_made=2)
    told = {
        each: DocumentStage.from_row(stage(each), row).detail
        for each in (
            DocumentStatus.PARTITIONING,
            DocumentStatus.CHUNKING,
            DocumentStatus.SUMMARISING,
            DocumentStatus.VECTORIZATION,
        )
    }
    assert told[DocumentStatus.PARTITIONING].num_pages == 9
    assert told[DocumentStatus.CHUNKING] == NOTHING
    assert set(vars(NOTHING).values()) == {None}
    assert told[DocumentStatus.SUMMARISING].summaries == DoneOfTotal(done=2, total=4)
    assert told[DocumentStatus.VECTORIZATION].embeddings == DoneOfTotal(done=3, total=8)


def test_a_document_whose_worker_is_silent_for_a_lease_is_stalled_and_no_other() -> None:
    now = datetime.now(UTC)
    past, future = now - timedelta(seconds=1), now + timedelta(seconds=30)
    stalled = {
        (status, until): Document.from_row(document(status=status, leased_until=until)).is_stalled
        for status in DocumentStatus
        for until in (None, past, future)
    }
    running = (
        DocumentStatus.PARTITIONING,
        DocumentStatus.CHUNKING,
        DocumentStatus.SUMMARISING,
        DocumentStatus.VECTORIZATION,
    )
    assert {key for key, is_stalled in stalled.items() if is_stalled} == {(each, past) for each in running}
