"""What was spent, as the API shows it: only ever the viewer's own."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import strawberry

from backend.schema.context import Info, UsageKey
from db.models.usage import UsageOf


class SpentRow(Protocol):
    """Calls added up."""

    @property
    def model(self) -> str: ...
    @property
    def num_calls(self) -> int: ...
    @property
    def num_input_tokens(self) -> int: ...
    @property
    def num_output_tokens(self) -> int: ...
    @property
    def cost_usd(self) -> Decimal: ...
    @property
    def num_unpriced_calls(self) -> int: ...


@strawberry.type(description="What was spent on one model.")
class ModelUsage:
    model: str = strawberry.field(description="The model's name.")
    num_calls: int = strawberry.field(description="How often it was called.")
    num_input_tokens: int = strawberry.field(description="How many tokens it read.")
    num_output_tokens: int = strawberry.field(description="How many tokens it wrote.")
    cost_usd: Decimal = strawberry.field(description="What that cost in US dollars, as far as it is known.")
    num_unpriced_calls: int = strawberry.field(
        description="How many of the calls are not in `costUsd`, since nobody set the model's price."
    )


@strawberry.type(description="What you spent; stopped and failed work was paid for as well.")
class UsageTotal:
    num_calls: int = strawberry.field(description="How often models were called.")
    num_input_tokens: int = strawberry.field(description="How many tokens they read.")
    num_output_tokens: int = strawberry.field(description="How many tokens they wrote.")
    cost_usd: Decimal = strawberry.field(description="What that cost in US dollars, as far as it is known.")
    num_unpriced_calls: int = strawberry.field(description="How many of the calls are not in `costUsd`.")
    by_model: list[ModelUsage] = strawberry.field(description="The same for each model, by name.")


async def usage_of(info: Info, of: UsageOf, owner_id: UUID) -> UsageTotal:
    """What the viewer spent for one owner."""
    return total_of(await info.context.loaders.usage_by_owner.load(UsageKey(of, owner_id)))


def total_of(spent: Sequence[SpentRow]) -> UsageTotal:
    """Spending by model, and added up."""
    return UsageTotal(
        num_calls=sum(each.num_calls for each in spent),
        num_input_tokens=sum(each.num_input_tokens for each in spent),
        num_output_tokens=sum(each.num_output_tokens for each in spent),
        cost_usd=sum((each.cost_usd for each in spent), Decimal(0)),
        num_unpriced_calls=sum(each.num_unpriced_calls for each in spent),
        by_model=[
            ModelUsage(
                model=each.model,
                num_calls=each.num_calls,
                num_input_tokens=each.num_input_tokens,
                num_output_tokens=each.num_output_tokens,
                cost_usd=each.cost_usd,
                num_unpriced_calls=each.num_unpriced_calls,
            )
            for each in spent
        ],
    )
