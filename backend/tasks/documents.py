"""The ingestion worker's job: take in the next document."""

from backend.queue import Job
from backend.rag import embed, parse
from backend.runtime import Runtime
from backend.services import work
from backend.services.documents import ingest
from backend.services.documents.run import Limits
from backend.settings import IngestionSettings, ModelSettings, Settings

JOB = Job.INGEST_DOCUMENT
IS_URGENT = False
"""Nobody waits for the models' next word: calls for answers go first."""


def num_seats(settings: Settings) -> int:
    return settings.work.ingestion_concurrency


async def run_next(runtime: Runtime) -> bool:
    """Take in one document; False when none waits."""
    return await ingest.run_next(
        transactions=runtime.transactions,
        database=runtime.database,
        storage=runtime.storage,
        models=runtime.models,
        web=runtime.web,
        publisher=runtime.publisher,
        hub=runtime.hub,
        limits=limits(runtime.settings),
    )


def limits(settings: Settings) -> Limits:
    return Limits(
        hold=work.Limits(
            lease_seconds=settings.work.lease_seconds,
            renew_seconds=settings.work.renew_seconds,
            per_user=settings.work.documents_in_flight_per_user,
            max_tries=settings.work.max_tries,
        ),
        parsing=parse.Limits(
            max_pages=settings.ingestion.max_pages,
            seconds=settings.ingestion.parse_seconds,
            memory_bytes=settings.ingestion.parse_memory_bytes,
        ),
        embedding=_capacity(settings.ingestion, settings.models),
        summary_concurrency=settings.ingestion.summary_concurrency,
    )


def _capacity(wanted: IngestionSettings, provider: ModelSettings) -> embed.Capacity:
    """Batches as they are wanted, but never more than the provider takes."""
    return embed.Capacity(
        max_inputs=min(wanted.embed_batch_inputs, provider.max_inputs),
        max_tokens=min(wanted.embed_batch_tokens, provider.max_request_tokens),
        max_input_tokens=provider.max_input_tokens,
    )
