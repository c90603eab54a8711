"""Crawls of a part of a web site, and the pages they find."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"
STATUSES = "'QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'"
PAGE_STATUSES = (
    "'WAITING', 'ADDED', 'CHANGED', 'UNCHANGED', 'DUPLICATE', 'SKIPPED', 'FAILED', 'MISSING'"
)


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "crawls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("path_prefix", sa.String(), nullable=False),
        sa.Column("max_depth", sa.Integer(), nullable=False),
        sa.Column("max_pages", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("failure_code", sa.String(), nullable=True),
        sa.Column("failure_message", sa.String(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("num_tries", sa.Integer(), nullable=False),
        sa.Column("leased_until", moment, nullable=True),
        sa.Column("rung_at", moment, nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
        sa.Column("started_at", moment, nullable=True),
        sa.Column("finished_at", moment, nullable=True),
        sa.CheckConstraint(f"status IN ({STATUSES})", name="ck_crawls_status"),
        sa.CheckConstraint("attempt >= 0 AND event_seq >= 0 AND num_tries >= 0", name="ck_crawls_cursor"),
        sa.CheckConstraint("max_depth >= 0 AND max_pages > 0", name="ck_crawls_limits"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["opentrace.projects.id"], name="fk_crawls_project_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["opentrace.users.id"], name="fk_crawls_created_by", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_crawls"),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_crawls_project_id_created_at_id", "crawls", ["project_id", "created_at", "id"], schema=SCHEMA
    )
    op.create_index("ix_crawls_created_by", "crawls", ["created_by"], schema=SCHEMA)
    op.create_index(
        "ix_crawls_work",
        "crawls",
        ["created_by", "updated_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("status IN ('QUEUED', 'RUNNING')"),
    )
    op.create_table(
        "crawl_pages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("crawl_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("num_tries", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("failure_code", sa.String(), nullable=True),
        sa.Column("failure_message", sa.String(), nullable=True),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("found_at", moment, nullable=False),
        sa.Column("visited_at", moment, nullable=True),
        sa.CheckConstraint(f"status IN ({PAGE_STATUSES})", name="ck_crawl_pages_status"),
        sa.ForeignKeyConstraint(
            ["crawl_id"], ["opentrace.crawls.id"], name="fk_crawl_pages_crawl_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["opentrace.documents.id"],
            name="fk_crawl_pages_document_id",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_crawl_pages"),
        sa.UniqueConstraint("crawl_id", "url", name="uq_crawl_pages_crawl_id_url"),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_crawl_pages_crawl_id_found_at_id", "crawl_pages", ["crawl_id", "found_at", "id"], schema=SCHEMA
    )
    op.create_index("ix_crawl_pages_document_id", "crawl_pages", ["document_id"], schema=SCHEMA)
    op.create_index(
        "ix_documents_project_id_source_url",
        "documents",
        ["project_id", "source_url"],
        schema=SCHEMA,
        postgresql_where=sa.text("source_url IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_documents_project_id_source_url", "documents", schema=SCHEMA)
    op.drop_table("crawl_pages", schema=SCHEMA)
    op.drop_table("crawls", schema=SCHEMA)
