"""The answers worker's job: write the next answer."""

from backend.queue import Job
from backend.runtime import Runtime
from backend.services import work
from backend.services.messages import answer, tending
from backend.settings import Settings

JOB = Job.ANSWER_MESSAGE
IS_URGENT = True


def prepare() -> None:
    """Nothing makes the first answer wait."""


def num_seats(settings: Settings) -> int:
    return settings.work.answers_concurrency


async def run_next(runtime: Runtime) -> bool:
    """Write one answer, else look after one chat; False when neither waits."""
    return await _answer_next(runtime) or await tending.run_next(_doors(runtime))


async def _answer_next(runtime: Runtime) -> bool:
    return await answer.run_next(
        transactions=runtime.transactions,
        database=runtime.database,
        models=runtime.models,
        web_search=runtime.web_search,
        publisher=runtime.publisher,
        hub=runtime.hub,
        limits=limits(runtime.settings),
    )


def _doors(runtime: Runtime) -> tending.Doors:
    budget = limits(runtime.settings).budget
    return tending.Doors(runtime.transactions, runtime.database, runtime.models, budget.max_history_tokens)


def limits(settings: Settings) -> answer.Limits:
    return answer.Limits(
        work=work.Limits(
            lease_seconds=settings.work.lease_seconds,
            renew_seconds=settings.work.renew_seconds,
            per_user=settings.work.answers_in_flight_per_user,
            max_tries=settings.work.max_tries,
        ),
        total_seconds=settings.work.answer_seconds,
        checks_support=settings.work.check_answers,
    )
