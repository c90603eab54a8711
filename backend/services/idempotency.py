"""Calls that create or spend and may come twice: a repeat with the same key gets the first one's result."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from backend.auth import Viewer
from backend.errors import Conflict, Invalid
from db.engine import Session
from db.models import IdempotencyKey
from db.queries import idempotency

MAX_KEY = 200


@dataclass(frozen=True)
class Call:
    """One call of a mutation: `request` is all that it asks for, `result_id` the row that it answers with.

    Without a `key` every call is a first one.
    """

    mutation: str
    key: str | None
    request: str
    result_id: UUID


async def first_result(session: Session, *, viewer: Viewer, call: Call) -> UUID | None:
    """None for the first call with this key, which must go on; the row that it answered with for a repeat.

    Call it before anything else is written. Raises Invalid for a bad key, and Conflict
    (IDEMPOTENCY_KEY_REUSED) when the key was used for another request.
    """
    if call.key is None:
        return None
    if not (0 < len(call.key) <= MAX_KEY and "\0" not in call.key):
        raise Invalid(f"An idempotency key has 1 to {MAX_KEY} characters.", field="idempotency_key")
    entry = IdempotencyKey(
        user_id=viewer.user_id,
        mutation=call.mutation,
        key=call.key,
        request_sha256=hashlib.sha256(call.request.encode()).hexdigest(),
        result_id=call.result_id,
    )
    known = await idempotency.remember(session, entry=entry)
    if known is None:
        return None
    if known.request_sha256 != entry.request_sha256:
        raise Conflict(
            "This idempotency key was used for another request.",
            code="IDEMPOTENCY_KEY_REUSED",
            field="idempotency_key",
        )
    return known.result_id
