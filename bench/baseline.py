"""The baseline of the page query: the same JSON by hand, with Starlette and asyncpg and nothing else."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PAGE = """
SELECT id, name, status, content_type, size_bytes, num_pages, num_chunks, created_at
FROM opentrace.documents WHERE project_id = $1 ORDER BY created_at DESC, id DESC LIMIT 20
"""
FIELDS = ("id", "name", "status", "contentType", "sizeBytes", "numPages", "numChunks", "createdAt")


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    app.state.pool = await asyncpg.create_pool(os.environ["OPENTRACE_DATABASE__URL"], min_size=1, max_size=4)
    yield
    await app.state.pool.close()


async def page(request: Request) -> Response:
    rows = await request.app.state.pool.fetch(PAGE, request.path_params["project"])
    edges = [{"node": dict(zip(FIELDS, row, strict=True))} for row in rows]
    body = orjson.dumps({"data": {"project": {"documents": {"edges": edges}}}}, default=str)
    return Response(body, media_type="application/json")


async def healthz(_: Request) -> Response:
    return Response("ok")


app = Starlette(
    routes=[Route("/page/{project:uuid}", page, methods=["POST"]), Route("/healthz", healthz)],
    lifespan=lifespan,
)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning", access_log=False)
