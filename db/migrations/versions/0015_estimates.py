"""Documents say how long they will take, and what their stages have cost is found by document."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SCHEMA = "opentrace"


def upgrade() -> None:
    op.add_column("documents", sa.Column("estimate", JSONB(), nullable=True), schema=SCHEMA)
    op.create_index(op.f("ix_usage_document_id"), "usage", ["document_id"], schema=SCHEMA)


def downgrade() -> None:
    op.drop_index(op.f("ix_usage_document_id"), "usage", schema=SCHEMA)
    op.drop_column("documents", "estimate", schema=SCHEMA)
