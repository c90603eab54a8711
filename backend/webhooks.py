"""Where the token issuer tells what became of people (`POST /webhooks/clerk`)."""

import structlog
from fastapi import APIRouter, Request, Response

from backend.errors import AppError, Invalid, NotSignedIn, Unavailable
from backend.runtime import Runtime
from backend.services import people

log = structlog.get_logger()

MAX_BODY_BYTES = 256 * 1024

router = APIRouter()


@router.post("/webhooks/clerk", include_in_schema=False)
async def clerk(request: Request) -> Response:
    """204 once what was told is kept; any other answer has the issuer tell it again later.

    404 without a secret in the settings, 413, 401 for what the issuer has not signed, 400 for nonsense,
    503 while the database is away.
    """
    opened: Runtime = request.app.state.runtime
    if opened.webhooks is None:
        return Response(status_code=404)
    body = await _body(request)
    if body is None:
        return Response(status_code=413)
    try:
        event = opened.webhooks.read(request.headers, body)
        await people.hear(opened.transactions, event)
    except AppError as error:
        log.warning("webhook.refused", code=error.code, reason=error.message)
        return Response(status_code=_status(error))
    return Response(status_code=204)


async def _body(request: Request) -> bytes | None:
    """None when it is longer than any event is."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)


def _status(error: AppError) -> int:
    match error:
        case NotSignedIn():
            return 401
        case Invalid():
            return 400
        case Unavailable():
            return 503
        case _:
            return 500
