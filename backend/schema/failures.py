"""Why a document or an answer did not come about."""

from typing import Protocol

import strawberry


class FailedRow(Protocol):
    failure_code: str | None
    failure_message: str | None


@strawberry.type(description="Why something did not come about.")
class Failure:
    code: str = strawberry.field(description="What went wrong, for programs.")
    message: str = strawberry.field(description="What went wrong, in a sentence for the person who reads it.")


def failure_of(row: FailedRow) -> Failure | None:
    """The failure that a row remembers, if any."""
    if row.failure_code is None:
        return None
    return Failure(code=row.failure_code, message=row.failure_message or "It failed.")
