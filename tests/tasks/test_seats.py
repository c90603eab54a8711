"""Seats: so many jobs at a time, until nothing waits."""

import asyncio

from backend.errors import Unavailable
from backend.tasks.seats import Seats


class Work:
    """`num_left` jobs, each of which waits until it is let through."""

    def __init__(self, num_left: int) -> None:
        self.num_left = num_left
        self.num_done = 0
        self.running = 0
        self.most = 0
        self.opened = asyncio.Event()

    async def run_next(self) -> bool:
        if self.num_left == 0:
            return False
        self.num_left -= 1
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.opened.wait()
            self.num_done += 1
        finally:
            self.running -= 1
        return True


async def settle() -> None:
    """Let all tasks that can go on go on."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_one_ring_works_off_all_that_waits() -> None:
    work = Work(5)
    work.opened.set()
    await Seats(work.run_next, 2).drain()
    assert (work.num_left, work.num_done) == (0, 5)


async def test_no_more_jobs_run_at_once_than_there_are_seats() -> None:
    work = Work(10)
    seats = Seats(work.run_next, 3)
    rings = [asyncio.create_task(seats.drain()) for _ in range(10)]
    await settle()
    assert (work.running, work.num_left) == (3, 7)
    work.opened.set()
    await asyncio.gather(*rings)
    assert (work.most, work.num_done) == (3, 10)


async def test_free_seats_are_filled_without_a_ring() -> None:
    work = Work(10)
    seats = Seats(work.run_next, 3)
    seats.fill()
    seats.fill()
    await settle()
    assert work.running == 3
    await seats.close()
    assert (work.running, work.num_done) == (0, 0)


async def test_closed_seats_cancel_what_runs_and_take_nothing_more() -> None:
    work = Work(10)
    seats = Seats(work.run_next, 2)
    ring = asyncio.create_task(seats.drain())
    await settle()
    await seats.close()
    await ring
    await seats.drain()
    assert (work.running, work.num_left) == (0, 9)


async def test_a_failure_ends_one_round_and_not_the_worker() -> None:
    failures: list[Exception] = [Unavailable("The database does not answer."), KeyError("a bug")]

    async def run_next() -> bool:
        if failures:
            raise failures.pop(0)
        return False

    seats = Seats(run_next, 1)
    for _ in range(3):
        await seats.drain()
    assert failures == []
