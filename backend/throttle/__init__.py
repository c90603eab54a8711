"""What is shared out among all processes: turns at a provider, and what senders may spend in a time."""

from backend.throttle.allowances import Allowances, Balance
from backend.throttle.share import Share
from backend.throttle.turns import Throttle

__all__ = ["Allowances", "Balance", "Share", "Throttle"]
