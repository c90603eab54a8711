"""What operators see of a process: counts and times, without a word of anybody's."""

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend import metrics
from backend.services import upkeep
from backend.settings import Settings
from tests.e2e.product import free_port
from tests.fixtures import asking
from tests.fixtures.house import House, markdown
from tests.fixtures.served import Served, serving

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "operations.md"
EVENTS = "subscription ($id: ID!) { projectEvents(projectId: $id) { __typename } }"


async def values(served: Served) -> dict[str, float]:
    """Every value by its name and labels, as they are written."""
    response = await served.http.get("/metrics")
    assert response.status_code == 200
    return told(response.text)


def told(text: str) -> dict[str, float]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def grown(before: dict[str, float], after: dict[str, float], name: str) -> float:
    return after.get(name, 0.0) - before.get(name, 0.0)


def test_the_guide_tells_of_every_metric_and_of_no_other() -> None:
    told = dict(re.findall(r"^\| `(opentrace_\w+)`[^|]*\| (.+?) \|$", GUIDE.read_text(), re.MULTILINE))
    assert told == metrics.names()


async def test_without_the_setting_there_is_no_such_page(standing: Served) -> None:
    assert (await standing.http.get("/metrics")).status_code == 404


async def test_operations_are_counted_by_kind_and_end_and_errors_by_code(
    runtime_settings: Settings, issuer: Any
) -> None:
    async with serving(runtime_settings, issuer, metrics=True) as served:
        project = await asking.new_project(served)
        before = await values(served)
        await served.ask("{ viewer { id } }")
        await served.refused("{ nothing }")
        await served.refused("{")
        await served.refused("{ viewer { id } }", person=None)
        async with served.socket() as socket:
            await socket.subscribe("1", EVENTS, id=project)
            await socket.receive()
            during = await values(served)
        await until_closed(served)
        after = await values(served)
    for name, num in {
        'opentrace_operations_total{kind="query",outcome="ok"}': 1,
        'opentrace_operations_total{kind="query",outcome="refused"}': 1,
        'opentrace_operations_total{kind="unknown",outcome="refused"}': 1,
        'opentrace_operations_total{kind="query",outcome="errors"}': 1,
        'opentrace_operations_total{kind="subscription",outcome="ok"}': 1,
        'opentrace_graphql_errors_total{code="GRAPHQL"}': 2,
        'opentrace_graphql_errors_total{code="NOT_SIGNED_IN"}': 1,
    }.items():
        assert (name, grown(before, after, name)) == (name, num)
    for name in ('opentrace_open_connections{kind="socket"}', "opentrace_open_subscriptions"):
        assert (name, grown(before, during, name), grown(before, after, name)) == (name, 1, 0)
    assert during['opentrace_pool_connections{pool="sessions",state="used"}'] == 0
    assert during['opentrace_pool_connections{pool="sessions",state="idle"}'] > 0


async def until_closed(served: Served) -> None:
    async with asyncio.timeout(10):
        while (await values(served))["opentrace_open_subscriptions"] > 0:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


async def test_a_document_is_counted_through_its_stages_and_nothing_says_whose_it_is(house: House) -> None:
    before = told(metrics.text().decode())
    document_id = await house.upload(markdown(3))
    await upkeep.measure(house.worker.transactions)
    waiting = told(metrics.text().decode())
    assert waiting['opentrace_waiting{kind="documents"}'] == 1
    assert waiting['opentrace_oldest_waiting_seconds{kind="documents"}'] >= 0
    assert await house.ingest() is True
    await upkeep.measure(house.worker.transactions)
    text = metrics.text().decode()
    after = told(text)
    assert after['opentrace_waiting{kind="documents"}'] == 0
    for name in (
        'opentrace_claims_total{kind="documents"}',
        *(
            f'opentrace_stage_seconds_count{{stage="{stage}"}}'
            for stage in ("partitioning", "chunking", "summarising", "vectorization")
        ),
        'opentrace_model_calls_total{kind="embeddings",outcome="OK"}',
        'opentrace_model_wait_seconds_count{kind="embeddings"}',
    ):
        assert (name, grown(before, after, name)) == (name, 1)
    model = house.worker.models.embedding_model
    assert grown(before, after, f'opentrace_model_tokens_total{{direction="input",model="{model}"}}') > 0
    row = await house.document(document_id)
    for secret in (str(document_id), str(row.project_id), str(row.uploaded_by), row.name):
        assert secret not in text


async def test_a_model_that_is_busy_is_counted_by_its_status(
    house: House, model_control: httpx.AsyncClient
) -> None:
    before = told(metrics.text().decode())
    order = {"endpoint": "embeddings", "mode": "429", "times": 1, "retry_after": 0}
    await model_control.post("/control", json=order)
    await house.worker.models.embed(["The lamp is lit."])
    after = told(metrics.text().decode())
    for name in (
        'opentrace_model_refusals_total{status="429"}',
        'opentrace_model_calls_total{kind="embeddings",outcome="MODEL_UNAVAILABLE"}',
        'opentrace_model_calls_total{kind="embeddings",outcome="OK"}',
    ):
        assert (name, grown(before, after, name)) == (name, 1)


def test_a_worker_answers_on_a_port_of_its_own() -> None:
    port = free_port()
    close = metrics.serve("127.0.0.1", port)
    try:
        page = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False)
        assert "opentrace_claims_total" in page.text
    finally:
        close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False)
