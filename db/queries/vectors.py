"""Vectors as PostgreSQL's binary COPY wants them: fixed-width rows, so a batch is one array operation."""

import io
from collections.abc import Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from db.models.projects import MAX_DIMENSIONS

_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END = b"\xff\xff"


def copy_rows(
    version_id: UUID, generation_id: UUID, positions: Sequence[int], vectors: NDArray[np.float32]
) -> io.BytesIO:
    """A COPY stream of (version_id, generation_id, position, embedding) with halfvec embeddings.

    `vectors` has the shape (len(positions), dimensions); raises ValueError when it has not, when there are
    more dimensions than a row can hold, or when a number does not fit half precision.
    """
    if vectors.ndim != 2 or vectors.shape[0] != len(positions):
        raise ValueError(f"{vectors.shape} vectors for {len(positions)} positions")
    dimensions = vectors.shape[1]
    if not 0 < dimensions <= MAX_DIMENSIONS:
        raise ValueError(f"{dimensions} dimensions; a row holds 1 to {MAX_DIMENSIONS}")
    rows = np.zeros(len(positions), dtype=_row_type(dimensions))
    rows["num_fields"] = 4
    rows["version_length"] = rows["generation_length"] = 16
    rows["version"] = np.void(version_id.bytes)
    rows["generation"] = np.void(generation_id.bytes)
    rows["position_length"] = 4
    rows["position"] = positions
    rows["embedding_length"] = 4 + 2 * dimensions
    rows["dimensions"] = dimensions
    rows["numbers"] = _halves(vectors)
    return io.BytesIO(_SIGNATURE + rows.tobytes() + _END)


def _halves(vectors: NDArray[np.float32]) -> NDArray[np.float16]:
    with np.errstate(over="ignore"):
        halves = vectors.astype(">f2")
    if not np.isfinite(halves).all():
        raise ValueError("a vector holds a number that does not fit half precision")
    return halves


def _row_type(dimensions: int) -> np.dtype[np.void]:
    """One row: a count of fields, then each with its length before it; all big-endian and unpadded."""
    return np.dtype(
        [
            ("num_fields", ">i2"),
            ("version_length", ">i4"),
            ("version", "V16"),
            ("generation_length", ">i4"),
            ("generation", "V16"),
            ("position_length", ">i4"),
            ("position", ">i4"),
            ("embedding_length", ">i4"),
            ("dimensions", ">i2"),
            ("unused", ">i2"),
            ("numbers", ">f2", (dimensions,)),
        ]
    )
