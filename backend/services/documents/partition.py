"""From stored bytes to staged chunks: download and check, parse in a child process, cut by title."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from backend.errors import Invalid, NotFound
from backend.rag import chunk, context, language
from backend.rag.elements import Chunk, Element, Region
from backend.rag.parse import ParseError, Reason, child
from backend.services.documents import failures, images, summarise, web_page
from backend.services.documents.run import File, Run
from db.engine import Session
from db.models import Document, DocumentStatus
from db.queries import chunks, projects, stages, summaries
from db.queries.chunks import NewChunk

PARTITIONING = DocumentStatus.PARTITIONING
CHUNKING = DocumentStatus.CHUNKING
_ALBUM = "images"


async def stage_chunks(run: Run) -> None:
    """Leave the version's chunks in staging; done once per version, however many attempts it takes.

    Elements are not kept, so an attempt that finds no chunks reads the file again. Raises ParseError and
    Invalid for what is wrong with the file, Unavailable when the object store does not answer.
    """
    if CHUNKING in run.finished:
        return
    with TemporaryDirectory(prefix="opentrace-") as folder:
        await _stage(run, Path(folder))


async def _stage(run: Run, folder: Path) -> None:
    await run.start(PARTITIONING)
    counts: dict[str, int] = {}
    elements = await _elements(run, folder, counts)
    num_pages = max((line.page or 0 for element in elements for line in element.lines), default=0) or None
    kinds = Counter(str(element.kind) for element in elements)
    spoken = await asyncio.to_thread(language.detect, elements)
    detail = {"num_pages": num_pages, "elements": dict(kinds), "language": spoken, **counts}
    async with run.step() as (session, document):
        await _tell(run, session, document, num_pages, spoken)
        await run.close(session, document, PARTITIONING, detail)
        await run.enter(session, document, CHUNKING)
        name = await _named_in_chunks(run, session, document)
    cut = await asyncio.to_thread(lambda: list(chunk.by_title(elements)))
    if not cut:
        raise ParseError(Reason.EMPTY)
    await images.stage(run, cut, folder / _ALBUM)
    await chunks.stage_chunks(run.doors.database, target=run.target, rows=_rows(cut, name))
    num_summaries = sum(not summaries.SUMMARISED.isdisjoint(one.kinds) for one in cut)
    counts = {"num_chunks": len(cut), "num_summaries": num_summaries}
    async with run.step() as (session, document):
        document.num_chunks, document.num_summaries = len(cut), num_summaries
        await run.close(session, document, CHUNKING, counts)
        await summarise.enter(run, session, document)


async def _elements(run: Run, folder: Path, counts: dict[str, int]) -> list[Element]:
    async def on_progress(done: int, total: int) -> None:
        if total > 1:
            await run.advance(PARTITIONING, done=done, total=total, num_pages=total, num_pages_parsed=done)

    path, album = folder / "document", folder / _ALBUM
    album.mkdir()
    content_type = await _download(run, path)
    return await child.run(
        path,
        limits=run.limits.parsing,
        on_progress=on_progress,
        on_counts=counts.update,
        hint=content_type,
        album=album,
    )


async def _download(run: Run, path: Path) -> str:
    """Write the document's bytes into a file; a web page that is not stored yet is fetched before.

    Returns the content type that the document is said to have.
    """
    file = run.file
    if web_page.is_unfetched(run.document):
        fetched = await web_page.fetch(run)
        file = File(fetched.storage_key, fetched.content_type, fetched.sha256)
    await _read(run, file, path)
    return file.content_type


async def _read(run: Run, file: File, path: Path) -> None:
    """The bytes may be gone, or not be those that were announced: the store does not have to check."""
    try:
        sha256 = await run.doors.storage.download(file.storage_key, path)
    except NotFound as error:
        raise Invalid(
            "The file is not in the store any more. Upload it again.", code=failures.UPLOAD_MISSING
        ) from error
    if sha256 != file.sha256:
        raise Invalid(
            "The stored file is not the one that was announced. Upload it again.",
            code=failures.UPLOAD_DIFFERS,
        )


async def _tell(
    run: Run, session: Session, document: Document, num_pages: int | None, language: str | None
) -> None:
    """A format without pages has no number of them, and has been read whole.

    The language is the document's at once, unless search sees another version of it.
    """
    document.num_pages, document.num_pages_parsed = num_pages, num_pages or 1
    await stages.set_language(session, version_id=run.version.id, language=language)
    if document.version == 0:
        document.language = language


async def _named_in_chunks(run: Run, session: Session, document: Document) -> str | None:
    """The document's name, where the project wants it and the titles beside each chunk's text."""
    project = document.project_id
    settings = (await projects.settings_of(session, [project])).get(project)
    if settings is None or not settings.contextual_chunks:
        return None
    return run.version.name or document.name


def _rows(cut: Sequence[Chunk], name: str | None) -> list[NewChunk]:
    return [
        NewChunk(
            position=one.position,
            text=one.text,
            title_path=list(one.title_path),
            kinds=[str(kind) for kind in one.kinds],
            page_first=one.page_first,
            page_last=one.page_last,
            regions=[_flat(region) for region in one.regions],
            sha256=one.sha256,
            context=None if name is None else context.of(name, one.title_path),
        )
        for one in cut
    ]


def _flat(region: Region) -> list[float | None]:
    box = region.box.to_json() if region.box is not None else [None] * 4
    return [region.start, region.end, region.page, *box]
