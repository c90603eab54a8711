"""Where jobs of one kind are done: so many at a time, in one event loop, for as long as there is work."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from backend.errors import AppError

log = structlog.get_logger()


class Seats:
    """`num_seats` places at which `run_next` is called until it says that nothing waits."""

    def __init__(self, run_next: Callable[[], Awaitable[bool]], num_seats: int) -> None:
        self._run_next = run_next
        self._free = asyncio.Semaphore(num_seats)
        self._num_seats = num_seats
        self._taken: set[asyncio.Task[None]] = set()
        self._is_open = True

    async def drain(self) -> None:
        """Take the next free seat and work until nothing waits.

        The work is a task of its own, so that `close` reaches it whoever waits for it here.
        """
        if self._is_open:
            await asyncio.wait([self._start()])

    def fill(self) -> None:
        """Work at all seats that are free, without being rung for: the broker may be away."""
        for _ in range(self._num_seats - len(self._taken)):
            self._start()

    async def close(self) -> None:
        """Take no more work; what is under way is cancelled, hands its row back, and has ended on return."""
        self._is_open = False
        for task in self._taken:
            task.cancel()
        if self._taken:
            await asyncio.wait(self._taken)

    def _start(self) -> asyncio.Task[None]:
        task = asyncio.create_task(self._work())
        self._taken.add(task)
        task.add_done_callback(self._taken.discard)
        return task

    async def _work(self) -> None:
        async with self._free:
            try:
                while self._is_open and await self._run_next():
                    pass
            except AppError as error:
                log.warning("worker.paused", code=error.code, reason=error.message)
            except Exception:
                log.exception("worker.stumbled")
