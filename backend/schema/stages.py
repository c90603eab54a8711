"""The stages of taking a document in: how far each has come, what it found and what it cost."""

from datetime import datetime
from typing import Any

import strawberry

from db import models as rows
from db.models.documents import DocumentStatus

SUMMARISING, VECTORIZATION = DocumentStatus.SUMMARISING, DocumentStatus.VECTORIZATION


@strawberry.type(description="How many elements of one kind a document has.")
class ElementCount:
    kind: str = strawberry.field(
        description="TITLE, PARAGRAPH, LIST_ITEM, TABLE, IMAGE, FOOTNOTE, or HEADER for what recurs on pages."
    )
    count: int = strawberry.field(description="How many there are.")


@strawberry.type(description="How much of something is done.")
class DoneOfTotal:
    done: int = strawberry.field(description="How many are done.")
    total: int | None = strawberry.field(description="How many there are, once that is known.")


@strawberry.type(
    description="How long the work will still take, by its own pace and by that of recent documents."
)
class Remaining:
    seconds: float = strawberry.field(description="Seconds to the end, most likely.")
    low: float = strawberry.field(description="Seconds to the end, if all goes as fast as it lately has.")
    high: float = strawberry.field(description="Seconds to the end, if all goes as slowly as it lately has.")


@strawberry.type(
    description="What a stage has found and done. Fields that are not about it, or not known yet, are null."
)
class StageDetail:
    elements: list[ElementCount] | None = strawberry.field(description="Elements found, by kind.")
    num_pages: int | None = strawberry.field(
        description="How many pages there are, in a format that has any."
    )
    num_ocr_pages: int | None = strawberry.field(
        description="How many pages were read off images by text recognition."
    )
    num_unread_pages: int | None = strawberry.field(
        description="How many pages are images that nothing here could read."
    )
    num_images: int | None = strawberry.field(description="How many images were found.")
    language: str | None = strawberry.field(description="The language of most of it, as ISO 639-1 code.")
    num_chunks: int | None = strawberry.field(description="How many chunks were cut.")
    summaries: DoneOfTotal | None = strawberry.field(
        description="Chunks with tables or images that have their summary, of all such chunks."
    )
    num_without_summary: int | None = strawberry.field(
        description="How many of those the model had nothing usable to say of; their own text is embedded."
    )
    embeddings: DoneOfTotal | None = strawberry.field(description="Chunks that are embedded, of all chunks.")
    num_input_tokens: int | None = strawberry.field(
        description="Tokens that the stage's calls of a model were given, lost attempts included."
    )
    num_output_tokens: int | None = strawberry.field(description="Tokens that the model wrote.")
    cost_usd: float | None = strawberry.field(description="What that cost, in US dollars, where it is known.")

    @classmethod
    def of(cls, stage: DocumentStatus, found: dict[str, Any]) -> "StageDetail":
        """What the ledger says of a stage that ended."""
        num_without = found.get("num_without")
        num_summaries = found.get("num_summaries") if stage is SUMMARISING else None
        return cls(
            elements=_elements(found),
            num_pages=found.get("num_pages"),
            num_ocr_pages=found.get("num_ocr_pages"),
            num_unread_pages=found.get("num_unread_pages"),
            num_images=found.get("num_images", found.get("elements", {}).get("IMAGE")),
            language=found.get("language"),
            num_chunks=found.get("num_chunks"),
            summaries=None if num_summaries is None else _all(num_summaries + (num_without or 0)),
            num_without_summary=num_without,
            embeddings=None if "num_embedded" not in found else _all(found["num_embedded"]),
            num_input_tokens=found.get("num_input_tokens"),
            num_output_tokens=found.get("num_output_tokens"),
            cost_usd=found.get("cost_usd"),
        )

    @classmethod
    def under_way(cls, stage: DocumentStatus, document: rows.Document) -> "StageDetail":
        """What the document's row says of a stage that has not ended."""
        detail = cls.of(stage, {})
        if stage is DocumentStatus.PARTITIONING:
            detail.num_pages = document.num_pages
        elif stage is SUMMARISING:
            detail.summaries = DoneOfTotal(done=document.num_summaries_made, total=document.num_summaries)
        elif stage is VECTORIZATION:
            detail.embeddings = DoneOfTotal(done=document.num_chunks_embedded, total=document.num_chunks)
        return detail


@strawberry.type(description="One stage of taking a document in, as far as it has come.")
class DocumentStage:
    stage: DocumentStatus = strawberry.field(description="Which stage.")
    started_at: datetime = strawberry.field(description="When it began, or was last taken up.")
    finished_at: datetime | None = strawberry.field(description="When it ended; none while it runs.")
    detail: StageDetail = strawberry.field(description="What it has found and done.")

    @classmethod
    def from_row(cls, row: rows.DocumentStage, document: rows.Document) -> "DocumentStage":
        has_ended = row.finished_at is not None
        stage = DocumentStatus(row.stage)
        return cls(
            stage=stage,
            started_at=row.started_at,
            finished_at=row.finished_at,
            detail=StageDetail.of(stage, row.detail) if has_ended else StageDetail.under_way(stage, document),
        )


def _elements(found: dict[str, Any]) -> list[ElementCount] | None:
    if "elements" not in found:
        return None
    return [ElementCount(kind=kind, count=count) for kind, count in found["elements"].items()]


def _all(num: int) -> DoneOfTotal:
    return DoneOfTotal(done=num, total=num)
