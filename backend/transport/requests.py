"""GraphQL over HTTP, inwards: one well-formed request, or the reason and status why it is none."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request

from backend.errors import Invalid
from backend.transport.limits import MAX_SOURCE_CHARACTERS
from backend.transport.persisted import name_of

DRAINED_TIMES = 25


class BadRequest(Exception):
    """The request is refused before GraphQL sees it; `status` is an HTTP status of the 400s."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers


@dataclass(frozen=True)
class GraphQLRequest:
    query: str
    """Empty where the document is only named."""
    name: str | None
    """The document's name, by `extensions.persistedQuery`."""
    variables: dict[str, Any] | None
    operation_name: str | None


async def read(request: Request, *, max_body_bytes: int) -> GraphQLRequest:
    """The request's operation. Raises BadRequest: 400, 405, 413 or 415."""
    if request.method == "GET":
        return checked(from_query(request.scope["query_string"]))
    if request.method != "POST":
        raise BadRequest(405, "METHOD_NOT_ALLOWED", "GraphQL takes GET and POST.", Allow="GET, POST")
    check_content_type(request.headers.get("content-type", ""))
    return checked(from_json(await body_of(request, max_body_bytes), "The body"))


async def body_of(request: Request, limit: int) -> bytes:
    """The body; no more than `limit` bytes of it are kept. Raises BadRequest 413.

    What is too much is read on for a while and thrown away, so that the client can read why it was refused.
    """
    body = bytearray()
    num_bytes = 0
    async for part in request.stream():
        num_bytes += len(part)
        if num_bytes <= limit:
            body += part
        elif num_bytes > DRAINED_TIMES * limit:
            break
    if num_bytes > limit:
        message = f"A request may have {limit} bytes at most."
        raise BadRequest(413, "TOO_LARGE", message, Connection="close")
    return bytes(body)


def check_content_type(header: str) -> None:
    """Only JSON in UTF-8; a browser's simple request (a form, plain text) never is. Raises BadRequest 415."""
    media_type, *parameters = [part.strip().lower() for part in header.split(";")]
    charsets = [part[8:].strip('" ') for part in parameters if part.startswith("charset=")]
    if media_type != "application/json" or any(charset != "utf-8" for charset in charsets):
        raise BadRequest(415, "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json in UTF-8.")


def from_query(query_string: bytes) -> dict[str, Any]:
    """The parameters of a GET request; `variables` and `extensions` are JSON. Raises BadRequest 400."""
    try:
        text = query_string.decode("ascii")
        values: dict[str, Any] = dict(parse_qsl(text, keep_blank_values=True, errors="strict"))
    except ValueError as error:
        raise BadRequest(400, "BAD_REQUEST", "The address is not valid UTF-8.") from error
    for name in ("variables", "extensions"):
        if values.get(name):
            values[name] = from_json(values[name].encode(), f"`{name}`")
        else:
            values.pop(name, None)
    return values


def from_json(data: bytes, what: str) -> dict[str, Any]:
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise BadRequest(400, "BAD_REQUEST", f"{what} is not valid JSON.") from error
    if isinstance(value, list):
        raise BadRequest(400, "BAD_REQUEST", "One operation a request: batches are not taken.")
    if not isinstance(value, dict):
        raise BadRequest(400, "BAD_REQUEST", f"{what} must be a JSON object.")
    return value


def checked(values: dict[str, Any]) -> GraphQLRequest:
    """The four parameters by their types. Raises BadRequest 400, or 413 for a document that is too long."""
    try:
        name = name_of(values.get("extensions"))
    except Invalid as error:
        raise BadRequest(400, error.code, error.message) from error
    query = values.get("query") or ("" if name else None)
    if not isinstance(query, str) or not (query or name):
        raise BadRequest(400, "BAD_REQUEST", "`query` must be a GraphQL document.")
    if len(query) > MAX_SOURCE_CHARACTERS:
        raise BadRequest(413, "TOO_LARGE", f"A document may have {MAX_SOURCE_CHARACTERS} characters at most.")
    for part, kind in (("variables", dict), ("extensions", dict), ("operationName", str)):
        if not isinstance(values.get(part), kind | None):
            said = "an object" if kind is dict else "a string"
            raise BadRequest(400, "BAD_REQUEST", f"`{part}` must be {said}.")
    return GraphQLRequest(query, name, values.get("variables"), values.get("operationName") or None)
