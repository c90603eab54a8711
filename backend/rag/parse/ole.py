"""Compound files, the container of old Office formats: what lies in the root, without trusting a number."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from backend.rag.parse.page import ParseError, Reason

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST = 0xFFFFFFFA
"""Sector numbers from here on mean something else: end of chain, free, none."""
_NUM_IN_HEADER = 109
_ENTRY = 128
_MINI = 64
_MAX_ENTRIES = 100_000


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    left: int
    right: int
    child: int
    start: int
    size: int


class Compound:
    """The names of the root's streams and storages; raises ParseError(CORRUPT) where they cannot be told."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        try:
            self._read()
        except (struct.error, IndexError, ValueError) as error:
            raise ParseError(Reason.CORRUPT) from error

    def _read(self) -> None:
        (shift,) = struct.unpack_from("<H", self._data, 30)
        if shift not in (9, 12):
            raise ValueError("a sector has 512 or 4096 bytes")
        self._size = 1 << shift
        directory, self._cutoff = struct.unpack_from("<4xI", self._data, 44)[0], 0
        (self._cutoff,) = struct.unpack_from("<I", self._data, 56)
        self._table = self._sector_table()
        raw = b"".join(map(self._sector, self._chain(directory)))
        self._entries = [_entry(raw, at) for at in range(0, len(raw) - _ENTRY + 1, _ENTRY)][:_MAX_ENTRIES]
        self._root = {entry.name: entry for entry in self._children(self._entries[0].child)}

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._root)

    def head(self, name: str, num_bytes: int) -> bytes:
        """The first bytes of a stream, of at most one small sector (64 bytes); fewer where it ends before."""
        entry = self._root[name]
        is_small = entry.size < self._cutoff
        if not is_small:
            return self._sector(entry.start)[:num_bytes]
        at = entry.start * _MINI
        for number, sector in enumerate(self._chain(self._entries[0].start)):
            if number == at // self._size:
                return self._sector(sector)[at % self._size :][:num_bytes]
        return b""

    def _sector(self, number: int) -> bytes:
        return self._data[(number + 1) * self._size : (number + 2) * self._size]

    def _sector_table(self) -> list[int]:
        """For each sector, which one comes after it."""
        sectors = list(struct.unpack_from(f"<{_NUM_IN_HEADER}I", self._data, 76))
        (more,) = struct.unpack_from("<I", self._data, 68)
        seen: set[int] = set()
        while more < _LAST and more not in seen:
            seen.add(more)
            *numbers, more = _numbers(self._sector(more)) or (_LAST,)
            sectors += numbers
        return [after for sector in sectors if sector < _LAST for after in _numbers(self._sector(sector))]

    def _chain(self, sector: int) -> Iterator[int]:
        seen: set[int] = set()
        while sector < len(self._table) and sector not in seen:
            seen.add(sector)
            yield sector
            sector = self._table[sector]

    def _children(self, top: int) -> Iterator[_Entry]:
        """A storage's entries are a tree of their own."""
        waiting, seen = [top], set[int]()
        while waiting:
            number = waiting.pop()
            if number >= len(self._entries) or number in seen:
                continue
            seen.add(number)
            entry = self._entries[number]
            waiting += [entry.left, entry.right]
            yield entry


def _numbers(sector: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4])


def _entry(raw: bytes, at: int) -> _Entry:
    length, left, right, child = struct.unpack_from("<H2x3I", raw, at + 64)
    start, size = struct.unpack_from("<2I", raw, at + 116)
    name = raw[at : at + min(max(length - 2, 0), 64)].decode("utf-16-le", "replace")
    return _Entry(name, left, right, child, start, size)
