"""Bodies of answers: read piece by piece, unpacked, and never more than a limit."""

import zlib
from typing import Any

import httpx

from backend.web import failures

_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


async def read(answer: httpx.Response, max_bytes: int, *, whole: bool = True) -> bytes:
    """At most `max_bytes` bytes of the body, unpacked; of more, the beginning unless it must be `whole`.

    Never more than the limit is unpacked, whatever the packed bytes would become. Raises
    WEB_PAGE_TOO_LARGE, WEB_PAGE_TYPE for an unknown packing and WEB_PAGE_UNREACHABLE for a broken one.
    """
    unpack = _unpacker(answer.headers.get("content-encoding", ""))
    taken = bytearray()
    async for packed in answer.aiter_raw():
        taken += _unpacked(unpack, packed, max_bytes + 1 - len(taken))
        if len(taken) > max_bytes:
            break
    if len(taken) > max_bytes and whole:
        raise failures.too_large(max_bytes)
    if unpack is not None and taken and not unpack.eof and len(taken) <= max_bytes:
        raise failures.unreachable("The page's server broke off its answer.")
    return bytes(taken[:max_bytes])


def _unpacker(encoding: str) -> Any:
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return None
    if encoding in ("gzip", "x-gzip", "deflate"):
        return zlib.decompressobj(_GZIP_OR_ZLIB)
    raise failures.wrong_type("an answer that is packed in a way that was not asked for")


def _unpacked(unpack: Any, packed: bytes, room: int) -> bytes:
    if unpack is None:
        return packed[:room]
    try:
        return bytes(unpack.decompress(packed, room))
    except zlib.error as error:
        raise failures.unreachable("The page's server sends a damaged answer.") from error
