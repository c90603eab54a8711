"""Who holds an API key: asked of the database every few seconds, not with every request."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from backend import api_keys as texts
from backend.auth import Viewer
from backend.services import access, api_keys
from backend.transactions import Transactions

SECONDS = 5.0
SIZE = 10_000


@dataclass
class KeyHolders:
    """Remembers for a few seconds who a key signs in, and no longer than until it is said to have ended.

    A process that is not told goes on for that long, but its transactions name the key, and the database then
    shows them nothing. Neither keys nor failures are remembered, only the hashes of keys that held.
    """

    transactions: Transactions
    clock: Callable[[], float] = monotonic
    _known: OrderedDict[bytes, tuple[float, Viewer]] = field(default_factory=OrderedDict)

    async def viewer(self, text: str) -> Viewer:
        """The viewer that the key signs in. Raises NotSignedIn and Unavailable."""
        sha256 = texts.sha256_of(text)
        until, viewer = self._known.get(sha256, (0.0, None))
        if viewer is None or until < self.clock():
            async with self.transactions.unit_of_work() as session:
                viewer = await api_keys.sign_in(session, sha256=sha256)
            self._remember(sha256, viewer)
        return viewer

    def hear(self, message: dict[str, str]) -> None:
        """Forget everybody when a key or a person has ended: that is seldom, and asking again is cheap."""
        if message.get("kind") == access.ENDED:
            self._known.clear()

    def _remember(self, sha256: bytes, viewer: Viewer) -> None:
        self._known[sha256] = (self.clock() + SECONDS, viewer)
        self._known.move_to_end(sha256)
        if len(self._known) > SIZE:
            self._known.popitem(last=False)
