"""Hearing of stops: the answers this process writes, and the control messages that end one at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID
from weakref import WeakKeyDictionary

from backend.events import Hub
from backend.services.messages.stop import STOP
from backend.services.work import Lease

_LEASES: WeakKeyDictionary[Hub, dict[UUID, Lease]] = WeakKeyDictionary()


@contextmanager
def listening(hub: Hub, lease: Lease) -> Iterator[None]:
    """While the block runs, a stop of its row ends the lease's work."""
    leases = _leases_of(hub)
    leases[lease.row_id] = lease
    try:
        yield
    finally:
        if leases.get(lease.row_id) is lease:
            del leases[lease.row_id]


def _leases_of(hub: Hub) -> dict[UUID, Lease]:
    """One callback per hub, since a hub forgets none."""
    if hub not in _LEASES:
        leases: dict[UUID, Lease] = {}

        def hear(message: dict[str, str]) -> None:
            if message.get("kind") == STOP and (lease := leases.get(UUID(message["message_id"]))):
                lease.stop()

        hub.on_control(hear)
        _LEASES[hub] = leases
    return _LEASES[hub]
