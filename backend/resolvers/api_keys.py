"""API keys: making, renewing and revoking them, which people alone can."""

from datetime import UTC
from typing import Annotated

import strawberry

from backend.resolvers.expected import answering
from backend.schema.access import needs
from backend.schema.api_keys import (
    ApiKey,
    CreateApiKeyInput,
    CreateApiKeyResult,
    NewApiKeyPayload,
    RevokeApiKeyInput,
    RevokeApiKeyPayload,
    RevokeApiKeyResult,
    RotateApiKeyInput,
    RotateApiKeyResult,
)
from backend.schema.context import Info
from backend.schema.nodes import row_id
from backend.services import api_keys


@strawberry.type
class ApiKeyMutations:
    @strawberry.mutation(
        description="Make an API key: a program that has it acts in your name, as far as the key allows. "
        "A key cannot make or see keys."
    )
    @answering
    @needs()
    async def create_api_key(
        self,
        info: Info,
        input: Annotated[CreateApiKeyInput, strawberry.argument(description="What it may do.")],
    ) -> CreateApiKeyResult:
        context = info.context
        async with context.handles.transactions.unit_of_work(context.viewer.user_id) as session:
            made = await api_keys.create(session, viewer=context.viewer, wish=_wish(input))
        return NewApiKeyPayload(api_key=ApiKey.from_row(made.row), secret=made.text)

    @strawberry.mutation(
        description="Renew an API key: a successor is made, and the old one ends after a while."
    )
    @answering
    @needs()
    async def rotate_api_key(
        self,
        info: Info,
        input: Annotated[RotateApiKeyInput, strawberry.argument(description="Which key.")],
    ) -> RotateApiKeyResult:
        made = await api_keys.rotate(
            info.context.handles.transactions,
            viewer=info.context.viewer,
            key_id=row_id(input.api_key_id, "ApiKey", field="api_key_id"),
            overlap_seconds=input.overlap_seconds,
        )
        return NewApiKeyPayload(api_key=ApiKey.from_row(made.row), secret=made.text)

    @strawberry.mutation(description="End an API key at once, with everything that it has open.")
    @answering
    @needs()
    async def revoke_api_key(
        self,
        info: Info,
        input: Annotated[RevokeApiKeyInput, strawberry.argument(description="Which key.")],
    ) -> RevokeApiKeyResult:
        row = await api_keys.revoke(
            info.context.handles.transactions,
            viewer=info.context.viewer,
            key_id=row_id(input.api_key_id, "ApiKey", field="api_key_id"),
        )
        return RevokeApiKeyPayload(api_key=ApiKey.from_row(row))


def _wish(given: CreateApiKeyInput) -> api_keys.Wish:
    ids, ends = given.project_ids, given.expires_at
    return api_keys.Wish(
        name=given.name,
        capabilities=given.capabilities,
        project_ids=None if ids is None else [row_id(id, "Project", field="project_ids") for id in ids],
        expires_at=ends.replace(tzinfo=UTC) if ends is not None and ends.tzinfo is None else ends,
        budget_usd=given.budget_usd,
    )
