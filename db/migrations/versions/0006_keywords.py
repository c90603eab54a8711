"""Chunks are found by their words as well: BM25 inside pgvector; chunks of before are indexed as they are."""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import SPARSEVEC
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"
DIMENSIONS = 1_000_000_000


def upgrade() -> None:
    op.create_table(
        "chunk_keywords",
        sa.Column("chunk_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("num_words", sa.Integer(), nullable=False),
        sa.Column("average_length", sa.REAL(), nullable=False),
        sa.Column("lexemes", TSVECTOR(), nullable=False),
        sa.Column("weights", SPARSEVEC(DIMENSIONS), nullable=False),
        sa.PrimaryKeyConstraint("chunk_id", name="pk_chunk_keywords"),
        schema=SCHEMA,
    )
    # What every candidate is scored by stays in the row; the words are read from the index alone.
    op.execute(f"ALTER TABLE {SCHEMA}.chunk_keywords ALTER COLUMN weights SET STORAGE MAIN")
    op.create_index(
        "ix_chunk_keywords_lexemes", "chunk_keywords", ["lexemes"], schema=SCHEMA, postgresql_using="gin"
    )
    op.create_index(
        "ix_chunk_keywords_project_id_average_length",
        "chunk_keywords",
        ["project_id", "average_length"],
        schema=SCHEMA,
    )
    op.create_table(
        "lexeme_counts",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("lexeme", sa.Text(collation="C"), nullable=False),
        sa.Column("num", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["opentrace.projects.id"], name="fk_lexeme_counts_project_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "lexeme", name="pk_lexeme_counts"),
        schema=SCHEMA,
    )
    op.create_table(
        "lexeme_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("lexeme", sa.Text(collation="C"), nullable=False),
        sa.Column("num", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lexeme_changes"),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_lexeme_changes_project_id_lexeme", "lexeme_changes", ["project_id", "lexeme"], schema=SCHEMA
    )


def downgrade() -> None:
    op.execute(f"DROP TRIGGER IF EXISTS forget_keywords ON {SCHEMA}.chunks")
    for table in ("lexeme_changes", "lexeme_counts", "chunk_keywords"):
        op.drop_table(table, schema=SCHEMA)
