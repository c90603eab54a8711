"""The ASGI application at /graphql: one answer or a stream of them over HTTP, everything over WebSocket."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, cast

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.schema.base import BaseSchema
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from backend.auth import Viewer
from backend.errors import AppError
from backend.transport import framing, playground, requests, responses
from backend.transport.caps import whose
from backend.transport.departures import ClientLeft, unless_left
from backend.transport.errors import masked
from backend.transport.requests import BadRequest, GraphQLRequest
from backend.transport.senders import Senders, address_of, bound
from backend.transport.sockets import SocketHandler
from backend.transport.streams import Results, StreamedAnswer


@dataclass(frozen=True)
class TransportLimits:
    """Sizes in bytes, times in seconds."""

    max_body_bytes: int
    request_timeout_seconds: float
    socket_init_seconds: float
    socket_max_age_seconds: float
    """Of streams over HTTP as well."""
    keep_alive_seconds: float
    allowed_origins: tuple[str, ...]
    playground: bool


class GraphQLApp(GraphQL[Any, None]):
    """GraphQL over HTTP by its specification, and over WebSocket by graphql-transport-ws alone.

    The context is made per operation: nothing of one operation is seen by another.
    """

    graphql_transport_ws_handler_class = SocketHandler

    def __init__(self, schema: BaseSchema, senders: Senders, limits: TransportLimits) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            allowed_origins=limits.allowed_origins,
            connection_init_wait_timeout=timedelta(seconds=limits.socket_init_seconds),
        )
        self.senders = senders
        self.limits = limits
        self.socket_max_age_seconds = limits.socket_max_age_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self.run(WebSocket(scope, receive=receive, send=send))
        else:
            try:
                response = await self.respond(Request(scope, receive))
            except ClientLeft:
                return
            await response(scope, receive, send)

    async def respond(self, request: Request) -> ASGIApp:
        """The answer to one HTTP request; it always is one, whatever fails, unless its client has left."""
        if self.limits.playground and playground.is_wanted(request):
            return playground.page()
        accept = request.headers.get("accept")
        streamed = framing.wanted(accept)
        media = responses.JSON
        try:
            media = responses.JSON if streamed else responses.media_type(accept)
            async with asyncio.timeout(self.limits.request_timeout_seconds):
                wanted = await requests.read(request, max_body_bytes=self.limits.max_body_bytes)
                sender = await self.senders.of_header(
                    request.headers.get("authorization"), address_of(request)
                )
                document = await self.senders.documents.find(wanted.query, wanted.name)
                if streamed:
                    return await self._stream(request, wanted, document, sender, streamed)
                async with unless_left(request.receive):
                    return await self._execute(request, wanted, document, sender, media)
        except BadRequest as refusal:
            return responses.refuse(refusal, media)
        except TimeoutError:
            seconds = f"{self.limits.request_timeout_seconds:g}"
            late = BadRequest(504, "TIMEOUT", f"This took longer than {seconds} seconds and was given up.")
            return responses.refuse(late, media)
        except ClientLeft:
            raise
        except AppError as refusal:
            return responses.refuse_expected(refusal, media)
        except Exception as error:
            return responses.respond({"errors": [masked(error)]}, 500, media)

    async def _execute(
        self, request: Request, wanted: GraphQLRequest, document: str, sender: Viewer | AppError, media: str
    ) -> Response:
        context = await self.senders.context(sender, address_of(request), document)
        try:
            with bound(sender):
                result = await self.schema.execute(
                    document,
                    variable_values=wanted.variables,
                    context_value=context,
                    operation_name=wanted.operation_name,
                    allowed_operation_types=_allowed(request.method),
                )
                await self.senders.documents.keep(wanted.query, wanted.name, result, context.charge)
                return responses.answer(result, media)
        except CannotGetOperationTypeError as error:
            raise BadRequest(400, "BAD_REQUEST", error.as_http_error_reason()) from error
        except InvalidOperationTypeError as error:
            raise _not_over_http(error) from error

    async def _stream(
        self,
        request: Request,
        wanted: GraphQLRequest,
        document: str,
        sender: Viewer | AppError,
        frames: framing.Framing,
    ) -> StreamedAnswer:
        """Results one by one. `Last-Event-ID` is the cursor of the last one that the client has seen."""
        who = whose(sender, address_of(request))
        context = await self.senders.context(sender, address_of(request), document)
        # The answer takes its place before anybody else has a turn.
        self.senders.caps.check("connections", who)
        context.resume_after = request.headers.get("last-event-id") or None

        async def results() -> Results:
            with bound(sender):
                source = await self.schema.stream(
                    document,
                    variable_values=wanted.variables,
                    context_value=context,
                    operation_name=wanted.operation_name,
                    allowed_operation_types=_allowed(request.method) | {OperationType.SUBSCRIPTION},
                )
                async with aclosing(source):
                    async for result in source:
                        yield responses.body_of(cast(ExecutionResult, result)), context.cursor

        return StreamedAnswer(
            results,
            frames,
            partial(self.senders.presence.join, sender),
            self.senders.caps.hold("connections", who),
            beat_seconds=self.limits.keep_alive_seconds,
            max_age_seconds=self.limits.socket_max_age_seconds,
        )

    async def get_context(self, request: Any, response: Any) -> Any:
        """What the socket's handler knows: the socket. Each operation's context is built by the handler."""
        return request

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)

    def encode_json(self, data: object) -> str:
        return orjson.dumps(data).decode()


def _allowed(method: str) -> set[OperationType]:
    """What a method may carry: links never change anything, and events do not fit into one answer."""
    return {OperationType.QUERY} if method == "GET" else {OperationType.QUERY, OperationType.MUTATION}


def _not_over_http(error: InvalidOperationTypeError) -> BadRequest:
    if error.operation_type is OperationType.SUBSCRIPTION:
        return BadRequest(
            400,
            "SUBSCRIPTION_OVER_HTTP",
            "Subscriptions travel over WebSocket, by graphql-transport-ws, or as a stream: "
            f"accept {framing.EVENTS} or {framing.MULTIPART};subscriptionSpec=1.0.",
        )
    return BadRequest(405, "METHOD_NOT_ALLOWED", "Mutations are sent by POST.", Allow="POST")
