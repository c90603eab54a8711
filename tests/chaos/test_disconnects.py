"""Viewers that lose their connection again and again see every answer whole: nothing lost, nothing twice.

CHAOS_ANSWERS sets the number of answers (50), CHAOS_DISCONNECTS how often each viewer is cut off (20).
"""

import os

import pytest

from backend.runtime import Runtime
from tests.fixtures.served import Served
from tests.fixtures.streams import Way, by_multipart, by_socket, by_sse
from tests.viewers import Drama


@pytest.mark.chaos
@pytest.mark.parametrize("way", [by_socket, by_sse, by_multipart])
async def test_a_thousand_disconnects(
    served: Served, worker_runtime: Runtime, monkeypatch: pytest.MonkeyPatch, way: Way
) -> None:
    seed = int(os.environ.get("CHAOS_SEED", "0"))
    drama = Drama(served, worker_runtime, monkeypatch, seed=seed, way=way)
    await drama.play(
        num_answers=int(os.environ.get("CHAOS_ANSWERS", "50")),
        num_cuts=int(os.environ.get("CHAOS_DISCONNECTS", "20")),
    )
    counts = f"{drama.num_answers} answers, {drama.num_cuts} disconnects, {drama.num_events} events, "
    counts += f"{drama.num_missed} times more was missed than Redis knew"
    print(f"{way.__name__}: {counts}")
