"""How many tokens a text costs, estimated without a tokenizer's files, which would have to be downloaded."""

import string

_PLAIN = (string.ascii_letters + " ").encode()
_ASCII = bytes(range(128))


def estimate(text: str) -> int:
    """Tokens a byte-pair tokenizer would make of `text`, rather too many than too few; 0 only for "".

    English words average 4 to 5 characters a token and count as 3; digits and punctuation count as one token
    each; other scripts as 2 bytes a token (1 for a Cyrillic letter, 1.5 for a Chinese character). Never more
    than the number of UTF-8 bytes, which no byte-level tokenizer exceeds. Base64 can cost twice as much.
    """
    data = text.encode("utf-8", "surrogatepass")
    if not data:
        return 0
    rest = data.translate(None, _PLAIN)
    num_foreign = len(rest.translate(None, _ASCII))
    tokens = (len(data) - len(rest)) / 3 + (len(rest) - num_foreign) + num_foreign / 2
    return min(len(data), int(tokens) + 1)
