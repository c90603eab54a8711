"""A home with a row of everything: what a stranger must not see any of."""

from typing import Any
from uuid import uuid4

from sqlalchemy import text

from db.engine import Database
from db.models import (
    Act,
    ApiKey,
    AuditEntry,
    ChatRemoval,
    Citation,
    Crawl,
    CrawlPage,
    DocumentRemoval,
    DocumentReplacement,
    Feedback,
    IdempotencyKey,
    PartUpload,
    RetrievalRun,
    Usage,
    UsageKind,
)
from tests.db import seed


async def furnished(database: Database) -> tuple[seed.Home, dict[str, object]]:
    """A home with at least one row in every table that the API may read."""
    home = await seed.home(database)
    published = await seed.published(database, home, seed.vectors(3))
    waiting = seed.document(home)
    place = await seed.target(database, home)
    question, answer = await seed.conversation(database, home)
    walk = Crawl(
        project_id=home.project_id,
        created_by=home.user_id,
        url="https://example.com/",
        path_prefix="/",
        max_depth=0,
        max_pages=1,
    )
    await seed.add(
        database,
        waiting,
        Citation(
            message_id=answer.id,
            position=0,
            marker=1,
            document_id=place.document_id,
            document_name="a",
            chunk_id=place.version_id,
            chunk_text="b",
            score=1,
        ),
        walk,
        CrawlPage(crawl_id=walk.id, url="https://example.com/", depth=0),
        seed.image(place),
        ChatRemoval(project_id=home.project_id, change_seq=98, chat_id=waiting.id, created_by=home.user_id),
        DocumentRemoval(project_id=home.project_id, change_seq=99, document_id=waiting.id),
        DocumentReplacement(
            document_id=waiting.id,
            storage_key="key",
            name="b.pdf",
            content_type="application/pdf",
            size_bytes=1,
            sha256="0" * 64,
        ),
        PartUpload(storage_key="key", document_id=waiting.id, part_bytes=1),
        RetrievalRun(message_id=answer.id, position=0, tool="rag_search", query="q", model="m"),
        Feedback(message_id=answer.id, user_id=home.user_id, positive=True),
        Usage(user_id=home.user_id, project_id=home.project_id, kind=UsageKind.CHAT, model="m"),
        key_of(home),
        AuditEntry(user_id=home.user_id, act=Act.PROJECT_CREATED, subject_id=home.project_id),
        IdempotencyKey(user_id=home.user_id, mutation="m", key="k", request_sha256="x", result_id=answer.id),
    )
    async with database.sessions.begin() as session:
        connection = await session.connection()
        await connection.execute(
            text(
                "INSERT INTO opentrace.document_stages"
                " (version_id, stage, document_id, attempt, detail, started_at)"
                " SELECT id, 'CHUNKING', document_id, 1, '{}', now() FROM opentrace.document_versions LIMIT 1"
            )
        )
    ids: dict[str, object] = {
        "project": home.project_id,
        "document": waiting.id,
        "message": answer.id,
        "generation": home.generation_id,
        "chat": question.chat_id,
        "published": published.document_id,
    }
    return home, ids


def key_of(home: seed.Home, **values: Any) -> ApiKey:
    """A key of the person of this home."""
    id = uuid4()
    defaults: dict[str, Any] = {
        "id": id,
        "user_id": home.user_id,
        "line_id": id,
        "name": "a",
        "hint": "otk_a",
        "secret_sha256": id.bytes,
        "capabilities": ["READ"],
    }
    return ApiKey(**{**defaults, **values})
