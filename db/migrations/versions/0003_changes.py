"""Changes of a project's documents are numbered, so that a project can be followed from any of them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"


def upgrade() -> None:
    for table in ("projects", "documents"):
        column = sa.Column("change_seq", sa.BigInteger(), nullable=False, server_default="0")
        op.add_column(table, column, schema=SCHEMA)
        op.alter_column(table, "change_seq", server_default=None, schema=SCHEMA)
    op.create_index(
        "ix_documents_project_id_change_seq", "documents", ["project_id", "change_seq"], schema=SCHEMA
    )
    op.create_table(
        "document_removals",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("change_seq", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["opentrace.projects.id"],
            name="fk_document_removals_project_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", "change_seq", name="pk_document_removals"),
        schema=SCHEMA,
    )


def downgrade() -> None:
    for trigger in ("count_change_of_new", "count_change", "count_removal"):
        op.execute(f"DROP TRIGGER IF EXISTS {trigger} ON {SCHEMA}.documents")
    op.drop_table("document_removals", schema=SCHEMA)
    op.drop_index("ix_documents_project_id_change_seq", "documents", schema=SCHEMA)
    for table in ("documents", "projects"):
        op.drop_column(table, "change_seq", schema=SCHEMA)
