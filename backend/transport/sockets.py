"""graphql-transport-ws: many operations on one socket, each with a context of its own."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack, aclosing
from typing import Any, Protocol, cast

from graphql import GraphQLError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    SubscribeMessage,
)
from strawberry.types.execution import ExecutionResult, PreExecutionError

from backend import metrics
from backend.auth import Viewer
from backend.errors import AppError, QuotaExceeded, TooLarge
from backend.transport.caps import TOO_MANY_OPEN, whose
from backend.transport.errors import present
from backend.transport.limits import MAX_SOURCE_CHARACTERS
from backend.transport.persisted import name_of
from backend.transport.presence import Ending
from backend.transport.senders import Senders, address_of, authorization_of, bound

FORBIDDEN = 4403
"""Clients of graphql-ws connect again after this code, and give their cursors; 4401 would end them."""

TRY_LATER = 1013
"""Clients of graphql-ws try again after it, and leave more and more time between their tries."""

AGED = Ending(FORBIDDEN, "Maximum age reached; connect again")

MAX_OPERATIONS = 100


class SocketView(Protocol):
    """What a socket knows of the ASGI application that took it."""

    senders: Senders
    socket_max_age_seconds: float


class SocketOperation(Operation[Any, None]):
    """One operation; its errors leave as they do over HTTP."""

    extensions: Any = None

    async def send_initial_errors(self, errors: list[GraphQLError]) -> None:
        payload: Any = [present(error) for error in errors]
        await self.send_operation_message({"id": self.id, "type": "error", "payload": payload})

    async def send_next(self, execution_result: ExecutionResult) -> None:
        payload: dict[str, Any] = {"data": execution_result.data}
        if execution_result.errors:
            payload["errors"] = [present(error) for error in execution_result.errors]
        if execution_result.extensions:
            payload["extensions"] = execution_result.extensions
        message: Any = {"id": self.id, "type": "next", "payload": payload}
        await self.send_operation_message(message)


class SocketHandler(BaseGraphQLTransportWSHandler[Any, None]):
    """One socket. It lives as long as its settings say, not as long as its token, and ends with a code that
    clients retry; the events' cursors make that seamless. Strawberry's `context` is here the socket."""

    sender: Viewer | AppError
    place: ExitStack
    ageing: asyncio.Task[None] | None = None
    ending: asyncio.Task[None] | None = None
    leave: Callable[[], None] | None = None

    @property
    def app(self) -> SocketView:
        return cast(SocketView, self.view)

    @property
    def address(self) -> str:
        return address_of(self.context)

    async def handle(self) -> None:
        """Hold a place of whoever it is: of the address until the sender is known, and then of theirs."""
        with metrics.connection("socket"), ExitStack() as self.place:
            if await self._takes_place(f"address:{self.address}"):
                await super().handle()

    async def _takes_place(self, whose: str) -> bool:
        self.place.close()
        try:
            self.place.enter_context(self.app.senders.caps.hold("connections", whose))
        except QuotaExceeded as error:
            metrics.error_told(error.code)
            await self.websocket.close(code=TRY_LATER, reason=_reason(error.message))
            return False
        return True

    async def shutdown(self) -> None:
        if self.leave is not None:
            self.leave()
        if self.ageing is not None:
            self.ageing.cancel()
        await super().shutdown()

    async def handle_message(self, message: Message) -> None:
        fault = fault_of(message)
        if fault is None:
            await super().handle_message(message)
        else:
            await self.handle_invalid_message(fault)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Sign the sender in, once. A token that does not hold ends the socket; no token is for the
        operations to refuse, as over HTTP."""
        if self.connection_init_received:
            await self.websocket.close(code=4429, reason="Too many initialisation requests")
            return
        self.connection_init_received = True
        if self.connection_init_timeout_task:
            self.connection_init_timeout_task.cancel()
        authorization = authorization_of(message.get("payload") or {})
        authorization = authorization or self.context.headers.get("authorization")
        self.sender = await self.app.senders.of_header(authorization, self.address)
        if authorization is not None and isinstance(self.sender, AppError):
            await self.websocket.close(code=FORBIDDEN, reason=_reason(self.sender.message))
            return
        if not await self._takes_place(whose(self.sender, self.address)):
            return
        await self.send_message({"type": "connection_ack"})
        self.connection_acknowledged = True
        self.ageing = asyncio.create_task(self._end_at_max_age())
        self.leave = self.app.senders.presence.join(self.sender, self._end_soon)

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        if not self.connection_acknowledged:
            await self.websocket.close(code=4401, reason="Unauthorized")
        elif message["id"] in self.operations:
            await self.websocket.close(code=4409, reason=f"Subscriber for {message['id']} already exists")
        else:
            await self._start(message)

    async def _start(self, message: SubscribeMessage) -> None:
        payload = message["payload"]
        operation = SocketOperation(
            self, message["id"], payload["query"], payload.get("variables"), payload.get("operationName")
        )
        operation.extensions = payload.get("extensions")
        self.operations[operation.id] = operation
        if (refusal := self._refusal(operation)) is not None:
            await operation.send_initial_errors([GraphQLError("", original_error=refusal)])
        else:
            operation.task = asyncio.create_task(self.run_operation(operation))
            operation.task.add_done_callback(self._task_done)

    def _refusal(self, operation: SocketOperation) -> AppError | None:
        """Why it is not even begun; it is among the operations already."""
        if len(self.operations) > MAX_OPERATIONS:
            return QuotaExceeded(
                f"The most operations that one socket takes at once is {MAX_OPERATIONS}.", code=TOO_MANY_OPEN
            )
        if len(operation.query) > MAX_SOURCE_CHARACTERS:
            return TooLarge(f"A document may have {MAX_SOURCE_CHARACTERS} characters at most.")
        return None

    async def run_operation(self, operation: Operation[Any, None]) -> None:
        """Run it to its end in a context of its own."""
        with bound(self.sender):
            await self._run(cast(SocketOperation, operation))

    async def _run(self, operation: SocketOperation) -> None:
        senders = self.app.senders
        try:
            with senders.caps.hold("operations", whose(self.sender, self.address)):
                document = await senders.documents.find(operation.query, name_of(operation.extensions))
                source = await self.schema.stream(
                    document,
                    variable_values=operation.variables,
                    context_value=await senders.context(self.sender, self.address, document),
                    operation_name=operation.operation_name,
                )
                async with aclosing(source):
                    await self._send_result_stream(operation, source)
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except WebSocketDisconnected:
            return
        except Exception as error:
            await operation.send_initial_errors([GraphQLError("", original_error=error)])

    async def _handle_pre_execution_error(
        self, operation: Operation[Any, None], result: PreExecutionError
    ) -> None:
        """An operation that cannot be run ends alone; the others on the socket go on."""
        await operation.send_initial_errors(result.errors or [])

    async def _end_at_max_age(self) -> None:
        await asyncio.sleep(self.app.socket_max_age_seconds)
        await self._end(AGED)

    def _end_soon(self, ending: Ending) -> None:
        self.ending = asyncio.create_task(self._end(ending))

    async def _end(self, ending: Ending) -> None:
        """Nothing more is sent; after this code clients connect again, and are asked anew who they are."""
        for operation_id in list(self.operations):
            await self.cleanup_operation(operation_id)
        await self.websocket.close(code=ending.code, reason=ending.reason)


def fault_of(message: Any) -> str | None:
    """What is wrong with the shape of a message, if anything."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "A message must be an object with a type"
    payload = message.get("payload")
    if payload is not None and not isinstance(payload, dict):
        return "A payload must be an object"
    if message["type"] in ("subscribe", "complete") and not _is_id(message.get("id")):
        return "The message needs an id"
    if message["type"] == "subscribe" and not _is_operation(payload or {}):
        return "The payload of subscribe must be an operation"
    return None


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_operation(payload: dict[str, Any]) -> bool:
    return (
        isinstance(payload.get("query"), str)
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
        and isinstance(payload.get("extensions"), dict | None)
    )


def _reason(message: str) -> str:
    """As much of a sentence as a close frame takes: 123 bytes."""
    return message.encode()[:120].decode("utf-8", "ignore")
