"""How many tokens a text costs, estimated without a tokenizer's files, which would have to be downloaded."""

import string

_PLAIN = (string.ascii_letters + " ").encode()


def estimate(text: str) -> int:
    """Tokens a byte-pair tokenizer would make of `text`, rather too many than too few; 0 only for "".

    English words average 4 to 5 characters a token and count as 3; digits and punctuation count as 1.5 bytes
    a token; other scripts as 2 bytes (Cyrillic 1, Chinese 1.5 tokens a character). Never more than the number
    of UTF-8 bytes, which no byte-level tokenizer exceeds. Base64 and the like can cost up to twice as much.
    """
    data = text.encode("utf-8", "surrogatepass")
    rest = data.translate(None, _PLAIN)
    ascii_rest = sum(map(len, rest.decode("utf-8", "ignore").encode("ascii", "ignore").splitlines(True)))
    plain, foreign = len(data) - len(rest), len(rest) - ascii_rest
    tokens = plain / 3 + ascii_rest / 1.5 + foreign / 2
    return min(len(data), int(tokens) + 1) if data else 0
