"""Status over REST as it is usually built: FastAPI, a token that is verified, a row by SQLModel."""

import os
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

import httpx
import jwt
import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.engine import engine_url
from db.models import Document, ProjectMember, User

engine = create_async_engine(engine_url(os.environ["OPENTRACE_DATABASE__URL"]), pool_size=10)
keys = {
    key["kid"]: jwt.PyJWK(key)
    for key in httpx.get(os.environ["OPENTRACE_AUTH__JWKS_URL"], trust_env=False).json()["keys"]
}
app = FastAPI()


class Status(BaseModel):
    id: UUID
    name: str
    status: str
    num_pages: int | None
    num_chunks: int | None


async def session() -> AsyncIterator[AsyncSession]:
    async with AsyncSession(engine) as opened:
        yield opened


def subject(authorization: Annotated[str, Header()]) -> str:
    token = authorization.removeprefix("Bearer ")
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims: dict[str, Any] = jwt.decode(token, key, algorithms=["RS256"], options={"verify_aud": False})
    return str(claims["sub"])


@app.get("/documents/{document_id}/status")
async def status(
    document_id: UUID,
    person: Annotated[str, Depends(subject)],
    rows: Annotated[AsyncSession, Depends(session)],
) -> Status:
    """The row, if the one who asks is a member of its project."""
    wanted = (
        select(Document)
        .join(ProjectMember, col(ProjectMember.project_id) == col(Document.project_id))
        .join(User, col(User.id) == col(ProjectMember.user_id))
        .where(Document.id == document_id, User.subject == person)
    )
    row = (await rows.exec(wanted)).one_or_none()
    if row is None:
        raise HTTPException(404)
    return Status.model_validate(row, from_attributes=True)


@app.get("/healthz")
async def healthz() -> str:
    return "ok"


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning", access_log=False)
