"""What the database can refuse, in our words; services turn these into `backend.errors`.

DatabaseError
├── Duplicate     a row with that key is already there (`constraint` names which rule)
├── Missing       the row that this one refers to is gone (`constraint` names the reference)
├── Stale         the row has changed hands: the writer's attempt is no longer the row's
├── Incomplete    a version lacks vectors, so it cannot be published
├── Superseded    a version was embedded for a generation that does not serve any more
└── Unreachable   no connection, or the server ended it; the same work may succeed later
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.DeadlockDetectedError,
    # The server's farewell was read while no statement ran: the driver is then lost between two states.
    asyncpg.InternalClientError,
    OSError,
)

_BARE = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


class DatabaseError(Exception):
    """The family; anything else that a query raises is a bug."""


class Duplicate(DatabaseError):
    def __init__(self, constraint: str) -> None:
        super().__init__(f"a row already exists: {constraint}")
        self.constraint = constraint


class Missing(DatabaseError):
    def __init__(self, constraint: str) -> None:
        super().__init__(f"the row referred to does not exist: {constraint}")
        self.constraint = constraint


class Stale(DatabaseError):
    """A fence was lost; the writer must stop and write nothing more."""


class Incomplete(DatabaseError):
    def __init__(self, *, num_chunks: int, num_vectors: int) -> None:
        super().__init__(f"{num_vectors} vectors for {num_chunks} chunks")
        self.num_chunks = num_chunks
        self.num_vectors = num_vectors


class Superseded(DatabaseError):
    def __init__(self, generation_id: UUID) -> None:
        super().__init__(f"generation {generation_id} does not serve")


class Unreachable(DatabaseError):
    """The database does not answer now."""


@contextmanager
def translate() -> Iterator[None]:
    """Raise the driver's errors of this block as members of the family; others pass unchanged.

    Lock time-outs and deadlocks count as Unreachable: the work was undone whole and may be tried again.
    """
    try:
        yield
    except DatabaseError:
        raise
    except (DBAPIError, PoolTimeout, *_BARE) as error:
        translated = _translated(error)
        if translated is None:
            raise
        raise translated from error


def _translated(error: Exception) -> DatabaseError | None:
    if isinstance(error, PoolTimeout):
        return Unreachable("no free connection in time")
    cause = _driver_error(error)
    if isinstance(cause, asyncpg.UniqueViolationError):
        return Duplicate(cause.constraint_name or "")
    if isinstance(cause, asyncpg.ForeignKeyViolationError):
        return Missing(cause.constraint_name or "")
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    return Unreachable(str(cause)) if lost or isinstance(cause, _GONE) or _is_closed(cause) else None


def _is_closed(cause: BaseException) -> bool:
    """Other interface errors are misuse of the driver, and must stay visible as the bugs they are."""
    return isinstance(cause, asyncpg.InterfaceError) and ("closed" in str(cause) or "closing" in str(cause))


def _driver_error(error: Exception) -> BaseException:
    """SQLAlchemy wraps its adapter's error, which wraps asyncpg's."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        return error.orig.__cause__ or error.orig
    return error


__all__ = [
    "DatabaseError",
    "Duplicate",
    "Incomplete",
    "Missing",
    "Stale",
    "Superseded",
    "Unreachable",
    "translate",
]
