"""What can go wrong, as one family of types; no HTTP and no GraphQL words.

AppError
├── Invalid          the request is wrong; the same request will fail again (`field` says where)
├── NotSignedIn      no credential, or one that does not hold
├── NotAllowed       signed in, but this act is not theirs to do
├── NotFound         no such row, or one of somebody else
├── Conflict         the row is not in a state in which this can be done
├── TooLarge         more than a limit allows
├── QuotaExceeded    as much as this user, project or key may have
├── RateLimited      more in a time than one sender may ask; again after `retry_after`
└── Unavailable      a server we depend on does not answer; try again after `retry_after`

`AppError.message` is written for the person who reads it; `code` is for programs and never changes.
"""


class AppError(Exception):
    """An expected failure: it is shown to the caller as it stands."""

    code = "ERROR"
    retry_after: float | None = None
    """In how many seconds the same request may succeed, where that can be said."""

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code is not None:
            self.code = code


class Invalid(AppError):
    code = "INVALID"


class NotSignedIn(AppError):
    code = "NOT_SIGNED_IN"


class NotAllowed(AppError):
    code = "NOT_ALLOWED"


class NotFound(AppError):
    code = "NOT_FOUND"


class Conflict(AppError):
    code = "CONFLICT"


class TooLarge(AppError):
    code = "TOO_LARGE"


class QuotaExceeded(AppError):
    code = "QUOTA_EXCEEDED"


class RateLimited(AppError):
    """More in a time than one sender may ask; the same request is taken after `retry_after` seconds."""

    code = "RATE_LIMITED"

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(AppError):
    """A dependency does not answer; the same request may succeed after `retry_after` seconds."""

    code = "UNAVAILABLE"

    def __init__(self, message: str, *, retry_after: float | None = None, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after
