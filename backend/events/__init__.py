"""Events with cursors: published by workers and services, followed by subscriptions (docs/adr/0003)."""

from backend.events.connect import connect
from backend.events.cursor import Cursor
from backend.events.envelope import EVENTS_MISSED, TEXT_APPENDED, Event, now
from backend.events.follow import Snapshot, follow
from backend.events.hub import Hub
from backend.events.publish import ANNOUNCED, Publisher, announce
from backend.events.writer import EventWriter

__all__ = [
    "ANNOUNCED",
    "EVENTS_MISSED",
    "TEXT_APPENDED",
    "Cursor",
    "Event",
    "EventWriter",
    "Hub",
    "Publisher",
    "Snapshot",
    "announce",
    "connect",
    "follow",
    "now",
]
