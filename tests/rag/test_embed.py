"""Batches: by count and by tokens, each text once."""

import math
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from backend.errors import Unavailable
from backend.llm import Models
from backend.rag import embed, tokens
from backend.rag.embed import Batch


def grouped(texts: list[tuple[int, str]], *, max_inputs: int = 100, max_tokens: int = 10**6) -> list[Any]:
    made = embed.batches(texts, max_inputs=max_inputs, max_tokens=max_tokens)
    return [(batch.texts, batch.positions) for batch in made]


def test_no_texts_make_no_batch() -> None:
    assert grouped([]) == []


def test_a_batch_holds_no_more_inputs_than_allowed() -> None:
    texts = [(number, f"text {number}") for number in range(5)]
    assert [len(batch) for batch, _ in grouped(texts, max_inputs=2)] == [2, 2, 1]


def test_a_batch_holds_no_more_tokens_than_allowed_but_a_long_text_goes_alone() -> None:
    short, long = "word " * 10, "word " * 1000
    limit = 2 * tokens.estimate(short)
    texts = [(0, short + "a"), (1, long), (2, short + "b"), (3, short + "c")]
    made = grouped(texts, max_tokens=limit + 2)
    assert [positions for _, positions in made] == [[[0]], [[1]], [[2], [3]]]


def test_equal_texts_are_one_input_and_stay_together() -> None:
    texts = [(0, "a"), (1, "b"), (2, "a"), (3, "c"), (4, "a")]
    assert grouped(texts, max_inputs=2) == [(["a", "b"], [[0, 2, 4], [1]]), (["c"], [[3]])]


class Answering:
    def __init__(self, vectors: Any) -> None:
        self.vectors = np.array(vectors, dtype=np.float32)

    async def embed(self, texts: list[str]) -> Any:
        return SimpleNamespace(vectors=self.vectors, num_tokens=7)


async def embedded(vectors: Any) -> embed.Vectors:
    models = cast(Models, Answering(vectors))
    return await embed.embed(models, Batch(["a", "b"], [[0, 2], [1]]), dimensions=2)


async def test_every_place_gets_the_vector_of_its_text() -> None:
    bought = await embedded([[1, 2], [3, 4]])
    assert bought.positions == [0, 2, 1]
    assert bought.vectors.tolist() == [[1, 2], [1, 2], [3, 4]]
    assert bought.num_tokens == 7


@pytest.mark.parametrize(
    "vectors",
    [
        [[1, 2]],
        [[1, 2, 3], [4, 5, 6]],
        [[1, 2], [3, math.nan]],
        [[1, 2], [3, math.inf]],
        [[1, 2], [3, 1e6]],
    ],
)
async def test_an_answer_that_is_not_one_sound_vector_for_each_text_is_refused(vectors: Any) -> None:
    with pytest.raises(Unavailable) as refused:
        await embedded(vectors)
    assert refused.value.code == "MODEL_ANSWER_INVALID"
