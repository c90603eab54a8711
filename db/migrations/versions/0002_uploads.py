"""Uploads: the same bytes of a project are found at once, and so are files that never arrived."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"


def upgrade() -> None:
    op.create_index(
        "ix_documents_project_id_sha256", "documents", ["project_id", "sha256"], schema=SCHEMA
    )
    op.create_index(
        "ix_documents_uploading",
        "documents",
        ["updated_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("status = 'UPLOADING'"),
    )


def downgrade() -> None:
    op.drop_index("ix_documents_uploading", "documents", schema=SCHEMA)
    op.drop_index("ix_documents_project_id_sha256", "documents", schema=SCHEMA)
