"""How long a document will still take: told by its own pace and its project's, or not at all."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.services.documents import pace
from backend.services.documents.pace import Pace, Remaining
from db.models import Document, DocumentStatus
from db.queries import paces
from db.queries.paces import History, Rate
from tests.fixtures.house import House, markdown
from tests.services.documents.test_ingest import pdf
from tests.services.documents.test_progress import document

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
PARTITIONING, VECTORIZATION = DocumentStatus.PARTITIONING, DocumentStatus.VECTORIZATION
NOTHING = History()
USUAL = History(
    per_unit={
        PARTITIONING: Rate(0.1, 0.05, 0.2),
        DocumentStatus.CHUNKING: Rate.exactly(0.0),
        DocumentStatus.SUMMARISING: Rate(2.0, 1.0, 4.0),
        VECTORIZATION: Rate(0.5, 0.25, 1.0),
    },
    chunks_per_page=Rate(2.0, 1.0, 3.0),
    summaries_per_page=Rate.exactly(0.0),
)


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def held(**columns: Any) -> Document:
    return document(status=VECTORIZATION, leased_until=NOW + timedelta(seconds=30), **columns)


def at_pace(*reports: tuple[float, int, int], history: History = NOTHING) -> Remaining | None:
    """After reports of `(seconds, done, total)` in the last stage."""
    clock = Clock()
    own = Pace(history, clock)
    own.enter(VECTORIZATION)
    for clock.at, done, total in reports:
        own.reach(done, total)
    return own.remaining(document(num_chunks=reports[-1][2] if reports else None, num_pages=10))


def test_without_any_measurement_nothing_is_told() -> None:
    assert Pace(NOTHING).remaining(document()) is None
    assert at_pace() is None
    assert at_pace((3, 4, 20)) is None


def test_one_measurement_says_half_to_double_of_itself() -> None:
    assert at_pace((0, 4, 24), (8, 8, 24)) == Remaining(seconds=32.0, low=16.0, high=64.0)


def test_several_measurements_say_the_fastest_and_the_slowest_of_them() -> None:
    reports = [(0, 4, 24), (4, 8, 24), (12, 12, 24), (24, 16, 24)]
    assert at_pace(*reports) == Remaining(seconds=16.0, low=8.0, high=24.0)


def test_a_stage_that_is_done_leaves_nothing_and_never_less() -> None:
    assert at_pace((0, 4, 8), (8, 8, 8)) == Remaining(0.0, 0.0, 0.0)
    assert at_pace((0, 4, 8), (8, 12, 8)) == Remaining(0.0, 0.0, 0.0)


def test_before_its_own_pace_is_known_the_projects_is_taken() -> None:
    assert at_pace((0, 4, 24), history=USUAL) == Remaining(seconds=10.0, low=5.0, high=20.0)


def test_later_stages_are_reckoned_by_recent_documents() -> None:
    clock = Clock()
    own = Pace(USUAL, clock)
    own.enter(PARTITIONING)
    paged = document(num_pages=10)
    assert own.remaining(paged) == Remaining(seconds=11.0, low=3.0, high=32.0)
    own.reach(1, 10)
    clock.at = 1.0
    own.reach(2, 10)
    assert own.remaining(paged) == Remaining(seconds=8 + 10.0, low=4 + 2.5, high=16 + 30.0)
    assert own.remaining(document(num_pages=None)) is None
    cut = document(num_pages=10, num_chunks=4, num_summaries=3)
    own.enter(DocumentStatus.SUMMARISING)
    assert own.remaining(cut) == Remaining(seconds=6 + 2.0, low=3 + 1.0, high=12 + 4.0)


@pytest.mark.parametrize(
    ("passed", "left"),
    [
        (0, Remaining(10.0, 5.0, 20.0)),
        (-5, Remaining(10.0, 5.0, 20.0)),
        (7, Remaining(3.0, 0.0, 13.0)),
        (15, Remaining(0.0, 0.0, 5.0)),
        (21, None),
    ],
)
def test_time_that_has_passed_is_taken_off_and_an_estimate_that_did_not_hold_is_not_told(
    passed: float, left: Remaining | None
) -> None:
    estimate = Remaining(10.0, 5.0, 20.0).to_json(NOW - timedelta(seconds=passed))
    assert pace.remaining(held(estimate=estimate), NOW) == left


def test_what_waits_stands_still_or_has_ended_has_no_time_left_to_tell() -> None:
    row = held(estimate=Remaining(10.0, 5.0, 20.0).to_json(NOW))
    assert pace.remaining(row, NOW) is not None
    row.leased_until = NOW - timedelta(seconds=1)
    assert pace.remaining(row, NOW) is None
    for status in (DocumentStatus.QUEUED, DocumentStatus.COMPLETED, DocumentStatus.FAILED):
        row.status, row.leased_until = status, NOW + timedelta(seconds=30)
        assert pace.remaining(row, NOW) is None


async def test_the_second_document_of_a_project_knows_its_time_from_the_first(house: House) -> None:
    first = await house.upload(pdf(3), name="a.pdf", content_type="application/pdf")
    await house.ingest()
    told = [event.data for event in await house.history(first) if event.kind == "StageProgressed"]
    assert {data["remaining"] is None for data in told if data["stage"] == "PARTITIONING"} == {True}
    async with house.worker.transactions.unit_of_work() as session:
        history = await paces.of_project(session, house.project_id)
    assert set(history.per_unit) == {PARTITIONING, DocumentStatus.CHUNKING, VECTORIZATION}
    row = await house.document(first)
    assert history.chunks_per_page == Rate.exactly((row.num_chunks or 0) / 3)
    second = await house.upload(pdf(80), name="b.pdf", content_type="application/pdf")
    await house.ingest()
    told = [event.data for event in await house.history(second) if event.kind == "StageProgressed"]
    assert told and all(data["remaining"] is not None for data in told)
    for data in told:
        left = data["remaining"]
        assert 0 <= left["low"] <= left["seconds"] <= left["high"]
    assert (told[-1]["remaining"]["seconds"], told[-1]["remaining"]["high"]) == (0.0, 0.0)


async def test_a_format_without_pages_counts_by_its_chunks(house: House) -> None:
    await house.upload(markdown(6))
    await house.ingest()
    async with house.worker.transactions.unit_of_work() as session:
        history = await paces.of_project(session, house.project_id)
    assert (history.chunks_per_page, PARTITIONING in history.per_unit) == (None, False)
    assert VECTORIZATION in history.per_unit
