"""The libraries as they come: Strawberry's router in FastAPI, SQLModel's session, and a socket for events."""

import asyncio
import os
import random
import time
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
import uvicorn
from fastapi import Depends, FastAPI
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from strawberry.fastapi import GraphQLRouter

from bench.status_page import session, subject
from db import models as rows

TOKENS_PER_SECOND = float(os.environ.get("TOKENS_PER_SECOND", "50"))
DocumentStatus = strawberry.enum(rows.DocumentStatus)


@strawberry.type
class Document:
    id: strawberry.ID
    name: str
    status: DocumentStatus  # type: ignore[valid-type] # made an enum of the schema above
    content_type: str
    size_bytes: int
    num_pages: int | None
    num_chunks: int | None
    created_at: datetime


@strawberry.type
class Edge:
    node: Document


@strawberry.type
class Connection:
    edges: list[Edge]


@strawberry.type
class Project:
    id: strawberry.ID

    @strawberry.field
    async def documents(self, info: strawberry.Info, first: int = 20) -> Connection:
        wanted = (
            select(rows.Document)
            .where(rows.Document.project_id == UUID(self.id))
            .order_by(col(rows.Document.created_at).desc(), col(rows.Document.id).desc())
            .limit(first)
        )
        found = await info.context["rows"].exec(wanted)
        return Connection(edges=[Edge(node=_document(row)) for row in found])


def _document(row: rows.Document) -> Document:
    return Document(
        id=strawberry.ID(str(row.id)),
        name=row.name,
        status=row.status,
        content_type=row.content_type,
        size_bytes=row.size_bytes,
        num_pages=row.num_pages,
        num_chunks=row.num_chunks,
        created_at=row.created_at,
    )


@strawberry.type
class Query:
    @strawberry.field
    async def project(self, info: strawberry.Info, id: strawberry.ID) -> Project | None:
        """The project, if the one who asks is a member of it."""
        wanted = (
            select(rows.Project)
            .join(rows.ProjectMember, col(rows.ProjectMember.project_id) == col(rows.Project.id))
            .join(rows.User, col(rows.User.id) == col(rows.ProjectMember.user_id))
            .where(rows.Project.id == UUID(id), rows.User.subject == info.context["person"])
        )
        row = (await info.context["rows"].exec(wanted)).one_or_none()
        return None if row is None else Project(id=strawberry.ID(str(row.id)))


@strawberry.interface
class Event:
    cursor: str
    at: datetime


@strawberry.type
class TextAppended(Event):
    text: str


@strawberry.type
class Ended(Event):
    reason: str


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def message_events(
        self,
    ) -> AsyncGenerator[Annotated[TextAppended | Ended, strawberry.union("MessageEvent")], None]:
        """A token at a time, at a chat model's pace: its text is the clock."""
        began, number = time.monotonic() + random.random() / TOKENS_PER_SECOND, 0
        while True:
            await asyncio.sleep(began + number / TOKENS_PER_SECOND - time.monotonic())
            number += 1
            text = f"{time.monotonic_ns()} "
            yield TextAppended(cursor=f"1-{number}", at=datetime.now(UTC), text=text)


async def context(
    person: Annotated[str, Depends(subject)], opened: Annotated[AsyncSession, Depends(session)]
) -> dict[str, Any]:
    return {"person": person, "rows": opened}


async def nothing() -> None:
    """Sockets of the benchmark bring no token."""


schema = strawberry.Schema(query=Query, subscription=Subscription)
app = FastAPI()
app.include_router(GraphQLRouter[dict[str, Any], None](schema, context_getter=context), prefix="/graphql")
app.include_router(GraphQLRouter[None, None](schema, context_getter=nothing), prefix="/events/graphql")


@app.get("/healthz")
async def healthz() -> str:
    return "ok"


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning", access_log=False)
