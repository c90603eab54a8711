"""Who has something open in this process, and its end as soon as their access ends."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from backend.auth import Viewer
from backend.errors import AppError

log = structlog.get_logger()

CHECK_SECONDS = 5.0
WHOSE = ("user_id", "session_id", "key_id")


@dataclass(frozen=True)
class Ending:
    """Why a connection is ended from here. Clients of graphql-ws connect again after either code."""

    code: int
    reason: str


REVOKED = Ending(4403, "Access has ended; sign in again")
LEAVING = Ending(1012, "This server is going; connect again")

End = Callable[[Ending], None]
"""Ends one connection; called at most once, and must not wait."""
Ended = Callable[[Collection[UUID], Collection[UUID]], Awaitable[set[UUID]]]
"""Which of these people and of these keys have no access any more. Raises Unavailable."""


@dataclass(eq=False)
class _Guest:
    viewer: Viewer
    end: End


@dataclass
class Presence:
    """All that is open here, by whose it is.

    What ends is told by a control message at once; one question for all of this process, every few seconds,
    finds what was not told. A connection outlives the token that opened it: sockets have an age of their own.
    """

    ended: Ended
    kind: str
    """Of the control messages that name whose access ends."""
    check_seconds: float = CHECK_SECONDS
    _guests: set[_Guest] = field(default_factory=set)
    _checking: asyncio.Task[None] | None = None
    _is_leaving: bool = False

    def start(self) -> None:
        """Ask again and again until `close`."""
        self._checking = asyncio.create_task(self._check_for_ever(), name="presence")

    async def close(self) -> None:
        if self._checking is not None:
            self._checking.cancel()
            await asyncio.wait([self._checking])

    @property
    def num_open(self) -> int:
        return len(self._guests)

    def join(self, sender: Viewer | AppError, end: End) -> Callable[[], None]:
        """Have `end` called when the sender's access ends; call what is returned when the connection ends."""
        if isinstance(sender, AppError):
            return lambda: None
        if self._is_leaving:
            end(LEAVING)
            return lambda: None
        guest = _Guest(sender, end)
        self._guests.add(guest)
        return lambda: self._guests.discard(guest)

    def hear(self, message: dict[str, str]) -> None:
        """A control message: ends what is open of the person, session or key that it names, if any."""
        if message.get("kind") == self.kind:
            self._end(lambda viewer: any(str(getattr(viewer, name)) == message.get(name) for name in WHOSE))

    def dismiss(self) -> None:
        """The process goes: end what is open, and what is still opened, so that it goes on elsewhere."""
        self._is_leaving = True
        self._end(lambda _: True, LEAVING)

    async def check(self) -> None:
        """Ask about everybody who is here, in one question. Raises Unavailable."""
        viewers = [guest.viewer for guest in self._guests]
        if not viewers:
            return
        keys = {viewer.key_id for viewer in viewers if viewer.key_id is not None}
        gone = await self.ended({viewer.user_id for viewer in viewers}, keys)
        self._end(lambda viewer: viewer.user_id in gone or viewer.key_id in gone)

    def _end(self, is_over: Callable[[Viewer], bool], ending: Ending = REVOKED) -> None:
        for guest in [guest for guest in self._guests if is_over(guest.viewer)]:
            self._guests.discard(guest)
            guest.end(ending)

    async def _check_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self.check_seconds)
            try:
                await self.check()
            except AppError as error:
                log.warning("presence.unchecked", num_open=self.num_open, reason=error.message)
            except Exception:
                log.exception("presence.stumbled")
