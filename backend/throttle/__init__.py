"""Turns at a provider, shared by all processes: one pause for all of them, and so many calls at a time."""

from backend.throttle.share import Share
from backend.throttle.turns import Throttle

__all__ = ["Share", "Throttle"]
