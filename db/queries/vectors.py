"""Vectors as PostgreSQL's binary COPY wants them: fixed-width rows, so a batch is one array operation."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from db.models.generations import MAX_DIMENSIONS

_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END = b"\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Field:
    """A field of every row, `width` bytes wide: one value for all rows, or one for each."""

    width: int
    dtype: str
    values: Any


def identifier(value: UUID) -> Field:
    return Field(16, "V16", np.void(value.bytes))


def identifiers(values: Sequence[UUID]) -> Field:
    """One for each row."""
    return Field(16, "V16", np.frombuffer(b"".join(value.bytes for value in values), dtype="V16"))


def word(value: str) -> Field:
    """The same text in every row."""
    data = value.encode()
    return Field(len(data), f"V{len(data)}", np.void(data))


def integer(values: int | Sequence[int]) -> Field:
    return Field(4, ">i4", values)


def moment(value: datetime) -> Field:
    """The same time, to the microsecond, in every row."""
    since = value - _EPOCH
    return Field(8, ">i8", (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)


def digests(values: Sequence[bytes]) -> Field:
    """SHA-256 digests."""
    return Field(32, "V32", np.frombuffer(b"".join(values), dtype="V32"))


def copy_rows(fields: Sequence[Field], vectors: NDArray[np.float32]) -> io.BytesIO:
    """A COPY stream of the fields and, last, an embedding in half precision.

    `vectors` has the shape (rows, dimensions); raises ValueError when it does not fit the fields, when there
    are more dimensions than a row can hold, or when a number does not fit half precision.
    """
    if vectors.ndim != 2:
        raise ValueError(f"{vectors.shape} is no list of vectors")
    num_rows, dimensions = vectors.shape
    if not 0 < dimensions <= MAX_DIMENSIONS:
        raise ValueError(f"{dimensions} dimensions; a row holds 1 to {MAX_DIMENSIONS}")
    rows = np.zeros(num_rows, dtype=_row_type(fields, dimensions))
    rows["num_fields"] = len(fields) + 1
    for place, field in enumerate(fields):
        if np.ndim(field.values) and len(field.values) != num_rows:
            raise ValueError(f"{num_rows} vectors for {len(field.values)} values")
        rows[f"length{place}"] = field.width
        rows[f"value{place}"] = field.values
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


def _row_type(fields: Sequence[Field], dimensions: int) -> np.dtype[np.void]:
    """One row: a count of fields, then each with its length before it; all big-endian and unpadded."""
    parts: list[Any] = [("num_fields", ">i2")]
    for place, field in enumerate(fields):
        parts += [(f"length{place}", ">i4"), (f"value{place}", field.dtype)]
    return np.dtype(
        [
            *parts,
            ("embedding_length", ">i4"),
            ("dimensions", ">i2"),
            ("unused", ">i2"),
            ("numbers", ">f2", (dimensions,)),
        ]
    )
