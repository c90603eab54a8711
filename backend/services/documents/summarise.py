"""Chunks with tables or images get a summary, bought once each, kept and counted as they come."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from backend.errors import Unavailable
from backend.llm import ContentRefused, ModelAnswerInvalid
from backend.rag import summarise, summary_prompts
from backend.rag.summarise import Picture, Subject, Summary
from backend.services.documents import images
from backend.services.documents.run import Run
from db.engine import Session
from db.models import ChunkImage, Document, DocumentStatus, Usage, UsageKind
from db.models import Summary as KeptSummary
from db.queries import images as image_rows
from db.queries import summaries, usage
from db.queries.summaries import Key, Wanted

log = structlog.get_logger()

SUMMARISING = DocumentStatus.SUMMARISING
VECTORIZATION = DocumentStatus.VECTORIZATION
_TRIES = 2


async def stage_summaries(run: Run) -> None:
    """Give every staged chunk that calls for one its summary; done once per version.

    A chunk of which the model says nothing usable is embedded by its own text: `num_without` counts them.
    Raises Unavailable when the provider does not answer, and Invalid when it refuses us.
    """
    if SUMMARISING in run.finished or run.pace.stage is VECTORIZATION:
        return
    await run.start(SUMMARISING)
    async with run.doors.transactions.unit_of_work() as session:
        wanted = await summaries.wanted(session, run.target.version_id)
        num_made, num_without = await summaries.num_staged(session, run.target.version_id)
        pictures = await image_rows.of_version(session, run.target.version_id) if wanted else {}
    if wanted:
        num_done = num_made + num_without
        tasks = _tasks(wanted, pictures)
        await _Desk(run, done=num_done, total=num_done + len(wanted)).work_off(tasks)
        async with run.doors.transactions.unit_of_work() as session:
            num_made, num_without = await summaries.num_staged(session, run.target.version_id)
    async with run.step() as (session, document):
        await _leave(run, session, document, num_made, num_without)


async def enter(run: Run, session: Session, document: Document) -> None:
    """Enter the stage in the caller's step, and leave it at once when no chunk calls for a summary."""
    await run.enter(session, document, SUMMARISING)
    if not document.num_summaries:
        await _leave(run, session, document, 0, 0)


async def _leave(run: Run, session: Session, document: Document, num_made: int, num_without: int) -> None:
    detail = {"num_summaries": num_made, "num_without": num_without}
    await run.close(session, document, SUMMARISING, detail)
    await run.enter(session, document, VECTORIZATION)


@dataclass(frozen=True)
class _Task:
    """One summary to be had, and all the places that it is for."""

    subject: Subject
    positions: list[int]


def _tasks(wanted: list[Wanted], images: Mapping[int, Sequence[ChunkImage]]) -> list[_Task]:
    tasks: dict[str, _Task] = {}
    for chunk in wanted:
        pictures = tuple(
            Picture(image.sha256, image.content_type, image.alt) for image in images.get(chunk.position, ())
        )
        subject = Subject(chunk.text, tuple(chunk.title_path), pictures)
        tasks.setdefault(subject.sha256, _Task(subject, [])).positions.append(chunk.position)
    return list(tasks.values())


@dataclass
class _Desk:
    """Where a document's summaries are worked off, several at once; their writes go one at a time."""

    run: Run
    done: int
    total: int
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _errors: list[Exception] = field(default_factory=list)

    @property
    def _key(self) -> Key:
        return Key(self.run.doors.models.summary_model, summary_prompts.VERSION)

    async def work_off(self, tasks: list[_Task]) -> None:
        """Stage every task's summary. After a failure none is begun, and what is under way is kept."""
        known = await self._known(tasks)
        queue = iter(tasks)
        seats = min(self.run.limits.summary_concurrency, len(tasks))
        await asyncio.gather(*(self._sit(queue, known) for _ in range(seats)))
        if self._errors:
            raise self._errors[0]

    async def _sit(self, queue: Iterator[_Task], known: dict[str, Summary]) -> None:
        for task in queue:
            if self._errors:
                return
            try:
                summary = known.get(task.subject.sha256) or await self._buy(task.subject)
                await self._stage(task, summary)
            except Exception as error:
                self._errors.append(error)

    async def _known(self, tasks: list[_Task]) -> dict[str, Summary]:
        """What the project has bought already; each document keeps its own, since the other's may go."""
        subjects = {task.subject.sha256: task.subject for task in tasks}
        project_id = self.run.document.project_id
        async with self.run.doors.transactions.unit_of_work() as session:
            rows = await summaries.known(
                session, project_id=project_id, key=self._key, content_sha256s=list(subjects)
            )
        found = {sha256: Summary(row.text, tuple(row.descriptions)) for sha256, row in rows.items()}
        for sha256, row in rows.items():
            if row.document_id != self.run.document.id:
                await self._keep(subjects[sha256], found[sha256])
        return found

    async def _buy(self, subject: Subject) -> Summary:
        """The summary; an empty one where the model says nothing usable, twice, or refuses the subject."""
        for _ in range(_TRIES):
            try:
                return await self._bought(subject)
            except ModelAnswerInvalid as error:
                log.warning("summary.unusable", reason=error.message)
            except ContentRefused as error:
                log.warning("summary.refused", reason=error.message)
                break
        return Summary(summaries.NONE_TO_BE_HAD)

    async def _bought(self, subject: Subject) -> Summary:
        """One call: counted before it is made, since it is paid for even if nobody lives to hear it."""
        database, models = self.run.doors.database, self.run.doors.models
        shown = await images.read(self.run, subject.pictures)
        row = self._usage(subject)
        await usage.save(database, rows=[row])
        try:
            summary, spent = await summarise.ask(models, subject, shown)
        except ModelAnswerInvalid:
            raise
        except (Unavailable, ContentRefused):
            row.num_input_tokens = 0
            await usage.save(database, rows=[row])
            raise
        await self._keep(subject, summary)
        row.num_input_tokens, row.num_output_tokens = spent.num_input_tokens, spent.num_output_tokens
        await usage.save(database, rows=[row])
        return summary

    async def _stage(self, task: _Task, summary: Summary) -> None:
        run, database = self.run, self.run.doors.database
        async with self._writing:
            await summaries.stage(
                database,
                target=run.target,
                positions=task.positions,
                text=summary.text,
                descriptions=summary.descriptions,
            )
            self.done += len(task.positions)
            await run.advance(SUMMARISING, done=self.done, total=self.total, num_summaries_made=self.done)

    def _usage(self, subject: Subject) -> Usage:
        return Usage(
            user_id=self.run.document.uploaded_by,
            project_id=self.run.document.project_id,
            document_id=self.run.document.id,
            attempt=self.run.target.attempt,
            kind=UsageKind.SUMMARY,
            model=self._key.model,
            num_input_tokens=subject.num_tokens,
        )

    async def _keep(self, subject: Subject, summary: Summary) -> None:
        row = KeptSummary(
            document_id=self.run.document.id,
            content_sha256=subject.sha256,
            model=self._key.model,
            prompt_version=self._key.prompt_version,
            project_id=self.run.document.project_id,
            text=summary.text,
            descriptions=list(summary.descriptions),
        )
        await summaries.keep(self.run.doors.database, summary=row)
