"""Shares the one model among requests: every request gets a slice of the model's time in turn."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from backend.local.models.encoder import WINDOW_TOKENS, Encoded, Window

SLICE_WINDOWS = 4
SLICE_TOKENS = 2 * WINDOW_TOKENS
_FRESH_IN_A_ROW = 4


@dataclass(eq=False)
class _Job:
    slices: Iterator[list[int]]
    """Places in `windows`, a few at a time."""
    windows: Sequence[Window]
    done: asyncio.Future[list[Encoded]]
    results: dict[int, Encoded] = field(default_factory=dict)


class Turns:
    """A queue in which a short request overtakes a long one.

    Newcomers go first, the rest take turns, slice by slice; of five turns at least one goes to those that
    have begun, so nobody starves. A request whose caller has gone away costs no further slice.
    """

    def __init__(self, run: Callable[[Sequence[Window]], list[Encoded]]) -> None:
        self._run = run
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="encoder")
        self._fresh: deque[_Job] = deque()
        self._begun: deque[_Job] = deque()
        self._in_a_row = 0
        self._pump: asyncio.Task[None] | None = None

    async def encode(self, windows: Sequence[Window]) -> list[Encoded]:
        """The windows' vectors, in their order."""
        done: asyncio.Future[list[Encoded]] = asyncio.get_running_loop().create_future()
        self._fresh.append(_Job(slices(windows), windows, done))
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._work())
        return await done

    async def close(self) -> None:
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        self._thread.shutdown()

    def _next(self) -> _Job:
        fresh = bool(self._fresh) and (not self._begun or self._in_a_row < _FRESH_IN_A_ROW)
        self._in_a_row = self._in_a_row + 1 if fresh else 0
        return (self._fresh if fresh else self._begun).popleft()

    async def _work(self) -> None:
        while self._fresh or self._begun:
            job = self._next()
            if job.done.done():
                continue
            places = next(job.slices, None)
            if places is None:
                job.done.set_result([job.results[place] for place in range(len(job.windows))])
            elif await self._serve(job, places):
                self._begun.append(job)

    async def _serve(self, job: _Job, places: list[int]) -> bool:
        """Whether the job may go on; a failure is its own and ends nobody else's."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._thread, self._run, [job.windows[i] for i in places])
        except Exception as error:
            if not job.done.done():
                job.done.set_exception(error)
            return False
        job.results.update(zip(places, found, strict=True))
        return True


def slices(windows: Sequence[Window]) -> Iterator[list[int]]:
    """Places of windows that run together: of like length, at most 4, at most 512 tokens with padding."""
    piece: list[int] = []
    for place in sorted(range(len(windows)), key=lambda place: len(windows[place])):
        padded = len(windows[place]) * (len(piece) + 1)
        if piece and (len(piece) == SLICE_WINDOWS or padded > SLICE_TOKENS):
            yield piece
            piece = []
        piece.append(place)
    if piece:
        yield piece
