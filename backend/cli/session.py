"""Which API a command speaks to, and as whom: the environment's, else the local installation's."""

import os

from backend.cli.client import ApiError, Client
from backend.local import installation as installations
from backend.local import issuer

TOKEN_SECONDS = 3600
DAY_SECONDS = 24 * 3600


def connect() -> Client:
    """The API of OPENTRACE_API_URL with OPENTRACE_TOKEN, or the local one with a token made for it.

    Raises ApiError that says how to start one when neither is there.
    """
    if url := os.environ.get("OPENTRACE_API_URL"):
        token = os.environ.get("OPENTRACE_TOKEN")
        if token is None:
            raise ApiError("Set OPENTRACE_TOKEN to a token for the API of OPENTRACE_API_URL.")
        return Client(url.rstrip("/").removesuffix("/graphql"), lambda: token)
    env = installations.find().read_env()
    if not env:
        raise ApiError("No API is running here. Start one with `make up`, or set OPENTRACE_API_URL.")
    return Client(f"http://127.0.0.1:{env['OPENTRACE_API__PORT']}", lambda: local_token(TOKEN_SECONDS))


def local_token(ttl_seconds: int) -> str:
    """A token of the local issuer for the one user of a local installation."""
    return issuer.issue(installations.find().folder, ttl_seconds=ttl_seconds)
