"""The playground: GraphiQL, served from this package, without any other host."""

from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).parent / "files"
PATH = "/playground"
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; "
    "connect-src 'self' ws: wss:; frame-ancestors 'none'"
)


def is_wanted(request: Request) -> bool:
    """Whether a person's browser asks for a page, and not a program for data."""
    return (
        request.method == "GET"
        and "query" not in request.query_params
        and "text/html" in request.headers.get("accept", "")
    )


def page() -> Response:
    return HTMLResponse(_html(), headers={"Content-Security-Policy": POLICY})


def files() -> StaticFiles:
    """GraphiQL's own files, to be mounted at `PATH`."""
    return StaticFiles(directory=FOLDER)


@cache
def _html() -> str:
    return (FOLDER / "index.html").read_text()
