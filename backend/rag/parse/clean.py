"""Text as it may be stored and searched: no control characters, no lone surrogates, single spaces."""

import re

_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 133), *range(134, 160)])
_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x2060, 0xFEFF, 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)])
_LIGATURES = dict(zip(range(0xFB00, 0xFB07), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True))
_TABLE = {**_CONTROLS, **_INVISIBLE, **_LIGATURES}
_BREAK = re.compile(r"\r\n?|[\n\v\f\x85\u2028\u2029]")


def characters(text: str) -> str:
    """The same text without characters that a database refuses or a reader cannot see; line breaks stay."""
    return text.translate(_TABLE)


def line(text: str) -> str:
    """One line: every run of white space is one space, none at the ends."""
    return " ".join(characters(text).split())


def lines(text: str) -> list[str]:
    """The lines of a text that are not blank, each cleaned by itself."""
    return [cleaned for part in _BREAK.split(text) if (cleaned := line(part))]


def code_lines(text: str) -> list[str]:
    """As `lines`, but spaces before and inside a line stay: they mean something in code."""
    parts = (characters(part).expandtabs(4).rstrip() for part in _BREAK.split(text))
    return [part for part in parts if part]
