import asyncio
import threading
from collections.abc import Sequence

import numpy as np
import pytest

from backend.local.models.encoder import Encoded, Window
from backend.local.models.turns import Turns, slices


def encoded(window: Window) -> Encoded:
    return Encoded(np.array([window[0]], dtype=np.float32), np.zeros((1, 1), dtype=np.float32))


class Model:
    """Stands in for the encoder: remembers what ran, and runs only while its gate is open."""

    def __init__(self) -> None:
        self.ran: list[list[int]] = []
        self.began = threading.Event()
        self.gate = threading.Semaphore(0)

    def run(self, windows: Sequence[Window]) -> list[Encoded]:
        self.began.set()
        assert self.gate.acquire(timeout=10)
        self.ran.append([window[0] for window in windows])
        if any(window[0] < 0 for window in windows):
            raise RuntimeError("broken")
        return [encoded(window) for window in windows]

    def open(self) -> None:
        self.gate.release(1000)


def window(name: int, length: int = 256) -> Window:
    return [name, *[1] * (length - 1)]


async def test_a_short_request_overtakes_a_long_one() -> None:
    model = Model()
    turns = Turns(model.run)
    long = asyncio.create_task(turns.encode([window(name) for name in range(10, 16)]))
    assert await asyncio.to_thread(model.began.wait, 10)
    short = asyncio.create_task(turns.encode([window(1)]))
    await asyncio.sleep(0)
    model.open()
    assert [one.embedding[0] for one in await short] == [1]
    assert [one.embedding[0] for one in await long] == [10, 11, 12, 13, 14, 15]
    assert model.ran == [[10, 11], [1], [12, 13], [14, 15]]
    await turns.close()


async def test_newcomers_do_not_starve_a_request_that_has_begun() -> None:
    model = Model()
    turns = Turns(model.run)
    long = asyncio.create_task(turns.encode([window(10), window(11), window(12)]))
    assert await asyncio.to_thread(model.began.wait, 10)
    short = [asyncio.create_task(turns.encode([window(name)])) for name in range(1, 9)]
    await asyncio.sleep(0)
    model.open()
    await asyncio.gather(long, *short)
    assert model.ran.index([12]) <= 5
    await turns.close()


async def test_a_caller_who_leaves_costs_no_further_slice() -> None:
    model = Model()
    turns = Turns(model.run)
    long = asyncio.create_task(turns.encode([window(name) for name in range(10, 16)]))
    assert await asyncio.to_thread(model.began.wait, 10)
    long.cancel()
    short = asyncio.create_task(turns.encode([window(1)]))
    await asyncio.sleep(0)
    model.open()
    await short
    assert model.ran == [[10, 11], [1]]
    await turns.close()


async def test_a_failure_reaches_its_caller_and_nobody_else() -> None:
    model = Model()
    turns = Turns(model.run)
    model.open()
    bad, good = await asyncio.gather(
        turns.encode([window(-1)]), turns.encode([window(1)]), return_exceptions=True
    )
    assert isinstance(bad, RuntimeError)
    assert isinstance(good, list)
    assert len(good) == 1
    await turns.close()


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ([256, 256, 256], [[0, 1], [2]]),
        ([10, 200, 10, 10, 10, 10], [[0, 2, 3, 4], [5, 1]]),
        ([100] * 6, [[0, 1, 2, 3], [4, 5]]),
        ([], []),
    ],
)
def test_a_slice_has_at_most_four_windows_and_512_padded_tokens(
    lengths: list[int], expected: list[list[int]]
) -> None:
    assert list(slices([[0] * length for length in lengths])) == expected
