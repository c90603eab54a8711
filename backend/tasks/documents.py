"""The ingestion worker's job: take in the next document, or walk on through a web site when none waits."""

from backend.queue import Job
from backend.rag import embed, parse
from backend.runtime import Runtime
from backend.services import work
from backend.services.crawls import walk
from backend.services.documents import files, ingest
from backend.services.documents.run import Doors, Limits
from backend.settings import IngestionSettings, ModelSettings, Settings

JOB = Job.INGEST_DOCUMENT
IS_URGENT = False
"""Nobody waits for the models' next word: calls for answers go first."""


def num_seats(settings: Settings) -> int:
    return settings.work.ingestion_concurrency


async def run_next(runtime: Runtime) -> bool:
    """Take in one document, or else visit some pages of a crawl; False when neither waits."""
    return await _ingest_next(runtime) or await _crawl_next(runtime)


async def _ingest_next(runtime: Runtime) -> bool:
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


async def _crawl_next(runtime: Runtime) -> bool:
    doors = Doors(runtime.transactions, runtime.database, runtime.storage, runtime.models, runtime.web)
    settings = runtime.settings
    limits = walk.Limits(
        uploads=files.UploadLimits(
            max_bytes=settings.storage.max_upload_bytes,
            presign_seconds=settings.storage.presign_seconds,
            files_per_request=settings.limits.files_per_request,
            documents_per_project=settings.limits.documents_per_project,
            bytes_per_project=settings.limits.bytes_per_project,
            unfinished_per_user=settings.limits.unfinished_documents_per_user,
        ),
        hold=_hold(settings),
        delay_seconds=settings.web.crawl_delay_seconds,
    )
    return await walk.run_next(doors, limits)


def _hold(settings: Settings) -> work.Limits:
    return work.Limits(
        lease_seconds=settings.work.lease_seconds,
        renew_seconds=settings.work.renew_seconds,
        per_user=settings.work.documents_in_flight_per_user,
        max_tries=settings.work.max_tries,
    )


def limits(settings: Settings) -> Limits:
    return Limits(
        hold=_hold(settings),
        parsing=parse.Limits(
            max_pages=settings.ingestion.max_pages,
            seconds=settings.ingestion.parse_seconds,
            memory_bytes=settings.ingestion.parse_memory_bytes,
            max_images=settings.ingestion.max_images,
            max_image_bytes=settings.ingestion.max_image_bytes,
            max_image_pixels=settings.ingestion.max_image_pixels,
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
