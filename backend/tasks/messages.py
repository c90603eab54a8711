"""The answers worker's job: write the next answer."""

from backend.queue import Job
from backend.runtime import Runtime
from backend.services import work
from backend.services.messages import answer
from backend.settings import Settings

JOB = Job.ANSWER_MESSAGE
IS_URGENT = True


def num_seats(settings: Settings) -> int:
    return settings.work.answers_concurrency


async def run_next(runtime: Runtime) -> bool:
    """Write one answer; False when none waits."""
    return await answer.run_next(
        transactions=runtime.transactions,
        database=runtime.database,
        models=runtime.models,
        web_search=runtime.web_search,
        publisher=runtime.publisher,
        hub=runtime.hub,
        limits=limits(runtime.settings),
    )


def limits(settings: Settings) -> answer.Limits:
    return answer.Limits(
        work=work.Limits(
            lease_seconds=settings.work.lease_seconds,
            renew_seconds=settings.work.renew_seconds,
            per_user=settings.work.answers_in_flight_per_user,
            max_tries=settings.work.max_tries,
        ),
        total_seconds=settings.work.answer_seconds,
    )
