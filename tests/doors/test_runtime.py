"""The runtime: every handle of a process works against real servers."""

import hashlib
from pathlib import Path

import httpx
from pydantic import BaseModel

from backend import runtime
from backend.events import Cursor, Event
from backend.local.model_server import ModelServer
from backend.runtime import Runtime
from backend.settings import Settings
from backend.tasks import documents, messages


class Verdict(BaseModel):
    toxicity: bool
    reason: str


async def test_all_handles_of_a_worker_answer(worker_runtime: Runtime, tmp_path: Path) -> None:
    body = b"hello"
    digest = hashlib.sha256(body).hexdigest()
    storage = worker_runtime.storage
    signed = await storage.presign_put(
        "a/b c", size=5, content_type="text/plain", sha256_hex=digest, expires_seconds=60
    )
    async with httpx.AsyncClient(trust_env=False) as http:
        reply = await http.put(signed.url, content=body, headers=signed.headers)
    assert reply.status_code == 200, reply.text
    assert await storage.download("a/b c", tmp_path / "f") == digest
    await storage.delete(["a/b c", "not there"])
    assert await storage.head("a/b c") is None
    embedded = await worker_runtime.models.embed(["one", "two"])
    assert embedded.vectors.shape == (2, 384)
    text = [d async for d in worker_runtime.models.stream_chat([{"role": "user", "content": "hi"}])]
    assert text[-1].usage is not None
    verdict, usage = await worker_runtime.models.structured(Verdict, [{"role": "user", "content": "hi"}])
    assert verdict.toxicity is False and usage.num_input_tokens > 0
    await worker_runtime.publisher.publish(Event("document:1", Cursor(1, 0), "StageStarted", {}))
    events = await worker_runtime.hub.history("document:1", Cursor(0, 0))
    assert [e.kind for e in events] == ["StageStarted"]
    async with worker_runtime.transactions.unit_of_work() as session:
        await session.connection()


async def test_the_reranker_of_the_settings_is_the_one_that_is_asked(
    runtime_settings: Settings, model_server: ModelServer
) -> None:
    without = await runtime.open(runtime_settings, role="worker")
    await without.close()
    address = {"rerank_url": f"{model_server.base_url}/rerank", "rerank_model": "local-maxsim"}
    models = runtime_settings.models.model_copy(update=address)
    opened = await runtime.open(runtime_settings.model_copy(update={"models": models}), role="worker")
    reranker = opened.models.reranker
    assert (without.models.reranker, reranker and reranker.model) == (None, "local-maxsim")
    assert reranker is not None
    scores = (await reranker.rerank("Where does the cat sleep?", ["A dog.", "The cat sleeps here."])).scores
    await opened.close()
    assert scores[1] > scores[0]


async def test_ingestion_lets_answers_go_first(runtime_settings: Settings) -> None:
    for kind, is_urgent in ((documents, False), (messages, True)):
        opened = await runtime.open(runtime_settings, role="worker", is_urgent=kind.IS_URGENT)
        assert opened.models.gate.is_urgent is is_urgent
        await opened.close()
