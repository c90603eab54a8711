"""What models cost: dollars for a million tokens, exact to the last digit."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens that a model reads, and for a million that it writes."""

    input: Decimal
    output: Decimal = Decimal(0)


Prices: TypeAlias = Mapping[str, Price]


def cost(prices: Prices, model: str, num_input_tokens: int, num_output_tokens: int) -> Decimal | None:
    """In US dollars; None for a model whose price nobody has told."""
    price = prices.get(model)
    if price is None:
        return None
    return (price.input * num_input_tokens + price.output * num_output_tokens) / _MILLION
