"""Documents of GraphQL that were sent once, by the hash by which clients name them afterwards."""

from collections import OrderedDict
from typing import Any

from redis.asyncio import Redis

from backend.reach import Reach

KEPT_SECONDS = 3600
"""Since it was last asked for by a process that did not know it."""
MAX_KNOWN = 512


class DocumentStore:
    """Shared by all processes; while Redis is away, each knows what it was sent itself."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._reach = Reach("documents.unknown")
        self._known: OrderedDict[str, str] = OrderedDict()

    async def get(self, digest: str) -> str | None:
        """The document with this SHA-256, if anybody has sent it within the hour."""
        if digest in self._known:
            self._known.move_to_end(digest)
            return self._known[digest]
        found: Any = await self._reach.ask(lambda: self._redis.getex(_key(digest), ex=KEPT_SECONDS))
        if found is None:
            return None
        return self._remember(digest, str(found, "utf-8"))

    async def put(self, digest: str, document: str) -> None:
        self._remember(digest, document)
        await self._reach.ask(lambda: self._redis.set(_key(digest), document, ex=KEPT_SECONDS))

    def _remember(self, digest: str, document: str) -> str:
        self._known[digest] = document
        if len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)
        return document


def _key(digest: str) -> str:
    return f"opentrace:operation:{digest}"
