"""The reranker, over the wire to a real server that can be told to fail."""

from collections.abc import AsyncIterator

import httpx
import pytest

from backend.errors import Unavailable
from backend.llm import ModelAnswerInvalid, Reranker, gate
from backend.local.model_server import ModelServer

TEXTS = ["Wheat prices fell.", "The cat sleeps on the sofa.", "A dog barks."]


@pytest.fixture
async def reranker(model_server: ModelServer, model_control: httpx.AsyncClient) -> AsyncIterator[Reranker]:
    opened = Reranker(f"{model_server.base_url}/rerank", "local-maxsim", "key", timeout_seconds=10)
    yield opened
    await opened.close()


async def test_every_text_gets_its_score(reranker: Reranker) -> None:
    relevances = await reranker.rerank("Where does the cat sleep?", TEXTS)
    assert len(relevances.scores) == 3
    assert max(relevances.scores) == relevances.scores[1]
    assert relevances.num_tokens > 0


async def test_a_busy_server_is_asked_again(
    reranker: Reranker, model_control: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_once(_: float) -> None: ...

    monkeypatch.setattr(gate, "sleep", at_once)
    await model_control.post("/control", json={"mode": "429", "endpoint": "rerank", "times": 2})
    assert len((await reranker.rerank("cat", TEXTS)).scores) == 3
    await model_control.post("/control", json={"mode": "500", "endpoint": "rerank"})
    with pytest.raises(Unavailable):
        await reranker.rerank("cat", TEXTS)


async def test_garbage_is_no_answer(reranker: Reranker, model_control: httpx.AsyncClient) -> None:
    await model_control.post("/control", json={"mode": "garbage", "endpoint": "rerank"})
    with pytest.raises(ModelAnswerInvalid):
        await reranker.rerank("cat", TEXTS)


async def test_no_server_is_unavailable(unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(_: float) -> None: ...

    monkeypatch.setattr(gate, "sleep", at_once)
    opened = Reranker(f"http://127.0.0.1:{unused_tcp_port}/v2/rerank", "m", "key")
    with pytest.raises(Unavailable):
        await opened.rerank("cat", TEXTS)
    await opened.close()
