"""Starts the local model server: `python -m backend.local.models --port PORT --data FOLDER`.

It speaks OpenAI's protocol with four models: `all-MiniLM-L6-v2` embeds (384 dimensions), and so does
`all-MiniLM-L6-v2-256` (256, to have one to change to), `local-maxsim` reranks, and `local-extractive`
chats by quoting. Any model name is accepted; the answer names the one that did the work. Below /tavily it
plays Tavily over a few pages. It ends with the process that started it.

Failures can be rehearsed from outside, here only and never against a paid provider:

    POST /control        {"mode": …, "endpoint": …, "times": …, "retry_after": …, "delay_seconds": …,
                          "tokens_per_second": …, "pages": …,
                          "obedient": …}; every field may be left out
    POST /control/reset  all well again, counts at zero
    GET  /control/stats  for embeddings, chat, rerank and web_search: requests, faults, tokens_sent,
                         closed_by_client (requests whose client hung up), texts (taken for embedding,
                         by SHA-256)

`mode`: `ok`; `429` and `500` refuse, with `Retry-After` if `retry_after` says so; `garbage` answers 200
with half a body; `hang` answers only after `ok` or a reset; `slow` waits `delay_seconds` first; `drop`
breaks the connection, a stream after its third piece. `endpoint`: one of the four, else all. `times`: for
so many requests.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

import click
import uvicorn

from backend.local.models.server import Options, create_app

_PR_SET_PDEATHSIG = 1


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, required=True)
@click.option(
    "--data", type=click.Path(path_type=Path), required=True, help="Where the model's graph is kept."
)
@click.option("--threads", type=int, default=2, show_default=True, help="Threads that compute vectors.")
@click.option(
    "--tokens-per-second",
    type=click.FloatRange(min=0),
    default=0.0,
    envvar="LOCAL_MODELS_TOKENS_PER_SECOND",
    help="The chat's pace; 0: as fast as it goes.",
)
def main(host: str, port: int, data: Path, threads: int, tokens_per_second: float) -> None:
    """Serve embeddings, rerank and chat over OpenAI's protocol."""
    end_with_parent()
    app = create_app(Options(data, threads, tokens_per_second))
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False, timeout_graceful_shutdown=1)


def end_with_parent() -> None:
    """Have the kernel end this process when its parent ends; where it cannot, a supervisor has to."""
    if sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("The process that started this server has ended.")


if __name__ == "__main__":
    main()
