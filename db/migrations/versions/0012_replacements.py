"""A document may be taken in again, of the same file or of another, beside the version that search sees."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"
COUNTS = "num_pages_parsed >= 0 AND num_chunks_embedded >= 0 AND version >= 0"
OF_A_VERSION: dict[str, sa.types.TypeEngine[Any]] = {
    "storage_key": sa.String(),
    "name": sa.String(),
    "content_type": sa.String(),
    "size_bytes": sa.BigInteger(),
    "sha256": sa.String(),
    "language": sa.String(),
}


def upgrade() -> None:
    newest = sa.Column("newest_version", sa.Integer(), nullable=False, server_default="1")
    op.add_column("documents", newest, schema=SCHEMA)
    op.alter_column("documents", "newest_version", server_default=None, schema=SCHEMA)
    op.execute(
        f"UPDATE {SCHEMA}.documents d SET newest_version = v.number FROM"
        f" (SELECT document_id, max(number) AS number FROM {SCHEMA}.document_versions GROUP BY 1) v"
        " WHERE v.document_id = d.id"
    )
    _check_counts(f"{COUNTS} AND newest_version > 0")
    for name, kind in OF_A_VERSION.items():
        op.add_column("document_versions", sa.Column(name, kind, nullable=True), schema=SCHEMA)
    op.create_check_constraint(
        op.f("ck_document_versions_file"),
        "document_versions",
        "num_nulls(storage_key, content_type, size_bytes, sha256) IN (0, 4)",
        schema=SCHEMA,
    )
    op.create_table(
        "document_replacements",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("storage_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["opentrace.documents.id"],
            name="fk_document_replacements_document_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", name="pk_document_replacements"),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_document_replacements_requested_at", "document_replacements", ["requested_at"], schema=SCHEMA
    )


def downgrade() -> None:
    op.drop_table("document_replacements", schema=SCHEMA)
    op.drop_constraint(op.f("ck_document_versions_file"), "document_versions", schema=SCHEMA)
    for name in OF_A_VERSION:
        op.drop_column("document_versions", name, schema=SCHEMA)
    _check_counts(COUNTS)
    op.drop_column("documents", "newest_version", schema=SCHEMA)


def _check_counts(condition: str) -> None:
    op.drop_constraint(op.f("ck_documents_counts"), "documents", schema=SCHEMA)
    op.create_check_constraint(op.f("ck_documents_counts"), "documents", condition, schema=SCHEMA)
