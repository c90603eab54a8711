"""The first tables: people, projects, documents, chunks, chats and usage."""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "opentrace"
MOMENT = sa.DateTime(timezone=True)
NUM_PARTITIONS = 16
TABLES = (
    "chunk_vectors",
    "users",
    "idempotency_keys",
    "projects",
    "usage",
    "chats",
    "documents",
    "embedding_generations",
    "project_members",
    "retrieval_settings",
    "chunks",
    "document_versions",
    "messages",
    "citations",
    "document_stages",
    "feedback",
    "staged_chunks",
    "staged_vectors",
)


def upgrade() -> None:
    op.create_table(
        "chunk_vectors",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("generation_id", sa.Uuid(), nullable=False),
        sa.Column("chunk_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("embedding", HALFVEC(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "generation_id", "chunk_id", name="pk_chunk_vectors"),
        schema=SCHEMA,
        postgresql_partition_by="HASH (project_id)",
    )
    op.create_index(
        "ix_chunk_vectors_document_id_chunk_id", "chunk_vectors", ["document_id", "chunk_id"], schema=SCHEMA
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("deleted_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("subject", name="uq_users_subject"),
        schema=SCHEMA,
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("mutation", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request_sha256", sa.String(), nullable=False),
        sa.Column("result_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["opentrace.users.id"], name="fk_idempotency_keys_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "mutation", "key", name="pk_idempotency_keys"),
        schema=SCHEMA,
    )
    op.create_table(
        "projects",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["opentrace.users.id"], name="fk_projects_created_by", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
        schema=SCHEMA,
    )
    op.create_index("ix_projects_created_at_id", "projects", ["created_at", "id"], schema=SCHEMA)
    op.create_index("ix_projects_created_by", "projects", ["created_by"], schema=SCHEMA)
    op.create_table(
        "usage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("num_input_tokens", sa.Integer(), nullable=False),
        sa.Column("num_output_tokens", sa.Integer(), nullable=False),
        sa.Column("cost_usd", sa.Numeric(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('CHAT', 'GUARDRAIL', 'EMBEDDING', 'SUMMARY', 'RERANK')", name=op.f("ck_usage_kind")
        ),
        sa.CheckConstraint("num_input_tokens >= 0 AND num_output_tokens >= 0", name=op.f("ck_usage_tokens")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["opentrace.users.id"], name="fk_usage_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_usage"),
        schema=SCHEMA,
    )
    op.create_index("ix_usage_message_id", "usage", ["message_id"], schema=SCHEMA)
    op.create_index("ix_usage_project_id", "usage", ["project_id"], schema=SCHEMA)
    op.create_index("ix_usage_user_id", "usage", ["user_id"], schema=SCHEMA)
    op.create_table(
        "chats",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["opentrace.users.id"], name="fk_chats_created_by", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["opentrace.projects.id"], name="fk_chats_project_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_chats"),
        schema=SCHEMA,
    )
    op.create_index("ix_chats_created_by", "chats", ["created_by"], schema=SCHEMA)
    op.create_index(
        "ix_chats_project_id_updated_at_id", "chats", ["project_id", "updated_at", "id"], schema=SCHEMA
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("storage_key", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_url", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("failure_code", sa.String(), nullable=True),
        sa.Column("failure_message", sa.String(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("num_tries", sa.Integer(), nullable=False),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("rung_at", MOMENT, nullable=True),
        sa.Column("num_pages", sa.Integer(), nullable=True),
        sa.Column("num_pages_parsed", sa.Integer(), nullable=False),
        sa.Column("num_chunks", sa.Integer(), nullable=True),
        sa.Column("num_chunks_embedded", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("queued_at", MOMENT, nullable=True),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_documents_sha256")),
        sa.CheckConstraint("source IN ('UPLOAD', 'WEB_PAGE')", name=op.f("ck_documents_source")),
        sa.CheckConstraint(
            "status IN ('UPLOADING', 'QUEUED', 'PARTITIONING', 'CHUNKING', 'SUMMARISING', 'VECTORIZATION', 'COMPLETED', 'FAILED', 'CANCELLED')",
            name=op.f("ck_documents_status"),
        ),
        sa.CheckConstraint("attempt >= 0 AND event_seq >= 0 AND num_tries >= 0", name=op.f("ck_documents_cursor")),
        sa.CheckConstraint(
            "num_pages_parsed >= 0 AND num_chunks_embedded >= 0 AND version >= 0", name=op.f("ck_documents_counts")
        ),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_documents_size_bytes")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["opentrace.projects.id"], name="fk_documents_project_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["opentrace.users.id"], name="fk_documents_uploaded_by", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_documents_project_id_created_at_id",
        "documents",
        ["project_id", "created_at", "id"],
        schema=SCHEMA,
    )
    op.create_index("ix_documents_uploaded_by", "documents", ["uploaded_by"], schema=SCHEMA)
    op.create_index(
        "ix_documents_work",
        "documents",
        ["uploaded_by", "queued_at"],
        schema=SCHEMA,
        postgresql_where=sa.text(
            "status IN ('QUEUED', 'PARTITIONING', 'CHUNKING', 'SUMMARISING', 'VECTORIZATION')"
        ),
    )
    op.create_table(
        "embedding_generations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("dimensions", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("activated_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "status IN ('BUILDING', 'ACTIVE', 'RETIRED')", name=op.f("ck_embedding_generations_status")
        ),
        sa.CheckConstraint("dimensions BETWEEN 1 AND 4000", name=op.f("ck_embedding_generations_dimensions")),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["opentrace.projects.id"],
            name="fk_embedding_generations_project_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_embedding_generations"),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_embedding_generations_project_id", "embedding_generations", ["project_id"], schema=SCHEMA
    )
    op.create_index(
        "uq_embedding_generations_active",
        "embedding_generations",
        ["project_id"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("status = 'ACTIVE'"),
    )
    op.create_table(
        "project_members",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("role IN ('OWNER', 'MEMBER')", name=op.f("ck_project_members_role")),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["opentrace.projects.id"],
            name="fk_project_members_project_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["opentrace.users.id"], name="fk_project_members_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "project_id", name="pk_project_members"),
        schema=SCHEMA,
    )
    op.create_index("ix_project_members_project_id", "project_members", ["project_id"], schema=SCHEMA)
    op.create_table(
        "retrieval_settings",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("rag_strategy", sa.String(), nullable=False),
        sa.Column("agent_type", sa.String(), nullable=False),
        sa.Column("fusion", sa.String(), nullable=False),
        sa.Column("num_chunks", sa.Integer(), nullable=False),
        sa.Column("final_context_size", sa.Integer(), nullable=False),
        sa.Column("similarity_threshold", sa.Float(), nullable=False),
        sa.Column("use_reranking", sa.Boolean(), nullable=False),
        sa.Column("multi_query_count", sa.Integer(), nullable=False),
        sa.Column("vector_weight", sa.Float(), nullable=False),
        sa.Column("keyword_weight", sa.Float(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.CheckConstraint("agent_type IN ('SIMPLE', 'AGENTIC')", name=op.f("ck_retrieval_settings_agent_type")),
        sa.CheckConstraint("fusion IN ('RRF', 'CONVEX')", name=op.f("ck_retrieval_settings_fusion")),
        sa.CheckConstraint(
            "rag_strategy IN ('BASIC', 'HYBRID', 'MULTI_QUERY_VECTOR', 'MULTI_QUERY_HYBRID')",
            name=op.f("ck_retrieval_settings_rag_strategy"),
        ),
        sa.CheckConstraint(
            "final_context_size BETWEEN 1 AND 20", name=op.f("ck_retrieval_settings_final_context_size")
        ),
        sa.CheckConstraint(
            "multi_query_count BETWEEN 1 AND 8", name=op.f("ck_retrieval_settings_multi_query_count")
        ),
        sa.CheckConstraint("num_chunks BETWEEN 1 AND 20", name=op.f("ck_retrieval_settings_num_chunks")),
        sa.CheckConstraint(
            "similarity_threshold BETWEEN 0 AND 1", name=op.f("ck_retrieval_settings_similarity_threshold")
        ),
        sa.CheckConstraint(
            "vector_weight BETWEEN 0 AND 1 AND keyword_weight BETWEEN 0 AND 1",
            name=op.f("ck_retrieval_settings_weights"),
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["opentrace.projects.id"],
            name="fk_retrieval_settings_project_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", name="pk_retrieval_settings"),
        schema=SCHEMA,
    )
    op.create_table(
        "chunks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("title_path", ARRAY(sa.Text()), nullable=False),
        sa.Column("kinds", ARRAY(sa.Text()), nullable=False),
        sa.Column("page_first", sa.Integer(), nullable=True),
        sa.Column("page_last", sa.Integer(), nullable=True),
        sa.Column("regions", JSONB(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["opentrace.documents.id"], name="fk_chunks_document_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["opentrace.projects.id"], name="fk_chunks_project_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_chunks"),
        schema=SCHEMA,
    )
    op.create_index("ix_chunks_document_id", "chunks", ["document_id"], schema=SCHEMA)
    op.create_index("ix_chunks_project_id", "chunks", ["project_id"], schema=SCHEMA)
    op.create_table(
        "document_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_document_versions_number")),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["opentrace.documents.id"],
            name="fk_document_versions_document_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_document_versions"),
        sa.UniqueConstraint("document_id", "number", name="uq_document_versions_document_id_number"),
        schema=SCHEMA,
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("chat_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("preferred_child_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("failure_code", sa.String(), nullable=True),
        sa.Column("failure_message", sa.String(), nullable=True),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("num_tries", sa.Integer(), nullable=False),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("rung_at", MOMENT, nullable=True),
        sa.Column("stop_requested_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.CheckConstraint("role IN ('USER', 'ASSISTANT')", name=op.f("ck_messages_role")),
        sa.CheckConstraint(
            "status IN ('QUEUED', 'RUNNING', 'COMPLETED', 'REFUSED', 'STOPPED', 'FAILED')",
            name=op.f("ck_messages_status"),
        ),
        sa.CheckConstraint("attempt >= 0 AND event_seq >= 0 AND num_tries >= 0", name=op.f("ck_messages_cursor")),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["opentrace.chats.id"], name="fk_messages_chat_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["opentrace.users.id"], name="fk_messages_created_by", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["opentrace.messages.id"], name="fk_messages_parent_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["opentrace.projects.id"], name="fk_messages_project_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_messages_chat_id_created_at_id", "messages", ["chat_id", "created_at", "id"], schema=SCHEMA
    )
    op.create_index("ix_messages_created_by", "messages", ["created_by"], schema=SCHEMA)
    op.create_index("ix_messages_parent_id", "messages", ["parent_id"], schema=SCHEMA)
    op.create_index("ix_messages_project_id", "messages", ["project_id"], schema=SCHEMA)
    op.create_index(
        "ix_messages_work",
        "messages",
        ["created_by", "created_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("status IN ('QUEUED', 'RUNNING')"),
    )
    op.create_table(
        "citations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("marker", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("document_name", sa.String(), nullable=False),
        sa.Column("chunk_id", sa.Uuid(), nullable=False),
        sa.Column("chunk_text", sa.String(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("boxes", JSONB(), nullable=False),
        sa.Column("quote", sa.String(), nullable=True),
        sa.Column("char_start", sa.Integer(), nullable=True),
        sa.Column("char_end", sa.Integer(), nullable=True),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.CheckConstraint(
            "status IN ('VERIFIED', 'NORMALISED', 'NOT_FOUND', 'UNCHECKED')", name=op.f("ck_citations_status")
        ),
        sa.CheckConstraint("char_start >= 0 AND char_end >= char_start", name=op.f("ck_citations_characters")),
        sa.CheckConstraint("position >= 0", name=op.f("ck_citations_position")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["opentrace.messages.id"], name="fk_citations_message_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_citations"),
        sa.UniqueConstraint("message_id", "position", name="uq_citations_message_id_position"),
        schema=SCHEMA,
    )
    op.create_table(
        "document_stages",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("detail", JSONB(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "stage IN ('UPLOADING', 'QUEUED', 'PARTITIONING', 'CHUNKING', 'SUMMARISING', 'VECTORIZATION', 'COMPLETED', 'FAILED', 'CANCELLED')",
            name=op.f("ck_document_stages_stage"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["opentrace.documents.id"],
            name="fk_document_stages_document_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["opentrace.document_versions.id"],
            name="fk_document_stages_version_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("version_id", "stage", name="pk_document_stages"),
        schema=SCHEMA,
    )
    op.create_index("ix_document_stages_document_id", "document_stages", ["document_id"], schema=SCHEMA)
    op.create_table(
        "feedback",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("positive", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["opentrace.messages.id"], name="fk_feedback_message_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["opentrace.users.id"], name="fk_feedback_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", "user_id", name="pk_feedback"),
        schema=SCHEMA,
    )
    op.create_table(
        "staged_chunks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("title_path", ARRAY(sa.Text()), nullable=False),
        sa.Column("kinds", ARRAY(sa.Text()), nullable=False),
        sa.Column("page_first", sa.Integer(), nullable=True),
        sa.Column("page_last", sa.Integer(), nullable=True),
        sa.Column("regions", JSONB(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["opentrace.document_versions.id"],
            name="fk_staged_chunks_version_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("version_id", "position", name="pk_staged_chunks"),
        schema=SCHEMA,
    )
    op.create_table(
        "staged_vectors",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("generation_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("embedding", HALFVEC(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["opentrace.document_versions.id"],
            name="fk_staged_vectors_version_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("version_id", "generation_id", "position", name="pk_staged_vectors"),
        schema=SCHEMA,
    )
    _store_vectors_plain()
    _make_partitions()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table, schema=SCHEMA)


def _store_vectors_plain() -> None:
    """Out-of-line storage would cost one more read per vector in every exact search."""
    for table in ("chunk_vectors", "staged_vectors"):
        op.execute(f"ALTER TABLE {SCHEMA}.{table} ALTER COLUMN embedding SET STORAGE PLAIN")


def _make_partitions() -> None:
    """After the storage is set: partitions take it from their parent."""
    for remainder in range(NUM_PARTITIONS):
        op.execute(
            f"CREATE TABLE {SCHEMA}.chunk_vectors_p{remainder:02} PARTITION OF {SCHEMA}.chunk_vectors"
            f" FOR VALUES WITH (MODULUS {NUM_PARTITIONS}, REMAINDER {remainder})"
        )
