"""What must be true in the end: nothing lost, nothing doubled, nothing left over."""

import tempfile
from collections import Counter
from pathlib import Path
from uuid import UUID

import asyncpg

from backend.rag import chunk, parse
from backend.schema.nodes import row_id
from bench.soak.cast import Cast
from bench.soak.people import Notes

UNFINISHED = """
SELECT (SELECT count(*) FROM opentrace.documents WHERE status NOT IN ('COMPLETED', 'FAILED', 'CANCELLED')),
       (SELECT count(*) FROM opentrace.messages WHERE status IN ('QUEUED', 'RUNNING'))
"""
DOCUMENTS = "SELECT id, status, failure_code, failure_message, storage_key FROM opentrace.documents"
CHUNKS = """
SELECT c.document_id, array_agg(c.text ORDER BY c.position) AS texts, count(v.chunk_id) AS num_vectors
  FROM opentrace.chunks c LEFT JOIN opentrace.chunk_vectors v ON v.chunk_id = c.id
 GROUP BY c.document_id
"""
ANSWERS = """
SELECT id, parent_id, status, failure_code, failure_message, content
  FROM opentrace.messages WHERE role = 'ASSISTANT'
"""
QUESTIONS = "SELECT count(*) FROM opentrace.messages WHERE role = 'USER'"
# The finished stages of what failed are kept for a retry.
LEFT_OVER = """
WITH resting AS (
    SELECT v.id FROM opentrace.document_versions v JOIN opentrace.documents d ON d.id = v.document_id
     WHERE d.status IN ('FAILED', 'CANCELLED')
)
SELECT (SELECT count(*) FROM opentrace.staged_chunks WHERE version_id NOT IN (SELECT id FROM resting)),
       (SELECT count(*) FROM opentrace.staged_vectors WHERE version_id NOT IN (SELECT id FROM resting)),
       (SELECT count(*) FROM opentrace.chunks c
         WHERE NOT EXISTS (SELECT FROM opentrace.documents d WHERE d.id = c.document_id)),
       (SELECT count(*) FROM opentrace.chunk_vectors v
         WHERE NOT EXISTS (SELECT FROM opentrace.chunks c WHERE c.id = v.chunk_id))
"""


async def unfinished(cast: Cast) -> int:
    """How many documents and answers still wait or are worked on."""
    owner = await asyncpg.connect(cast.postgres.url)
    documents, answers = await owner.fetchrow(UNFINISHED)
    await owner.close()
    return int(documents + answers)


class Verdict:
    """Compares what people saw with the rows and the bucket; `broken` are sentences about what is not so."""

    def __init__(self, cast: Cast, notes: Notes) -> None:
        self._cast, self._notes = cast, notes
        self.broken = list(notes.broken)
        self.outcomes: Counter[str] = Counter()

    async def reach(self) -> None:
        owner = await asyncpg.connect(self._cast.postgres.url)
        documents = {row["id"]: row for row in await owner.fetch(DOCUMENTS)}
        chunks = {row["document_id"]: row for row in await owner.fetch(CHUNKS)}
        answers = {row["id"]: row for row in await owner.fetch(ANSWERS)}
        num_questions = await owner.fetchval(QUESTIONS)
        left = dict(
            zip(
                ("staged chunks", "staged vectors", "stray chunks", "stray vectors"),
                await owner.fetchrow(LEFT_OVER),
                strict=True,
            )
        )
        await owner.close()
        self._documents(documents, chunks)
        self._answers(answers, num_questions)
        self._none(left)
        await self._objects({row["storage_key"] for row in documents.values()})

    def _documents(self, rows: dict[UUID, asyncpg.Record], chunks: dict[UUID, asyncpg.Record]) -> None:
        confirmed = {row_id(each, "Document"): text for each, text in self._notes.documents.items()}
        self._same("documents that were sent", set(confirmed), set(rows))
        for id in set(confirmed) & set(rows):
            row, found = rows[id], chunks.get(id)
            self.outcomes[_outcome("documents", row)] += 1
            if row["status"] == "FAILED":
                self._expect(bool(row["failure_message"]), f"document {id} failed without a reason")
            elif row["status"] != "COMPLETED":
                self.broken.append(f"document {id} is {row['status']}")
            else:
                texts = texts_of(confirmed[id])
                is_whole = found is not None and (found["texts"], found["num_vectors"]) == (texts, len(texts))
                self._expect(is_whole, f"document {id} has not the chunks of its file, each once")

    def _answers(self, rows: dict[UUID, asyncpg.Record], num_questions: int) -> None:
        seen = {row_id(each, "Message"): texts for each, texts in self._notes.answers.items()}
        self._same("answers that were asked for", set(seen), set(rows))
        self._expect(
            num_questions == len(self._notes.keys),
            f"{len(self._notes.keys)} questions were asked, {num_questions} are there",
        )
        parents = Counter(row["parent_id"] for row in rows.values())
        self._expect(max(parents.values(), default=1) == 1, "a question has two answers")
        for id in set(seen) & set(rows):
            row = rows[id]
            self.outcomes[_outcome("answers", row)] += 1
            if row["status"] == "FAILED":
                self._expect(bool(row["failure_message"]), f"answer {id} failed without a reason")
            elif row["status"] not in ("COMPLETED", "REFUSED"):
                self.broken.append(f"answer {id} is {row['status']}")
            num_wrong = sum(text != row["content"] for text in seen[id])
            self._expect(
                num_wrong == 0, f"{num_wrong} viewers of answer {id} ({row['status']}) have another text"
            )
            self.outcomes["viewers whose text is the row's"] += len(seen[id]) - num_wrong

    async def _objects(self, named: set[str]) -> None:
        async with self._cast.swift.client() as s3:
            pages = s3.get_paginator("list_objects_v2").paginate(Bucket=self._cast.swift.bucket)
            keys = {each["Key"] async for page in pages for each in page.get("Contents", [])}
        self.outcomes["objects"] = len(keys)
        self._same("objects of documents", named, keys)

    def _none(self, counts: dict[str, int]) -> None:
        for name, count in counts.items():
            self._expect(count == 0, f"{count} {name} are left over")

    def _same(self, what: str, wanted: set[object], found: set[object]) -> None:
        lost, more = len(wanted - found), len(found - wanted)
        self._expect(lost == 0, f"{what}: {lost} are lost")
        self._expect(more == 0, f"{what}: {more} are too many")

    def _expect(self, is_so: bool, otherwise: str) -> None:
        if not is_so:
            self.broken.append(otherwise)


def _outcome(noun: str, row: asyncpg.Record) -> str:
    return f"{noun} {row['status']} {row['failure_code'] or ''}".strip()


def texts_of(content: bytes) -> list[str]:
    """The chunks as one process makes them that nobody disturbs."""
    with tempfile.NamedTemporaryFile(suffix=".md") as file:
        file.write(content)
        file.flush()
        pages = parse.stream(Path(file.name), content_type="text/markdown", limits=parse.Limits())
        return [one.text for one in chunk.by_title([each for page in pages for each in page.elements])]
