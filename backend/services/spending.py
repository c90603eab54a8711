"""What a person has spent, by message, chat, project or altogether: tokens, and what they cost."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from backend.auth import Viewer
from db.engine import Session
from db.models import Usage
from db.models.usage import UsageOf
from db.queries import usage
from db.queries.usage import ModelTotal

Price: TypeAlias = Callable[[str, int, int], Decimal | None]


@dataclass(frozen=True, slots=True)
class Spent:
    """Calls of one model, or of all; `num_unpriced_calls` have no known price and no cost."""

    model: str
    num_calls: int = 0
    num_input_tokens: int = 0
    num_output_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    num_unpriced_calls: int = 0

    def plus(self, other: "Spent") -> "Spent":
        return Spent(
            self.model,
            self.num_calls + other.num_calls,
            self.num_input_tokens + other.num_input_tokens,
            self.num_output_tokens + other.num_output_tokens,
            self.cost_usd + other.cost_usd,
            self.num_unpriced_calls + other.num_unpriced_calls,
        )


async def by_model(
    session: Session, *, viewer: Viewer, of: UsageOf, ids: Sequence[UUID], price: Price
) -> Mapping[UUID, list[Spent]]:
    """The viewer's own spending for each owner; what was written down without a cost gets today's."""
    found = await usage.totals(session, of, ids, user_id=viewer.user_id)
    return {owner: [_priced(total, price) for total in totals] for owner, totals in found.items()}


def of_calls(calls: Sequence[Usage], price: Price) -> list[Spent]:
    """What these calls cost by model, by today's prices; the models by name."""
    spent: dict[str, Spent] = {}
    for call in calls:
        cost = price(call.model, call.num_input_tokens, call.num_output_tokens)
        tokens = (call.num_input_tokens, call.num_output_tokens)
        one = Spent(call.model, 1, *tokens, cost or Decimal(0), int(cost is None))
        spent[call.model] = spent.get(call.model, Spent(call.model)).plus(one)
    return [spent[model] for model in sorted(spent)]


def altogether(spent: Iterable[Spent]) -> Spent:
    total = Spent("")
    for each in spent:
        total = total.plus(each)
    return total


def _priced(total: ModelTotal, price: Price) -> Spent:
    late = price(total.model, total.num_unpriced_input_tokens, total.num_unpriced_output_tokens)
    return Spent(
        total.model,
        total.num_calls,
        total.num_input_tokens,
        total.num_output_tokens,
        total.cost_usd + (late or 0),
        total.num_unpriced if late is None else 0,
    )
