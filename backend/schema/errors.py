"""Expected failures as data: one type for each, all with a message, a code and where it fits a field."""

from typing import ClassVar, TypeAlias

import strawberry
from strawberry.utils.str_converters import to_camel_case

from backend import errors


@strawberry.interface(description="An expected failure: nothing was changed and nothing was queued.")
class Error:
    message: str = strawberry.field(description="What is wrong, in a sentence for the person who reads it.")
    code: str = strawberry.field(description="What is wrong, for programs; a code never changes its meaning.")
    field: str | None = strawberry.field(
        description="The part of the input that is wrong, like `files.0.size`, where one is."
    )

    app_error: ClassVar[type[errors.AppError]] = errors.AppError

    @classmethod
    def of(cls, error: errors.AppError) -> "Error":
        """The member that says `error`."""
        return cls(message=error.message, code=error.code, field=input_path(error.field))


@strawberry.type(description="The input is wrong; the same input will fail again.")
class InvalidInputError(Error):
    app_error = errors.Invalid


@strawberry.type(description="There is no credential, or it does not hold.")
class NotSignedInError(Error):
    app_error = errors.NotSignedIn


@strawberry.type(description="You are signed in, but this is not yours to do.")
class NotAllowedError(Error):
    app_error = errors.NotAllowed


@strawberry.type(description="There is no such thing, or it belongs to somebody else.")
class NotFoundError(Error):
    app_error = errors.NotFound


@strawberry.type(description="The object is not in a state in which this can be done.")
class ConflictError(Error):
    app_error = errors.Conflict


@strawberry.type(description="More than a limit allows.")
class TooLargeError(Error):
    app_error = errors.TooLarge


@strawberry.type(description="As much as you may have, or may ask for at once.")
class QuotaExceededError(Error):
    app_error = errors.QuotaExceeded


@strawberry.type(description="A server we depend on does not answer; the same request may succeed later.")
class UnavailableError(Error):
    app_error = errors.Unavailable

    retry_after: float | None = strawberry.field(
        default=None, description="After how many seconds it is worth trying again, where that is known."
    )

    @classmethod
    def of(cls, error: errors.AppError) -> "UnavailableError":
        retry_after = error.retry_after if isinstance(error, errors.Unavailable) else None
        return cls(
            message=error.message, code=error.code, field=input_path(error.field), retry_after=retry_after
        )


MEMBERS: tuple[type[Error], ...] = (
    InvalidInputError,
    NotSignedInError,
    NotAllowedError,
    NotFoundError,
    ConflictError,
    TooLargeError,
    QuotaExceededError,
    UnavailableError,
)

Refused: TypeAlias = InvalidInputError | NotSignedInError | NotAllowedError | UnavailableError
"""What can meet every mutation."""
RowRefused: TypeAlias = Refused | NotFoundError | ConflictError
"""What can meet a mutation of something that exists."""


def input_path(field: str | None) -> str | None:
    """`retrieval.num_chunks` as the API spells it: `retrieval.numChunks`."""
    return None if field is None else ".".join(to_camel_case(part) for part in field.split("."))


def member_of(error: errors.AppError) -> Error | None:
    """The union member that says `error`, if there is one for its kind."""
    for member in MEMBERS:
        if isinstance(error, member.app_error):
            return member.of(error)
    return None
