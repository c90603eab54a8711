"""What all long work shares: a lease kept alive beside it, and an end to the work when the row is lost."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from backend import metrics
from backend.errors import AppError, Unavailable
from backend.transactions import Transactions
from db.errors import Stale, Unreachable
from db.queries import work

log = structlog.get_logger()

_RETRY_SECONDS = 1.0
_RELEASE_SECONDS = 5.0


@dataclass(frozen=True)
class Limits:
    """How rows are held; `per_user` live leases at most, `max_tries` claims before a row is given up."""

    lease_seconds: float = 30.0
    renew_seconds: float = 10.0
    per_user: int = 4
    max_tries: int = 5


@dataclass
class Lease:
    """One claim of one row, for as long as it holds."""

    row_id: UUID
    attempt: int
    kind: str
    """What is counted: the name of the row's table."""
    lost: bool = False
    """Somebody else has the row, or it is gone: nothing more may be written."""
    stopped: bool = False
    """The row is still ours, but its work was asked to end."""
    _task: "asyncio.Task[object] | None" = field(default=None, repr=False)

    def __post_init__(self) -> None:
        metrics.claimed(self.kind)

    def lose(self) -> None:
        """End the work because the row has changed hands."""
        self.lost = True
        self._cancel()

    def stop(self) -> None:
        """End the work because somebody asked for it; the row stays ours to finish."""
        self.stopped = True
        self._cancel()

    def end(self) -> None:
        """Nothing is left to cancel."""
        self._task = None
        if self.lost:
            metrics.lease_lost(self.kind)

    def _cancel(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()


@contextlib.asynccontextmanager
async def hold(
    transactions: Transactions,
    table: type[work.Row],
    row_id: UUID,
    attempt: int,
    *,
    lease_seconds: float,
    renew_seconds: float,
) -> AsyncIterator[Lease]:
    """Renew the row's lease while the block runs in the current task.

    A lease that is lost or stopped cancels the block and ends it quietly: look at `lease.lost` and
    `lease.stopped` after it. `Stale` from a fenced write counts as lost. When the task itself is cancelled
    (a graceful shutdown), the row is handed back at once and the cancellation goes on.
    """

    async def renew() -> bool:
        async with transactions.unit_of_work() as session:
            return await work.renew(session, table, row_id, attempt, lease_seconds)

    async def release() -> None:
        async with transactions.unit_of_work() as session:
            await work.release(session, table, row_id, attempt)

    lease = Lease(row_id, attempt, table.__tablename__)
    async with kept(lease, renew, release, lease_seconds=lease_seconds, renew_seconds=renew_seconds):
        yield lease


@contextlib.asynccontextmanager
async def kept(
    lease: Lease,
    renew: Callable[[], Awaitable[bool]],
    release: Callable[[], Awaitable[None]],
    *,
    lease_seconds: float,
    renew_seconds: float,
) -> AsyncIterator[None]:
    """As `hold`, for whatever is renewed (False: somebody else has it) and handed back in its own way."""
    task = asyncio.current_task()
    assert task is not None
    lease._task = task
    heart = asyncio.create_task(_beat(renew, lease, lease_seconds, renew_seconds))
    try:
        yield
    except Stale:
        lease.lost = True
    except asyncio.CancelledError:
        if (lease.lost or lease.stopped) and task.uncancel() == 0:
            return
        await _hand_back(release, lease)
        raise
    finally:
        lease.end()
        heart.cancel()


@contextlib.asynccontextmanager
async def failing(noun: str, fail: Callable[[Exception], Awaitable[None]]) -> AsyncIterator[None]:
    """What goes wrong in the block is written down by `fail`; Stale and a silent database go on.

    While the database does not answer nothing can be written: Unavailable is raised and the lease runs out.
    """
    try:
        yield
    except Stale:
        raise
    except Unreachable as error:
        raise Unavailable("The database does not answer.", retry_after=5) from error
    except Exception as error:
        if isinstance(error.__cause__, Unreachable):
            raise
        if isinstance(error, AppError):
            log.warning(f"{noun}.failed", code=error.code, reason=error.message)
        else:
            log.warning(f"{noun}.failed", exc_info=error)
        await fail(error)


async def _beat(
    renew: Callable[[], Awaitable[bool]], lease: Lease, lease_seconds: float, renew_seconds: float
) -> None:
    """Renew until told otherwise; a database that does not answer for a whole lease has lost it for us."""
    loop = asyncio.get_running_loop()
    held_until = loop.time() + lease_seconds
    pause = renew_seconds
    while True:
        await asyncio.sleep(pause)
        asked_at = loop.time()
        try:
            async with asyncio.timeout(max(held_until - asked_at, _RETRY_SECONDS)):
                is_held = await renew()
        except Exception as error:
            log.warning("lease.unrenewed", row_id=str(lease.row_id), reason=repr(error))
            is_held = loop.time() < held_until
            pause = min(renew_seconds, _RETRY_SECONDS)
        else:
            held_until, pause = asked_at + lease_seconds, renew_seconds
        if not is_held:
            log.info("lease.lost", row_id=str(lease.row_id), attempt=lease.attempt)
            lease.lose()
            return


async def _hand_back(release: Callable[[], Awaitable[None]], lease: Lease) -> None:
    """If this fails, the lease runs out by itself."""
    with contextlib.suppress(TimeoutError, Unavailable):
        async with asyncio.timeout(_RELEASE_SECONDS):
            await release()
        metrics.lease_returned(lease.kind)
