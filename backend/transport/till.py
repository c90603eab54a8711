"""Where each operation is paid for before it runs: its price, and what its sender may still spend."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode

from backend.auth import Viewer
from backend.errors import AppError, RateLimited
from backend.throttle import Allowances
from backend.transport.caps import whose
from backend.transport.cost import Price, price

MAX_PRICES = 512
FAILED_SIGN_IN_POINTS = 50
FREE_CHARACTERS, CHARACTERS_PER_POINT = 500, 12
"""Of a document that is new here, beyond the first: to read so much takes as long as to load an object."""
MAX_VALID = 512


class Spent(RateLimited):
    """The sender's bucket holds too little; `cost` says so in the words of `extensions.cost`."""

    retry_after: float

    def __init__(self, message: str, *, retry_after: float, cost: dict[str, Any]) -> None:
        super().__init__(message, retry_after=retry_after)
        self.cost = cost


class Prices:
    """Remembers what documents cost; a document is known by its being the same object, as parsers keep it."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[DocumentNode, Price]] = {}

    def of(self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> Price:
        key = (id(document), id(operation))
        found = self._known.get(key)
        if found is not None and found[0] is document:
            return found[1]
        if len(self._known) >= MAX_PRICES:
            self._known.clear()
        self._known[key] = (document, price(schema, document, operation))
        return self._known[key][1]


@dataclass(frozen=True)
class Till:
    """`most` is what one operation may cost; each person, key and address has a bucket of its own."""

    most: int
    people: Allowances
    addresses: Allowances
    _valid: OrderedDict[str, None] = field(default_factory=OrderedDict)
    """Documents that were read and found valid: they are kept, so to read them again costs nothing."""

    async def read(self, sender: Viewer | AppError, address: str, document: str) -> int:
        """The points that were charged for the reading of a document, before it is read. Raises Spent."""
        length = 0 if document in self._valid else len(document)
        points = max(0, length - FREE_CHARACTERS) // CHARACTERS_PER_POINT
        if points:
            await self.charge(sender, address, 0, points)
        return points

    async def pay(
        self, sender: Viewer | AppError, address: str, document: str, paid: int, points: int
    ) -> dict[str, Any]:
        """Charge for an operation of a document that has proved valid."""
        self._valid[document] = None
        self._valid.move_to_end(document)
        if len(self._valid) > MAX_VALID:
            self._valid.popitem(last=False)
        return await self.charge(sender, address, paid, points)

    async def charge(self, sender: Viewer | AppError, address: str, paid: int, points: int) -> dict[str, Any]:
        """What was charged, as `extensions.cost` tells it, with what was `paid` before.

        Raises GraphQLError for an operation that is too expensive, and Spent.
        """
        if points > self.most:
            raise too_expensive(points, self.most)
        bucket = self.addresses if isinstance(sender, AppError) else self.people
        balance = await bucket.spend(whose(sender, address), points)
        cost = {
            "requested": paid + points,
            "budget": bucket.capacity,
            "remaining": balance.left,
            "restoreRate": bucket.per_second,
        }
        if balance.retry_after is not None:
            raise Spent(
                f"You have asked for much in a short time. This costs {points} points and you have "
                f"{balance.left}: try again in {ceil(balance.retry_after)} seconds.",
                retry_after=balance.retry_after,
                cost=cost,
            )
        return cost

    async def failed_sign_in(self, address: str) -> None:
        """Raises RateLimited for an address that has failed too often."""
        balance = await self.addresses.spend(f"address:{address}", FAILED_SIGN_IN_POINTS)
        if balance.retry_after is not None:
            raise RateLimited(
                f"Too many tries to sign in from here: try again in {ceil(balance.retry_after)} seconds.",
                retry_after=balance.retry_after,
            )


def too_expensive(points: int, most: int) -> GraphQLError:
    extensions = {"code": "TOO_EXPENSIVE", "limit": most, "found": points}
    message = (
        f"This operation costs {points} points, and {most} is the most: ask for smaller pages, or for less."
    )
    return GraphQLError(message, extensions=extensions)


def headers(cost: Mapping[str, Any]) -> dict[str, str]:
    """What HTTP tells of a sender's bucket: its size, what is left, and in how many seconds it is full."""
    missing = max(0, cost["budget"] - cost["remaining"])
    return {
        "RateLimit-Limit": str(cost["budget"]),
        "RateLimit-Remaining": str(cost["remaining"]),
        "RateLimit-Reset": str(ceil(missing / cost["restoreRate"])),
    }
