"""Who sends an operation: the bearer token of a header or of `connection_init`, and nothing else."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from backend.auth import Viewer
from backend.errors import AppError, NotSignedIn
from backend.logging import bind
from backend.schema.context import Context
from backend.transport.presence import Presence

SignIn = Callable[[str], Awaitable[Viewer]]
"""Turns a token into its viewer. Raises NotSignedIn, or Unavailable."""


@dataclass(frozen=True)
class Senders:
    """How a token becomes a viewer, and a viewer the context of one operation."""

    sign_in: SignIn
    build_context: Callable[[Viewer | AppError], Context]
    presence: Presence
    """Whatever stays open for somebody joins it, and is ended with their access."""

    async def of_header(self, authorization: str | None) -> Viewer | AppError:
        """The viewer of `Bearer <token>`, or why there is none; the operation decides if it needs one."""
        if not authorization:
            return NotSignedIn("This needs an `Authorization: Bearer …` header.")
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            return NotSignedIn("The Authorization header must be `Bearer` and a token.")
        try:
            return await self.sign_in(token.strip())
        except AppError as error:
            return error


def bound(sender: Viewer | AppError) -> AbstractContextManager[None]:
    """Every log line of one operation names it, and who sent it."""
    ids = {"request_id": uuid4().hex}
    return bind(**ids) if isinstance(sender, AppError) else bind(**ids, viewer=str(sender.user_id))


def authorization_of(payload: Mapping[str, Any]) -> str | None:
    """The `Authorization` that a `connection_init` carries, in any case of letters."""
    for name, value in payload.items():
        if name.lower() == "authorization" and isinstance(value, str):
            return value
    return None
