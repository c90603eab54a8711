"""API keys as text: how they are made, told from typing errors without asking anybody, and hashed.

`otk_`, 32 random bytes in base 62, and a checksum, so that a mistyped or made-up key costs no query. Keys are
kept as their SHA-256 alone. A slow hash with salt protects what people choose, since it can be guessed; 256
random bits cannot, at any speed, so it would only let strangers spend our time at every call.
"""

import hashlib
import re
import secrets
import zlib
from dataclasses import dataclass

from backend.errors import NotSignedIn

PREFIX = "otk_"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SECRET_BYTES = 32
_SECRET_DIGITS = 43
_CHECK_DIGITS = 6
_HINT_CHARACTERS = len(PREFIX) + 4
_FORM = re.compile(f"{PREFIX}([0-9A-Za-z]{{{_SECRET_DIGITS}}})([0-9A-Za-z]{{{_CHECK_DIGITS}}})")


@dataclass(frozen=True)
class NewKey:
    """A key that was just made: `text` is for its owner's eyes, once; the rest is kept."""

    text: str
    hint: str
    sha256: bytes


def make() -> NewKey:
    """A key that nobody has seen before."""
    secret = _base62(int.from_bytes(secrets.token_bytes(_SECRET_BYTES)), _SECRET_DIGITS)
    text = f"{PREFIX}{secret}{_check(secret)}"
    return NewKey(text, text[:_HINT_CHARACTERS], _hash(text))


def sha256_of(text: str) -> bytes:
    """What the key is kept as; raises NotSignedIn for what cannot be a key."""
    match = _FORM.fullmatch(text)
    if match is None or match[2] != _check(match[1]):
        raise NotSignedIn("This is no API key: it was cut off or mistyped.")
    return _hash(text)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _check(secret: str) -> str:
    return _base62(zlib.crc32(secret.encode()), _CHECK_DIGITS)


def _base62(number: int, num_digits: int) -> str:
    digits = []
    for _ in range(num_digits):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))
