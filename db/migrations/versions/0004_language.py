"""Documents know the language in which they are written."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"


def upgrade() -> None:
    op.add_column("documents", sa.Column("language", sa.String(), nullable=True), schema=SCHEMA)
    op.create_check_constraint(
        op.f("ck_documents_language"), "documents", "language ~ '^[a-z]{2}$'", schema=SCHEMA
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_documents_language"), "documents", schema=SCHEMA)
    op.drop_column("documents", "language", schema=SCHEMA)
