"""API keys as their owners see them; the key itself is shown once, when it is made."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, TypeAlias

import strawberry
from strawberry.types.lazy_type import LazyType

from backend.schema.context import Info, NodeKey
from backend.schema.errors import RowRefused
from backend.schema.nodes import Node, global_id
from backend.schema.usage import UsageTotal, usage_of
from db import models as rows
from db.models import Capability
from db.models.usage import UsageOf


@strawberry.type(description="What a program signs in with, in your name and with less rights than yours.")
class ApiKey(Node):
    name: str = strawberry.field(description="What you called it.")
    hint: str = strawberry.field(description="How the key begins; the rest of it is nowhere any more.")
    capabilities: list[Capability] = strawberry.field(description="What it may do.")
    budget_usd: Decimal | None = strawberry.field(
        description="What may be spent with it and with those that it was renewed from, in US dollars; none "
        "where there is no limit. Work that has begun is finished, and models without a price count nothing."
    )
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime | None = strawberry.field(description="When it ends by itself, if ever.")
    last_used_at: datetime | None = strawberry.field(
        description="When it was last used, to about a minute; none where it never was."
    )
    revoked_at: datetime | None = strawberry.field(description="When you revoked it, if you did.")
    is_active: bool = strawberry.field(description="Whether it still signs anybody in.")
    row: strawberry.Private[rows.ApiKey]

    @strawberry.field(
        description="The projects that it reaches, without those that are gone; none: all that are yours.",
        graphql_type=list[LazyType("Project", "backend.schema.projects")] | None,  # type: ignore[misc] # lazy
    )
    async def projects(self, info: Info) -> list[Node] | None:
        if self.row.project_ids is None:
            return None
        keys = [NodeKey("Project", id) for id in self.row.project_ids]
        found = await info.context.loaders.nodes.load_many(keys)
        return [project for project in found if project is not None]

    @strawberry.field(description="What was spent with it.")
    async def usage(self, info: Info) -> UsageTotal:
        return await usage_of(info, UsageOf.KEY, self.row.id)

    @strawberry.field(
        description="What counts against `budgetUsd` by now, in US dollars: what was spent with it and with "
        "those that it was renewed from or to."
    )
    async def budget_spent_usd(self, info: Info) -> Decimal:
        return await info.context.loaders.budget_spent_by_line.load(self.row.line_id)

    @classmethod
    def from_row(cls, row: rows.ApiKey) -> "ApiKey":
        return cls(
            id=global_id("ApiKey", row.id),
            name=row.name,
            hint=row.hint,
            capabilities=[Capability(each) for each in row.capabilities],
            budget_usd=row.budget_usd,
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            revoked_at=row.revoked_at,
            is_active=row.is_active,
            row=row,
        )


@strawberry.input(description="What a new API key may do. It can never do more than you.")
class CreateApiKeyInput:
    name: str = strawberry.field(description="What to call it: who will use it, and for what.")
    capabilities: list[Capability] = strawberry.field(description="What it may do; one at least.")
    project_ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="The projects that it reaches; all others read as not found. Left out: all that are "
        "yours, later ones too.",
    )
    expires_at: datetime | None = strawberry.field(
        default=None, description="When it ends by itself; never if not given."
    )
    budget_usd: Decimal | None = strawberry.field(
        default=None,
        description="What may be spent with it altogether, in US dollars; no limit if not given.",
    )


@strawberry.input(description="Which API key to renew.")
class RotateApiKeyInput:
    api_key_id: strawberry.ID = strawberry.field(description="The key; its successor may do the same.")
    overlap_seconds: int = strawberry.field(
        default=3600,
        description="How long the old key still holds, so that programs can change over; 0 to a week. "
        "0 ends it at once, with everything that it has open.",
    )


@strawberry.input(description="Which API key to revoke.")
class RevokeApiKeyInput:
    api_key_id: strawberry.ID = strawberry.field(
        description="The key; it is refused from now on, and what it has open ends."
    )


@strawberry.type(description="A new API key.")
class NewApiKeyPayload:
    api_key: ApiKey = strawberry.field(description="The key as it will be listed.")
    secret: str = strawberry.field(
        description="The key itself, for `Authorization: Bearer …`. It is shown this once: keep it safe."
    )


@strawberry.type(description="The API key that was revoked.")
class RevokeApiKeyPayload:
    api_key: ApiKey = strawberry.field(description="The key as it is now.")


CreateApiKeyResult: TypeAlias = Annotated[
    NewApiKeyPayload | RowRefused,
    strawberry.union("CreateApiKeyResult", description="What came of making an API key."),
]
RotateApiKeyResult: TypeAlias = Annotated[
    NewApiKeyPayload | RowRefused,
    strawberry.union("RotateApiKeyResult", description="What came of renewing an API key."),
]
RevokeApiKeyResult: TypeAlias = Annotated[
    RevokeApiKeyPayload | RowRefused,
    strawberry.union("RevokeApiKeyResult", description="What came of revoking an API key."),
]
