"""How moments, days and amounts are written, in words for those who have never seen this API."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from strawberry.schema.types.base_scalars import DateDefinition, DateTimeDefinition, DecimalDefinition
from strawberry.types.scalar import ScalarDefinition

SCALARS: Mapping[object, ScalarDefinition] = {
    datetime: replace(
        DateTimeDefinition,
        description="A moment in ISO 8601, in UTC where it is ours: `2026-11-25T17:30:00.123456+00:00`. "
        "One that you give without an offset is taken as UTC.",
    ),
    date: replace(DateDefinition, description="A day in ISO 8601: `2026-11-25`."),
    Decimal: replace(
        DecimalDefinition,
        description='An exact decimal number, written as text so that no digit is lost: `"0.0125"`.',
    ),
}
"""Strawberry's own scalars with our words; what they read and write is the same."""
