import httpx
import pytest

DOCUMENTS = ["Wheat prices fell.", "The cat sleeps on the sofa.", "A dog barks."]


@pytest.mark.parametrize("address", ["/v1/rerank", "/v2/rerank"])
async def test_the_best_document_comes_first(http: httpx.AsyncClient, address: str) -> None:
    body = {"model": "any", "query": "Where does the cat sleep?", "documents": DOCUMENTS}
    results = (await http.post(address, json=body)).json()["results"]
    assert results[0]["index"] == 1
    assert sorted(result["index"] for result in results) == [0, 1, 2]
    scores = [result["relevance_score"] for result in results]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert "document" not in results[0]


async def test_only_so_many_results_as_wanted_with_their_documents(http: httpx.AsyncClient) -> None:
    documents = [{"text": text} for text in DOCUMENTS]
    body = {"query": "cat", "documents": documents, "top_n": 1, "return_documents": True}
    results = (await http.post("/v1/rerank", json=body)).json()["results"]
    assert [result["document"] for result in results] == [{"text": "The cat sleeps on the sofa."}]


async def test_the_same_words_score_one(http: httpx.AsyncClient) -> None:
    body = {"query": "The cat sleeps.", "documents": ["The cat sleeps.", ""]}
    results = (await http.post("/v1/rerank", json=body)).json()["results"]
    assert results[0]["relevance_score"] == pytest.approx(1, abs=1e-4)
    assert results[1] == {"index": 1, "relevance_score": 0.0}


async def test_the_end_of_a_long_document_counts(http: httpx.AsyncClient) -> None:
    body = {
        "query": "cat sofa",
        "documents": ["Wheat fell. " * 30, "Wheat fell. " * 200 + "The cat is on the sofa."],
    }
    results = (await http.post("/v1/rerank", json=body)).json()["results"]
    assert results[0]["index"] == 1


async def test_nothing_to_rank_is_refused(http: httpx.AsyncClient) -> None:
    reply = await http.post("/v1/rerank", json={"query": "cat", "documents": []})
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "documents")
