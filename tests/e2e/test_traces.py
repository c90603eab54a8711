"""A request and all that comes of it is one trace, in whichever processes, and however often it is begun."""

import asyncio
import json

import httpx

from backend.cli import operations
from backend.local.sample import PDF, QUESTION
from tests.e2e.product import Product, ask, follow_document, new_project, upload
from tests.fixtures.collector import Collector, SpanSeen
from tests.fixtures.product import SAMPLE_WORDS

STAGES = ("partitioning", "chunking", "summarising", "vectorization")


async def test_a_document_and_an_answer_whose_worker_was_killed_are_one_trace_each(
    product: Product, collector: Collector, model_control: httpx.AsyncClient
) -> None:
    product.env["OPENTRACE_TRACING__ENDPOINT"] = collector.url
    api = await product.start_api()
    ingestion = await product.start_worker("ingestion")
    first = await product.start_worker("answers")
    project = await new_project(api)
    document = await upload(api, project, PDF)
    await follow_document(api, document)
    await ingestion.stop()
    await model_control.post("/control", json={"tokens_per_second": 5})
    answer = await ask(api, project, QUESTION)
    async with asyncio.timeout(120):
        async for event in api.subscribe(operations.MESSAGE_EVENTS, {"message": answer}):
            if event["__typename"] == "TextAppended" and first.exit_code is None:
                await product.kill(first)
                await model_control.post("/control/reset")
                await product.start_worker("answers")
    await collector.until(lambda: collector.named("message.answer") != [])
    (written,) = collector.named("message.answer")
    await collector.until(lambda: written.trace in {ring.trace for ring in collector.named("queue.ring")})
    _is_a_document(collector, document)
    _is_an_answer(collector, answer)
    secrets = [words for name, words in product.env.items() if name.endswith(("KEY", "DATABASE__URL"))]
    assert len(secrets) >= 4
    for words in (*secrets, QUESTION, SAMPLE_WORDS, PDF.name, "SELECT", "Bearer", "user_e2e"):
        assert [body for body in collector.bodies if words.encode() in body] == [], words
    assert _traces_logged(product) == {span.trace for span in collector.named("message.answer")}


def _traces_logged(product: Product) -> set[str]:
    """The traces that are named in the log lines of answers that were taken up."""
    lines = [line for child in product.children for line in child.command.log_file.read_text().splitlines()]
    told = [json.loads(line) for line in lines if "message.claimed" in line]
    assert len(told) == 2
    assert len({each["trace_id"] for each in told}) == 1
    return {each["trace_id"] for each in told}


def _is_a_document(collector: Collector, document: str) -> None:
    (ingested,) = collector.named("document.ingest")
    assert ingested.service == "opentrace-ingestion"
    assert _parent(collector, ingested).name == "graphql.mutation"
    stages = [span for name in STAGES for span in collector.named(f"stage.{name}")]
    assert [span.parent for span in stages] == [ingested.id] * len(STAGES)
    assert {span.trace for span in stages} == {ingested.trace}
    bought = [span for span in collector.named("model.embeddings") if span.trace == ingested.trace]
    assert {_parent(collector, span).name for span in bought} == {"stage.vectorization"}


def _is_an_answer(collector: Collector, answer: str) -> None:
    (written,) = collector.named("message.answer")
    assert (written.service, written.attributes["opentrace.attempt"]) == ("opentrace-answers", "2")
    assert written.attributes["opentrace.outcome"] == "COMPLETED"
    asked = _parent(collector, written)
    assert (asked.service, asked.name, asked.parent) == ("opentrace-api", "graphql.mutation", "")
    rung = [span for span in collector.named("queue.ring") if span.trace == asked.trace]
    assert [span.parent for span in rung] == [asked.id]
    inside = [span for span in collector.spans if span.parent == written.id]
    assert {span.name for span in inside} >= {"rag.search", "model.chat"}
    searched = next(span for span in inside if span.name == "rag.search")
    embedded = [span for span in collector.named("model.embeddings") if span.parent == searched.id]
    assert [span.trace for span in embedded] == [asked.trace]
    assert embedded[0].attributes["gen_ai.usage.input_tokens"] > "0"


def _parent(collector: Collector, child: SpanSeen) -> SpanSeen:
    (found,) = [span for span in collector.spans if (span.trace, span.id) == (child.trace, child.parent)]
    return found
