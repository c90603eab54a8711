"""The model server's addresses: each reads its request, plays an ordered failure, and answers."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from backend.local.models import chat, embed, encoder, obedient, rerank, web
from backend.local.models.completion import Completion, usage
from backend.local.models.control import Controls, Endpoint, Fault, Mode, Order
from backend.local.models.encoder import Encoder
from backend.local.models.faults import Gone, play, unless_gone
from backend.local.models.protocol import Body, ChatRequest, EmbeddingRequest, RerankRequest, read
from backend.local.models.refusals import Refusal, failed, refused, unknown_address
from backend.local.models.stream import Stream
from backend.local.models.turns import Turns
from backend.local.models.web import WebSearchRequest

_CLIENT_CLOSED = 499
MODELS = (chat.MODEL, encoder.MODEL, rerank.MODEL)


@dataclass(frozen=True)
class Options:
    """Where the graph is kept, how many threads compute, and the chat's pace (0: as fast as it goes)."""

    folder: Path
    threads: int = 2
    tokens_per_second: float = 0.0


def create_app(options: Options) -> Starlette:
    """The server. It listens only once the model is loaded, so an answer of /healthz means ready."""
    server = Server(options)
    return Starlette(
        routes=server.routes(),
        lifespan=server.lifespan,
        exception_handlers={Refusal: refused, 404: unknown_address, 405: unknown_address, Exception: failed},
    )


class Server:
    encoder: Encoder
    turns: Turns
    controls: Controls

    def __init__(self, options: Options) -> None:
        self._options = options

    def routes(self) -> list[Route]:
        served: dict[str, tuple[str, Callable[[Request], Any]]] = {
            "/healthz": ("GET", self.health),
            "/v1/models": ("GET", self.models),
            "/v1/embeddings": ("POST", self.embeddings),
            "/v1/chat/completions": ("POST", self.completions),
            "/v1/rerank": ("POST", self.rerank),
            "/v2/rerank": ("POST", self.rerank),
            "/tavily/search": ("POST", self.web_search),
            "/control": ("POST", self.control),
            "/control/stats": ("GET", self.stats),
            "/control/reset": ("POST", self.reset),
        }
        return [Route(path, handler, methods=[method]) for path, (method, handler) in served.items()]

    @contextlib.asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        options = self._options
        self.controls = Controls(options.tokens_per_second)
        self.encoder = await asyncio.to_thread(Encoder, options.folder, threads=options.threads)
        self.turns = Turns(self.encoder.run)
        yield
        await self.turns.close()

    async def health(self, _: Request) -> Response:
        """`pid` lets whoever started a server see that it is theirs that answers."""
        return JSONResponse({"status": "ok", "pid": os.getpid()})

    async def models(self, _: Request) -> Response:
        kept = [{"id": name, "object": "model", "created": 0, "owned_by": "local"} for name in MODELS]
        return JSONResponse({"object": "list", "data": kept})

    async def embeddings(self, request: Request) -> ASGIApp:
        async def work(body: EmbeddingRequest, _: Fault | None) -> ASGIApp:
            ids = await asyncio.to_thread(embed.tokens, body, self.encoder)
            self.controls.count_texts(body.texts)
            return JSONResponse(await embed.reply(body, ids, self.encoder, self.turns))

        return await self._serve(request, Endpoint.EMBEDDINGS, EmbeddingRequest, work)

    async def rerank(self, request: Request) -> ASGIApp:
        async def work(body: RerankRequest, _: Fault | None) -> ASGIApp:
            return JSONResponse(await rerank.reply(body, self.encoder, self.turns))

        return await self._serve(request, Endpoint.RERANK, RerankRequest, work)

    async def completions(self, request: Request) -> ASGIApp:
        async def work(body: ChatRequest, fault: Fault | None) -> ASGIApp:
            self.controls.count_texts([body.messages[-1].text], Endpoint.CHAT)
            reply = obedient.reply(body) if self.controls.is_obedient else chat.reply(body)
            reply = chat.misquoted(reply, body, self.controls.misquote)
            completion = Completion(reply, usage(body, reply, self.encoder))
            if body.stream:
                return Stream(completion, self.controls, body.wants_usage, dropped=fault is not None)
            return JSONResponse(completion.whole())

        return await self._serve(request, Endpoint.CHAT, ChatRequest, work)

    async def web_search(self, request: Request) -> ASGIApp:
        web.admit(request)

        async def work(body: WebSearchRequest, _: Fault | None) -> ASGIApp:
            return JSONResponse(web.search(body, self.controls.pages))

        return await self._serve(request, Endpoint.WEB_SEARCH, WebSearchRequest, work)

    async def control(self, request: Request) -> Response:
        self.controls.obey(await read(request, Order))
        return JSONResponse({"status": "ok"})

    async def stats(self, _: Request) -> Response:
        return JSONResponse(self.controls.report())

    async def reset(self, _: Request) -> Response:
        self.controls.reset()
        return JSONResponse({"status": "ok"})

    async def _serve(
        self,
        request: Request,
        endpoint: Endpoint,
        kind: type[Body],
        work: Callable[[Body, Fault | None], Coroutine[Any, Any, ASGIApp]],
    ) -> ASGIApp:
        """Count the request, play its failure if one is ordered, else do the work unless the client leaves.

        `work` gets the failure only where it has to play it itself: a stream that breaks off.
        """
        body = await read(request, kind)
        streams = isinstance(body, ChatRequest) and body.stream
        fault = self.controls.admit(endpoint)
        try:
            if fault and not (fault.mode is Mode.DROP and streams):
                failure = await play(fault, request, self.controls, stream=streams)
                if failure:
                    return failure
                fault = None
            with self.controls.under_way(endpoint):
                return await unless_gone(request, work(body, fault))
        except Gone:
            self.controls.counts[endpoint].num_closed_by_client += 1
            return Response(status_code=_CLIENT_CLOSED)
