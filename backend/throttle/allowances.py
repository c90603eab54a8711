"""What each sender may spend in a time: a bucket that fills by itself, shared by all processes."""

from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic

from redis.asyncio import Redis

from backend.reach import Reach
from backend.throttle import scripts

LOTS = 100
"""Points are fetched from Redis by the hundredth of a bucket, so that most operations ask nobody."""
HAND_SECONDS = 5.0
"""How long a process may keep what it has fetched and not spent."""
MAX_HANDS = 10_000


@dataclass(frozen=True, slots=True)
class Balance:
    """What is `left` of a bucket. With `retry_after`, in seconds, nothing was spent: there was too little."""

    left: int
    retry_after: float | None = None


@dataclass(slots=True)
class _Hand:
    """What this process has fetched for a sender: points, those left in the bucket then, and until when."""

    points: int
    left: int
    until: float


class Allowances:
    """Buckets of `capacity` points that fill by `per_second`. While Redis is away everybody may spend."""

    def __init__(self, redis: Redis, name: str, *, capacity: int, per_second: float) -> None:
        self.capacity = capacity
        self.per_second = per_second
        self._name = name
        self._spend = redis.register_script(scripts.SPEND)
        self._reach = Reach("allowances.unknown")
        self._hands: OrderedDict[str, _Hand] = OrderedDict()
        self._fetching: set[str] = set()

    async def spend(self, whose: str, points: int) -> Balance:
        """Take `points`, the whole bucket at most, out of somebody's bucket, or nothing at all."""
        points = min(points, self.capacity)
        hand = self._hand(whose)
        if hand.points >= points:
            hand.points -= points
            return Balance(hand.left + hand.points)
        # Out of the hand before anybody is asked: others spend meanwhile.
        in_hand, hand.points = hand.points, 0
        least = points - in_hand
        answer = await self._fetch_lot(whose, least)
        if answer is None:
            return Balance(self.capacity)
        granted, left, wait_ms = answer
        if granted < least:
            self._put(whose, in_hand, left)
            return Balance(left + in_hand, wait_ms / 1000)
        self._put(whose, granted - least, left)
        return Balance(left + granted - least)

    async def _fetch_lot(self, whose: str, least: int) -> list[int] | None:
        """One lot at a time: of a sender who asks for much at once, each would fetch another."""
        if whose in self._fetching:
            return await self._fetch(whose, least, least)
        self._fetching.add(whose)
        try:
            return await self._fetch(whose, least, least + max(1, self.capacity // LOTS))
        finally:
            self._fetching.discard(whose)

    async def _fetch(self, whose: str, least: int, wanted: int) -> list[int] | None:
        key = f"opentrace:allowance:{self._name}:{whose}"
        arguments: list[int | float] = [self.capacity, self.per_second, least, wanted]
        answer: list[int] | None = await self._reach.ask(lambda: self._spend(keys=[key], args=arguments))
        return answer

    def _hand(self, whose: str) -> _Hand:
        hand = self._hands.get(whose)
        return hand if hand is not None and hand.until > monotonic() else _Hand(0, 0, 0.0)

    def _put(self, whose: str, points: int, left: int) -> None:
        """Into the hand, beside what others have fetched meanwhile."""
        points += self._hand(whose).points
        self._hands[whose] = _Hand(points, left, monotonic() + HAND_SECONDS)
        self._hands.move_to_end(whose)
        if len(self._hands) > MAX_HANDS:
            self._hands.popitem(last=False)
