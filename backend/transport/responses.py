"""GraphQL over HTTP, outwards: the media type that was asked for, and the status that goes with it."""

from collections.abc import Mapping
from math import ceil
from typing import Any

import orjson
from starlette.responses import Response
from strawberry.types import ExecutionResult

from backend.errors import AppError, QuotaExceeded, RateLimited
from backend.transport.errors import expected, present
from backend.transport.requests import BadRequest
from backend.transport.till import Spent, headers

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"


def media_type(accept: str | None) -> str:
    """The better of our two media types for `accept`; JSON if it says nothing. Raises BadRequest 406."""
    weights = _weights(accept or "*/*")
    wanted = [(weight, media) for media in (JSON, GRAPHQL) if (weight := _weight(media, weights)) > 0]
    if not wanted:
        raise BadRequest(406, "NOT_ACCEPTABLE", f"Answers are {GRAPHQL} or {JSON}.")
    best = max(weight for weight, _ in wanted)
    named = [media for weight, media in wanted if weight == best and media in weights]
    return (named or [media for weight, media in wanted if weight == best])[0]


def answer(result: ExecutionResult, media: str) -> Response:
    """A finished operation. One that never began has no `data`, and is a 400 in GraphQL's own media type;
    one whose sender has nothing left to spend is a 429 in both."""
    body = body_of(result)
    cost = body.get("extensions", {}).get("cost")
    told = {} if cost is None else headers(cost)
    refusal = body["errors"][0].get("extensions", {}) if body.get("data") is None else {}
    if refusal.get("code") == RateLimited.code:
        return respond(body, 429, media, _later(told, refusal["retryAfter"]))
    return respond(body, 200 if "data" in body or media == JSON else 400, media, told)


def body_of(result: ExecutionResult) -> dict[str, Any]:
    """A result as the client sees it, in any transport."""
    body: dict[str, Any] = {}
    if result.errors:
        body["errors"] = [present(error) for error in result.errors]
    if result.data is not None or any(error.path for error in result.errors or ()):
        body["data"] = result.data
    if result.extensions:
        body["extensions"] = result.extensions
    return body


def refuse(refusal: BadRequest, media: str) -> Response:
    """A request that was none."""
    error = {"message": refusal.message, "extensions": {"code": refusal.code}}
    return respond({"errors": [error]}, refusal.status, media, refusal.headers)


def refuse_expected(refusal: AppError, media: str) -> Response:
    """A request that is not run though it is one: a 429 where it may be later, else as what cannot run."""
    body: dict[str, Any] = {"errors": [expected(refusal)]}
    told: dict[str, str] = {}
    if isinstance(refusal, Spent):
        body["extensions"] = {"cost": refusal.cost}
        told = _later(headers(refusal.cost), refusal.retry_after)
    is_later = isinstance(refusal, QuotaExceeded | RateLimited)
    return respond(body, 429 if is_later else 200 if media == JSON else 400, media, told)


def _later(told: Mapping[str, str], seconds: float) -> dict[str, str]:
    return {**told, "Retry-After": str(ceil(seconds))}


def respond(
    body: Mapping[str, Any], status: int, media: str, headers: Mapping[str, str] | None = None
) -> Response:
    content_type = f"{media}; charset=utf-8"
    return Response(orjson.dumps(body), status, {"content-type": content_type, **(headers or {})})


def _weights(accept: str) -> dict[str, float]:
    """Each media range with its quality; what cannot be read counts as 1, as if it had none."""
    weights = {}
    for part in accept.split(","):
        media, *parameters = [piece.strip().lower() for piece in part.split(";")]
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            weights[media] = float(quality)
        except ValueError:
            weights[media] = 1.0
    return weights


def _weight(media: str, weights: Mapping[str, float]) -> float:
    family = media.split("/")[0] + "/*"
    return next((weights[name] for name in (media, family, "*/*") if name in weights), 0.0)
