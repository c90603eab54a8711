"""The other end of a socket: it is pinged, and let go of when it is silent."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class PingedSocket(WebSocketsSansIOProtocol):
    """A peer that answers no ping is gone: nothing that waits to be sent to it may keep its sources open."""

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()
