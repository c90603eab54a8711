"""Large files are uploaded in parts."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"


def upgrade() -> None:
    op.create_table(
        "part_uploads",
        sa.Column("storage_key", sa.String(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("upload_id", sa.String(), nullable=True),
        sa.Column("part_bytes", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("part_bytes > 0", name="ck_part_uploads_part_bytes"),
        sa.PrimaryKeyConstraint("storage_key", name="pk_part_uploads"),
        schema=SCHEMA,
    )
    op.create_index("ix_part_uploads_document_id", "part_uploads", ["document_id"], schema=SCHEMA)


def downgrade() -> None:
    op.drop_table("part_uploads", schema=SCHEMA)
