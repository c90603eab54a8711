import base64

import httpx
import numpy as np
import pytest
from openai import AsyncOpenAI, BadRequestError


async def vectors(client: AsyncOpenAI, *texts: str) -> np.ndarray:
    reply = await client.embeddings.create(model="any", input=list(texts))
    return np.array([item.embedding for item in reply.data], dtype=np.float32)


async def test_vectors_have_384_dimensions_and_length_one(openai: AsyncOpenAI) -> None:
    found = await vectors(openai, "a cat sits on the mat", "tax law")
    assert found.shape == (2, 384)
    assert np.linalg.norm(found, axis=1) == pytest.approx([1, 1], abs=1e-5)


async def test_the_model_gives_its_published_similarity(openai: AsyncOpenAI) -> None:
    cat, kitten, law = await vectors(openai, "a cat sits", "a kitten is sitting", "tax law of 1986")
    assert float(cat @ kitten) == pytest.approx(0.7809, abs=1e-3)
    assert float(cat @ law) == pytest.approx(0.0460, abs=1e-3)


async def test_base64_and_floats_say_the_same(http: httpx.AsyncClient) -> None:
    async def embedded(encoding: str) -> list[float] | str:
        body = {"model": "any", "input": "one text", "encoding_format": encoding}
        reply = await http.post("/v1/embeddings", json=body)
        vector: list[float] | str = reply.json()["data"][0]["embedding"]
        return vector

    numbers, coded = await embedded("float"), await embedded("base64")
    assert isinstance(coded, str)
    assert np.frombuffer(base64.b64decode(coded), dtype="<f4").tolist() == numbers


async def test_order_and_neighbours_do_not_change_a_vector(openai: AsyncOpenAI) -> None:
    texts = ["short", "a much longer sentence about the price of wheat " * 10, "third text here", "x " * 400]
    alone = np.concatenate([await vectors(openai, text) for text in texts])
    together = await vectors(openai, *texts)
    assert np.abs(alone - together).max() < 1e-5


async def test_a_long_text_is_the_normalised_mean_of_overlapping_windows(openai: AsyncOpenAI) -> None:
    words = [f"{word} " for word in ("wheat", "ship", "moon", "law") for _ in range(100)]
    whole, first, last = await vectors(openai, "".join(words), "".join(words[:254]), "".join(words[190:400]))
    mean = (first + last) / 2
    assert float(whole @ (mean / np.linalg.norm(mean))) == pytest.approx(1, abs=1e-5)


async def test_usage_counts_tokens_without_the_marks(openai: AsyncOpenAI) -> None:
    reply = await openai.embeddings.create(model="any", input=["a cat sits", "tax law of 1986"])
    assert (reply.usage.prompt_tokens, reply.usage.total_tokens) == (7, 7)
    assert reply.model == "all-MiniLM-L6-v2"


async def test_its_own_number_of_dimensions_is_accepted(openai: AsyncOpenAI) -> None:
    reply = await openai.embeddings.create(model="any", input="text", dimensions=384)
    assert len(reply.data[0].embedding) == 384


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"input": "text", "dimensions": 1536}, "dimensions"),
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": ["text", ""]}, "input"),
        ({"input": ["text"] * 2049}, "input"),
        ({"input": "word " * 8193}, "input"),
        ({"input": "text", "encoding_format": "hex"}, "encoding_format"),
    ],
)
async def test_what_openai_refuses_is_refused_in_its_shape(
    http: httpx.AsyncClient, body: dict[str, object], param: str
) -> None:
    reply = await http.post("/v1/embeddings", json={"model": "any", **body})
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["type"], error["param"]) == ("invalid_request_error", param)
    assert (await http.get("/control/stats")).json()["embeddings"]["texts"] == {}


async def test_the_client_library_raises_its_own_error(openai: AsyncOpenAI) -> None:
    with pytest.raises(BadRequestError, match="384 dimensions, not 1536"):
        await openai.embeddings.create(model="any", input="text", dimensions=1536)


async def test_an_unknown_address_is_refused_in_openais_shape(http: httpx.AsyncClient) -> None:
    reply = await http.get("/v1/nowhere")
    assert (reply.status_code, reply.json()["error"]["type"]) == (404, "invalid_request_error")


async def test_the_models_are_listed(openai: AsyncOpenAI) -> None:
    names = [model.id async for model in openai.models.list()]
    assert names == ["local-extractive", "all-MiniLM-L6-v2", "local-maxsim"]


async def test_a_second_model_gives_the_first_256_numbers_at_length_one(openai: AsyncOpenAI) -> None:
    (whole,) = await vectors(openai, "a cat sits")
    narrow = "all-MiniLM-L6-v2-256"
    reply = await openai.embeddings.create(model=narrow, input="a cat sits", dimensions=256)
    cut = whole[:256] / np.linalg.norm(whole[:256])
    assert np.abs(np.array(reply.data[0].embedding) - cut).max() < 1e-6
    assert reply.model == narrow
    with pytest.raises(BadRequestError, match="256 dimensions, not 384"):
        await openai.embeddings.create(model=narrow, input="a cat sits", dimensions=384)
