"""Large files in parts: leave to PUT each of them, and what has arrived."""

from typing import Annotated

import strawberry

from backend.resolvers.expected import answering
from backend.resolvers.uploads import upload_limits
from backend.schema.access import needs
from backend.schema.context import Info
from backend.schema.nodes import row_id
from backend.schema.results import UploadHeader
from backend.schema.upload_parts import (
    RequestUploadPartsInput,
    RequestUploadPartsPayload,
    RequestUploadPartsResult,
    UploadPart,
)
from backend.services.documents import parts
from db.models import Capability


@strawberry.type
class UploadPartMutations:
    @strawberry.mutation(
        description="Ask for leave to upload parts of a large file, whose ticket has `partBytes`, and learn "
        "which have arrived. A repeat is safe at any time, also days later: what is there stays."
    )
    @answering
    @needs(Capability.WRITE_DOCUMENTS)
    async def request_upload_parts(
        self,
        info: Info,
        input: Annotated[RequestUploadPartsInput, strawberry.argument(description="Which parts.")],
    ) -> RequestUploadPartsResult:
        handles = info.context.handles
        plan = await parts.request(
            handles.transactions,
            viewer=info.context.viewer,
            document_id=row_id(input.document_id, "Document", field="document_id"),
            hashes=[parts.PartHash(part.number, part.sha256) for part in input.parts],
            storage=handles.storage,
            limits=upload_limits(handles.limits),
        )
        return RequestUploadPartsPayload(
            part_bytes=plan.part_bytes,
            num_parts=plan.num_parts,
            stored_numbers=plan.stored,
            parts=[
                UploadPart(
                    number=number,
                    url=signed.url,
                    headers=[UploadHeader(name=name, value=value) for name, value in signed.headers.items()],
                )
                for number, signed in plan.signed.items()
            ],
            expires_at=plan.expires_at,
        )
