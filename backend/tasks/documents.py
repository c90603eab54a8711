"""The ingestion worker's job: a slice of another embedding model, a document, or pages of a web site."""

from backend.queue import Job
from backend.rag import embed, language, parse
from backend.runtime import Runtime
from backend.services import work
from backend.services.crawls import walk
from backend.services.documents import files, ingest
from backend.services.documents.run import Doors, Limits
from backend.services.generations import build
from backend.services.vector_indexes import Rules
from backend.settings import IngestionSettings, ModelSettings, Settings

JOB = Job.INGEST_DOCUMENT
IS_URGENT = False
"""Nobody waits for the models' next word: calls for answers go first."""


def prepare() -> None:
    """Do beforehand what would make the first document wait."""
    language.prepare()


def num_seats(settings: Settings) -> int:
    return settings.work.ingestion_concurrency


async def run_next(runtime: Runtime) -> bool:
    """Build on a generation and take in one document, or else visit some pages; False when nothing waits.

    Neither generations nor documents wait for the other kind to end, however much there is of it.
    """
    has_built, has_ingested = await _build_next(runtime), await _ingest_next(runtime)
    return has_built or has_ingested or await _crawl_next(runtime)


async def _build_next(runtime: Runtime) -> bool:
    limits = build.Limits(
        hold=_hold(runtime.settings),
        embedding=_capacity(runtime.settings.ingestion, runtime.settings.models),
        indexes=Rules(num_chunks=runtime.settings.upkeep.indexed_from_chunks),
    )
    return await build.run_next(_doors(runtime), limits)


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
    return await walk.run_next(_doors(runtime), limits)


def _doors(runtime: Runtime) -> Doors:
    return Doors(runtime.transactions, runtime.database, runtime.storage, runtime.models, runtime.web)


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
