"""Whether the process lives, whether everything it depends on answers, and what it counts."""

import asyncio
from collections.abc import Awaitable

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from backend import metrics
from backend.runtime import Runtime
from db import engine

log = structlog.get_logger()

CHECK_SECONDS = 3.0

router = APIRouter()


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(request: Request) -> JSONResponse:
    """200 when every dependency answers, else 503; each by name. Says nothing about why: the log does."""
    opened: Runtime = request.app.state.runtime
    checks: dict[str, Awaitable[object]] = {
        "database": engine.ping(opened.database),
        "redis": opened.redis.ping(),
        "storage": opened.storage.check(),
    }
    answers = await asyncio.gather(*(_answers(name, check) for name, check in checks.items()))
    found = dict(zip(checks, answers, strict=True))
    return JSONResponse(found, 200 if set(found.values()) == {"ok"} else 503)


async def metrics_page(request: Request) -> Response:
    """What this process counts, as Prometheus reads it."""
    opened: Runtime = request.app.state.runtime
    for (pool, state), num in engine.connections(opened.database).items():
        metrics.pool(pool, state, num)
    return Response(metrics.text(), media_type=metrics.CONTENT_TYPE)


async def _answers(name: str, check: Awaitable[object]) -> str:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await check
    except Exception as error:
        log.warning("dependency.down", dependency=name, reason=repr(error))
        return "down"
    return "ok"
