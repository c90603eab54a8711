"""Which servers are our own: a proxy of the environment cannot reach them."""

from urllib.parse import urlsplit

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def is_near(url: str) -> bool:
    """Whether the address is on this machine's loopback."""
    return urlsplit(url).hostname in _LOOPBACK
