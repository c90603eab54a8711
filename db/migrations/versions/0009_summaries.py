"""Chunks with tables or images have a summary, bought once and counted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"


def upgrade() -> None:
    for table in ("chunks", "staged_chunks"):
        op.add_column(table, sa.Column("summary", sa.String(), nullable=True), schema=SCHEMA)
    op.add_column("documents", sa.Column("num_summaries", sa.Integer(), nullable=True), schema=SCHEMA)
    made = sa.Column("num_summaries_made", sa.Integer(), nullable=False, server_default="0")
    op.add_column("documents", made, schema=SCHEMA)
    op.alter_column("documents", "num_summaries_made", server_default=None, schema=SCHEMA)
    op.create_table(
        "summaries",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("prompt_version", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("descriptions", ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["opentrace.documents.id"], name="fk_summaries_document_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "document_id", "content_sha256", "model", "prompt_version", name="pk_summaries"
        ),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_summaries_project_id_content_sha256",
        "summaries",
        ["project_id", "content_sha256"],
        schema=SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("summaries", schema=SCHEMA)
    for column in ("num_summaries_made", "num_summaries"):
        op.drop_column("documents", column, schema=SCHEMA)
    for table in ("staged_chunks", "chunks"):
        op.drop_column(table, "summary", schema=SCHEMA)
