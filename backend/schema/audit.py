"""The audit log as its person reads it."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry.utils.str_converters import to_camel_case

from backend.schema.nodes import global_id
from db import models as rows
from db.models import Act

_NOUNS = {
    "API": "ApiKey",
    "PROJECT": "Project",
    "SETTINGS": "Project",
    "DOCUMENT": "Document",
    "CHAT": "Chat",
}


@strawberry.type(description="A name or number that belongs to an act.")
class AuditDetail:
    name: str = strawberry.field(description="What it is, like `name` or `numRows`.")
    value: str = strawberry.field(description="The name or number; lists are separated by commas.")


@strawberry.type(description="An act that changed rights or took something away; entries are never changed.")
class AuditEntry:
    act: Act = strawberry.field(description="What was done.")
    at: datetime = strawberry.field(description="When.")
    subject_id: strawberry.ID | None = strawberry.field(
        description="The id of what it was done to, which may be gone."
    )
    api_key_id: strawberry.ID | None = strawberry.field(
        description="The id of the API key that it was done with; none when you did it yourself."
    )
    details: list[AuditDetail] = strawberry.field(description="What belongs to it; never a secret.")

    @classmethod
    def from_row(cls, row: rows.AuditEntry) -> "AuditEntry":
        noun = _NOUNS[row.act.partition("_")[0]]
        return cls(
            act=row.act,
            at=row.created_at,
            subject_id=None if row.subject_id is None else global_id(noun, row.subject_id),
            api_key_id=None if row.api_key_id is None else global_id("ApiKey", row.api_key_id),
            details=[
                AuditDetail(name=to_camel_case(name), value=_text(value))
                for name, value in row.detail.items()
                if value is not None
            ],
        )


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
