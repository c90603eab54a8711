"""Large files in parts, each put by itself."""

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from backend.schema.errors import RowRefused
from backend.schema.results import UploadHeader


@strawberry.input(description="One part of a file.")
class PartInput:
    number: int = strawberry.field(
        description="Which part, from 1; it begins `(number - 1) * partBytes` into the file."
    )
    sha256: str = strawberry.field(description="SHA-256 of its bytes, in lower-case hex.")


@strawberry.input(description="Parts of the large file that a document awaits.")
class RequestUploadPartsInput:
    document_id: strawberry.ID = strawberry.field(description="The document of the file's ticket.")
    parts: list[PartInput] = strawberry.field(
        default_factory=list,
        description="Those that are to be put now, at most 100; none to learn which have arrived.",
    )


@strawberry.type(description="Leave to upload one part: PUT its bytes to `url` with exactly these headers.")
class UploadPart:
    number: int = strawberry.field(description="Which part.")
    url: str = strawberry.field(description="Where to PUT it.")
    headers: list[UploadHeader] = strawberry.field(description="The headers that were signed for.")


@strawberry.type(description="How a large file is uploaded; when all parts have arrived, `confirmUpload`.")
class RequestUploadPartsPayload:
    part_bytes: int = strawberry.field(description="How many bytes each part has; the last one has the rest.")
    num_parts: int = strawberry.field(description="How many parts the file has.")
    stored_numbers: list[int] = strawberry.field(
        description="The parts that have arrived, in order; they need not be sent again."
    )
    parts: list[UploadPart] = strawberry.field(
        description="Those that were asked for, without those that have arrived."
    )
    expires_at: datetime = strawberry.field(
        description="When the leave for these parts ends; ask again then."
    )


RequestUploadPartsResult: TypeAlias = Annotated[
    RequestUploadPartsPayload | RowRefused,
    strawberry.union("RequestUploadPartsResult", description="What came of asking to upload parts."),
]
