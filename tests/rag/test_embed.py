"""Batches: by count and by tokens, each text once."""

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from backend.errors import Unavailable
from backend.llm import EmbeddingModel, Models
from backend.rag import embed, tokens
from backend.rag.embed import Batch, Capacity

TWO = EmbeddingModel("two", 2)


def grouped(texts: list[tuple[int, str]], **limits: int) -> list[Any]:
    capacity = replace(Capacity(100, 10**6, 10**6), **limits)
    return [(batch.texts, batch.positions) for batch in embed.batches(texts, capacity)]


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


def test_a_text_above_the_models_own_limit_is_several_inputs() -> None:
    long = "word " * 1000
    texts = [(0, "a"), (1, long), (2, "b")]
    capacity = Capacity(max_inputs=5, max_tokens=10**6, max_input_tokens=tokens.estimate(long) // 3)
    made = list(embed.batches(texts, capacity))
    assert [(batch.texts, [len(pieces) for pieces in batch.pieces]) for batch in made] == [
        (["a", long], [1, 4]),
        (["b"], [1]),
    ]
    assert "".join(made[0].pieces[1]) == long
    assert made[0].num_tokens == tokens.estimate("a") + tokens.estimate(long)


class Answering:
    def __init__(self, vectors: Any) -> None:
        self.vectors = np.array(vectors, dtype=np.float32)

    async def embed(self, texts: list[str], *by: Any) -> Any:
        return SimpleNamespace(vectors=self.vectors, num_tokens=7)


async def embedded(vectors: Any) -> embed.Vectors:
    models = cast(Models, Answering(vectors))
    batch = Batch(["a", "b"], [[0, 2], [1]], [["a"], ["b"]])
    return await embed.embed(models, batch, TWO)


async def test_every_place_gets_the_vector_of_its_text() -> None:
    bought = await embedded([[1, 2], [3, 4]])
    assert bought.batch.places == [0, 2, 1]
    assert bought.by_place.tolist() == [[1, 2], [1, 2], [3, 4]]
    assert bought.num_tokens == 7


async def test_the_vector_of_a_text_in_pieces_is_their_mean_by_length() -> None:
    models = cast(Models, Answering([[1, 0], [2, 0], [0, 1]]))
    batch = Batch(["a", "bbbb"], [[0], [1]], [["a"], ["bbb", "b"]])
    bought = await embed.embed(models, batch, TWO)
    mean = np.array([2 * 3, 1]) / math.hypot(6, 1)
    assert np.allclose(bought.vectors, [[1, 0], mean])


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
