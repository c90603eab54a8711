"""Bytes into text when nobody says, or somebody lies about, how they were encoded."""

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def text(data: bytes) -> str:
    """Decode plain text: its byte order mark, else UTF-8, else Windows' Latin-1; never fails."""
    name = encoding_by_mark(data) or encoding_by_zeros(data)
    if name is None:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return latin(data)
    return data.decode(name, "replace")


def encoding_by_mark(data: bytes) -> str | None:
    """The encoding that a byte order mark announces."""
    return next((name for mark, name in _MARKS if data.startswith(mark)), None)


def encoding_by_zeros(data: bytes) -> str | None:
    """UTF-16 without a mark, told by the zero bytes beside mostly Latin letters."""
    head = data[:4096]
    zeros_even, zeros_odd, half = head[::2].count(0), head[1::2].count(0), len(head) // 2
    if half and zeros_odd > half * 0.4 and zeros_even < half * 0.05:
        return "utf-16-le"
    if half and zeros_even > half * 0.4 and zeros_odd < half * 0.05:
        return "utf-16-be"
    return None


def latin(data: bytes) -> str:
    """Every byte is some character: Windows-1252, or Latin-1 where a byte has none there."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")
