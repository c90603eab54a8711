"""Who sends an operation: the bearer token of a header or of `connection_init`, and nothing else."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

from starlette.requests import HTTPConnection

from backend.auth import Viewer
from backend.errors import AppError, NotSignedIn
from backend.logging import bind
from backend.schema.context import Context
from backend.transport.caps import Caps
from backend.transport.persisted import Documents
from backend.transport.presence import Presence
from backend.transport.till import Till

Charge = Callable[[int], Awaitable[dict[str, Any]]]
SignIn = Callable[[str], Awaitable[Viewer]]
"""Turns a token into its viewer. Raises NotSignedIn, or Unavailable."""


@dataclass(frozen=True)
class Senders:
    """How a token becomes a viewer, and a viewer the context of one operation."""

    sign_in: SignIn
    build_context: Callable[[Viewer | AppError, Charge], Context]
    presence: Presence
    """Whatever stays open for somebody joins it, and is ended with their access."""
    till: Till
    caps: Caps
    documents: Documents

    async def context(self, sender: Viewer | AppError, address: str, document: str) -> Context:
        """One operation's own, to be paid for by its sender, or by the address of one who is nobody.

        Raises RateLimited when there is not even enough for the reading of its document.
        """
        paid = await self.till.read(sender, address, document)
        return self.build_context(sender, partial(self.till.pay, sender, address, document, paid))

    async def of_header(self, authorization: str | None, address: str) -> Viewer | AppError:
        """The viewer of `Bearer <token>`, or why there is none; the operation decides if it needs one."""
        if not authorization:
            return NotSignedIn("This needs an `Authorization: Bearer …` header.")
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            return NotSignedIn("The Authorization header must be `Bearer` and a token.")
        try:
            return await self._signed_in(token.strip(), address)
        except AppError as error:
            return error

    async def _signed_in(self, token: str, address: str) -> Viewer:
        try:
            return await self.sign_in(token)
        except NotSignedIn:
            await self.till.failed_sign_in(address)
            raise


def bound(sender: Viewer | AppError) -> AbstractContextManager[None]:
    """Every log line of one operation names it, and who sent it."""
    ids = {"request_id": uuid4().hex}
    return bind(**ids) if isinstance(sender, AppError) else bind(**ids, viewer=str(sender.user_id))


def address_of(connection: HTTPConnection) -> str:
    """Where a request or a socket comes from: behind a proxy that is trusted, the client's own."""
    return connection.client.host if connection.client else "nowhere"


def authorization_of(payload: Mapping[str, Any]) -> str | None:
    """The `Authorization` that a `connection_init` carries, in any case of letters."""
    for name, value in payload.items():
        if name.lower() == "authorization" and isinstance(value, str):
            return value
    return None
