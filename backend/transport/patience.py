"""How long an HTTP connection may take to say what it wants: or it is let go of.

The server's own clock runs between requests alone, and any byte stops it: a client that says one byte now and
then would keep its connection for ever, and enough of those keep everybody else out.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol


class PatientHttp(H11Protocol):
    """Ends connections whose head or body is late. While a request is answered no clock of this runs."""

    head_seconds = 10.0
    """From the connection, or the answer before, to the end of a request's head."""
    body_seconds = 60.0
    """From its head to the end of its body; the longest is a megabyte."""
    deadline: asyncio.TimerHandle | None = None
    _num_unread = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait(self.head_seconds)

    def handle_events(self) -> None:
        before = self.cycle
        super().handle_events()
        if self.cycle is None or self.cycle.response_complete:
            return
        if not self.cycle.more_body:
            self._rest()
        elif self.cycle is not before:
            self._wait(self.body_seconds)

    def handle_websocket_upgrade(self, event: Any) -> None:
        """The socket has clocks of its own."""
        self._rest()
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        self._wait(self.head_seconds)
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def _wait(self, seconds: float) -> None:
        self._rest()
        self.deadline = self.loop.call_later(seconds, self._end, seconds)

    def _rest(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None

    def _end(self, seconds: float) -> None:
        """Not yet while the client still takes in the answer before, bit by bit."""
        num_unread = self.transport.get_write_buffer_size()
        if num_unread and num_unread != self._num_unread:
            self._num_unread = num_unread
            self._wait(seconds)
        else:
            self.transport.abort()
