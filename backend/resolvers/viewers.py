"""Who a token's identity is here: asked of the database once a minute, not with every request."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

from backend.auth import Identity, Viewer
from backend.services import access, users
from backend.transactions import Transactions

SECONDS = 60.0
SIZE = 10_000


@dataclass
class Viewers:
    """Remembers for a minute which user an identity is; the token itself is checked every time."""

    transactions: Transactions
    clock: Callable[[], float] = monotonic
    _known: OrderedDict[tuple[str, str | None, str | None], tuple[float, UUID]] = field(
        default_factory=OrderedDict
    )

    async def viewer(self, identity: Identity) -> Viewer:
        """The viewer that `identity` is; their row is made at the first call. Raises Unavailable."""
        key = (identity.subject, identity.email, identity.name)
        until, user_id = self._known.get(key, (0.0, None))
        if user_id is None or until < self.clock():
            async with self.transactions.unit_of_work() as session:
                viewer = await users.sign_in(session, identity=identity)
            self._remember(key, viewer.user_id)
            return viewer
        return Viewer(user_id, identity.subject, identity.session_id, identity.expires_at)

    def hear(self, message: dict[str, str]) -> None:
        """Forget everybody when somebody's access has ended: asking again is cheap."""
        if message.get("kind") == access.ENDED:
            self._known.clear()

    def _remember(self, key: tuple[str, str | None, str | None], user_id: UUID) -> None:
        self._known[key] = (self.clock() + SECONDS, user_id)
        self._known.move_to_end(key)
        if len(self._known) > SIZE:
            self._known.popitem(last=False)
