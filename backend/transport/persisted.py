"""Operations that clients name instead of sending: those of a manifest, and those that were sent once."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from graphql import GraphQLError
from strawberry.types.execution import PreExecutionError

from backend.document_store import DocumentStore
from backend.errors import Invalid, NotAllowed, NotFound, RateLimited

FORMAT = "apollo-persisted-query-manifest"
KEEP_POINTS = 1_000
"""What keeping a document costs: it takes up memory that is everybody's."""


@dataclass(frozen=True)
class Manifest:
    """The operations of an application, by id; `is_closed`: no others are run."""

    by_id: Mapping[str, str] = field(default_factory=dict)
    is_closed: bool = False

    def __post_init__(self) -> None:
        by_digest = {digest_of(body): body for body in self.by_id.values()}
        object.__setattr__(self, "by_id", {**by_digest, **self.by_id})


def read(file: Path | None, *, is_closed: bool) -> Manifest:
    """The manifest in a file of Apollo's format. Raises Invalid for one that is none."""
    if file is None:
        if is_closed:
            raise Invalid("Only listed operations are to be run, and no file lists them.")
        return Manifest()
    try:
        content = orjson.loads(file.read_bytes())
        if content["format"] != FORMAT or content["version"] != 1:
            raise ValueError("another format")
        by_id = {str(each["id"]): str(each["body"]) for each in content["operations"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Invalid(f"{file} is no manifest of persisted operations: {error!r}") from error
    return Manifest(by_id, is_closed)


@dataclass(frozen=True)
class Documents:
    """Finds the document of a request, and keeps those that their senders want to name from now on."""

    store: DocumentStore
    manifest: Manifest

    async def find(self, query: str, name: str | None) -> str:
        """What is to be run for a document, a name, or both.

        Raises NotFound (send the document too), Invalid (one is not the other's) or NotAllowed (not listed).
        """
        if name is None and not self.manifest.is_closed:
            return query
        listed = self.manifest.by_id.get(name or digest_of(query))
        if query and name is not None and query != listed and digest_of(query) != name:
            raise Invalid("The name is another document's.", code="PERSISTED_QUERY_MISMATCH")
        if listed is not None:
            return listed
        if self.manifest.is_closed:
            raise NotAllowed("Only operations of the manifest are run here.", code="OPERATION_NOT_LISTED")
        found = query or await self.store.get(name or "")
        if not found:
            raise NotFound("PersistedQueryNotFound", code="PERSISTED_QUERY_NOT_FOUND")
        return found

    async def keep(
        self, query: str, name: str | None, result: Any, charge: Callable[[int], Awaitable[Any]]
    ) -> None:
        """Keep a document that was sent with its name once it has proved valid, if its sender can pay."""
        is_new = query and name is not None and name not in self.manifest.by_id
        if not is_new or name is None or isinstance(result, PreExecutionError):
            return
        if await self.store.get(name) is None:
            try:
                await charge(KEEP_POINTS)
            except (RateLimited, GraphQLError):
                return
            await self.store.put(name, query)


def digest_of(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()


def name_of(extensions: Any) -> str | None:
    """The name in `extensions.persistedQuery`, as Apollo sends it. Raises Invalid for one that is none."""
    asked = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    if asked is None:
        return None
    if not isinstance(asked, dict) or asked.get("version") != 1:
        raise Invalid("`persistedQuery` must have the version 1.", code="PERSISTED_QUERY_MISMATCH")
    name = asked.get("sha256Hash")
    if not isinstance(name, str) or not 0 < len(name) <= 128:
        raise Invalid("`sha256Hash` must be a string.", code="PERSISTED_QUERY_MISMATCH")
    return name
