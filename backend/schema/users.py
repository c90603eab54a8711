"""People as the API shows them: only ever the viewer."""

from datetime import datetime

import strawberry

from backend.schema.access import needs
from backend.schema.api_keys import ApiKey
from backend.schema.audit import AuditEntry
from backend.schema.context import Info
from backend.schema.nodes import Node, global_id
from backend.schema.paging import FIRST, After, Connection, First, connection, page_key
from backend.schema.usage import UsageTotal, usage_of
from db import models as rows
from db.models.usage import UsageOf


@strawberry.type(description="A person who signs in.")
class User(Node):
    email: str | None = strawberry.field(description="The address the token issuer gave, if any.")
    name: str | None = strawberry.field(description="The name the token issuer gave, if any.")
    created_at: datetime = strawberry.field(description="When the person first came.")

    row: strawberry.Private[rows.User]

    @strawberry.field(description="What you spent altogether.")
    async def usage(self, info: Info) -> UsageTotal:
        return await usage_of(info, UsageOf.USER, self.row.id)

    @strawberry.field(description="Your API keys, newest first, those that have ended too.")
    @needs()
    async def api_keys(self, info: Info, first: First = FIRST, after: After = None) -> Connection[ApiKey]:
        key = page_key(self.row.id, first, after)
        return connection(await info.context.loaders.api_keys_by_user.load(key), ApiKey.from_row)

    @strawberry.field(
        description="Acts in your name that changed rights or took something away, newest first."
    )
    @needs()
    async def audit_log(
        self, info: Info, first: First = FIRST, after: After = None
    ) -> Connection[AuditEntry]:
        key = page_key(self.row.id, first, after)
        return connection(await info.context.loaders.audit_by_user.load(key), AuditEntry.from_row)

    @classmethod
    def from_row(cls, row: rows.User) -> "User":
        return cls(
            id=global_id("User", row.id),
            email=row.email,
            name=row.name,
            created_at=row.created_at,
            row=row,
        )
