"""Embeddings that were paid for are kept by the hash of their text."""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"


def upgrade() -> None:
    op.create_table(
        "cached_embeddings",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("dimensions", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("embedding", HALFVEC(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["opentrace.documents.id"],
            name="fk_cached_embeddings_document_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", "model", "dimensions", "sha256", name="pk_cached_embeddings"),
        schema=SCHEMA,
    )
    for column in ("document_id", "used_at"):
        op.create_index(f"ix_cached_embeddings_{column}", "cached_embeddings", [column], schema=SCHEMA)


def downgrade() -> None:
    op.drop_table("cached_embeddings", schema=SCHEMA)
