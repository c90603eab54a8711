"""Parts of a zipped document, read within a budget, so that a small file cannot unpack into a vast one."""

import lzma
import re
import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from backend.rag.parse.page import ParseError, Reason

_MAX_PARTS = 20_000
_ENCRYPTED = 0x1
_BLOCK = 1 << 20
BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, ValueError, EOFError, OSError, RuntimeError)
"""All that the standard library raises over zips that are damaged or made to confuse."""


class Archive:
    """A zip file whose parts together may unpack to `max_bytes`, by what it declares and by what it holds.

    Raises ParseError: CORRUPT, ENCRYPTED, or TOO_LARGE before anything is unpacked where it is declared.
    """

    def __init__(self, path: Path | BinaryIO, *, max_bytes: int) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except BROKEN as error:
            raise ParseError(Reason.CORRUPT) from error
        self._left = max_bytes
        infos = self._zip.infolist()
        if len(infos) > _MAX_PARTS or sum(info.file_size for info in infos) > max_bytes:
            raise ParseError(Reason.TOO_LARGE)
        if any(info.flag_bits & _ENCRYPTED for info in infos):
            raise ParseError(Reason.ENCRYPTED)
        self._names = {info.filename: info for info in infos}
        # Some differ in case and slashes from what refers to them, and Office does not mind.
        self._plain_names = {_plain(info.filename): info for info in infos}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def has(self, name: str) -> bool:
        return name in self._names or _plain(name) in self._plain_names

    def names(self, pattern: re.Pattern[str]) -> list[str]:
        """The parts whose whole name matches."""
        return [name for name in self._names if pattern.fullmatch(name)]

    def read(self, name: str) -> bytes | None:
        """The whole part, or None if there is none of that name."""
        info = self._names.get(name) or self._plain_names.get(_plain(name))
        if info is None:
            return None
        data = bytearray()
        try:
            with self._zip.open(info) as part:
                while block := part.read(_BLOCK):
                    data += block
                    self._spend(len(block))
        except BROKEN as error:
            raise ParseError(Reason.CORRUPT) from error
        return bytes(data)

    def _spend(self, num_bytes: int) -> None:
        self._left -= num_bytes
        if self._left < 0:
            raise ParseError(Reason.TOO_LARGE)


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
